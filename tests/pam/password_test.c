/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define OLD "jr1_b2xk"
#define ASKED "ask: Current refresh token: \n"
#define SHOWN "info: New refresh token: jr1_next\n"
#define SET "password required @WRAPPER@/pam_set_items.so\n"
#define PEEK                                                                   \
	"password required pam_permit.so\n"                                    \
	"password required @WRAPPER@/pam_get_items.so\n"

static const struct service services[] = {
    {"plain", "password required @JWT@\n"},
    {"peek", "password [default=ignore] @JWT@\n" PEEK},
    {"try", SET "password required @JWT@ try_first_pass\n" PEEK},
    {"use", SET "password required @JWT@ use_first_pass\n" PEEK},
};

static int
change(struct scene *scene)
{
	return pam_chauthtok(scene->pamh, 0);
}

static void
rotates_a_refresh_token(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "peek");
	scene_answers(&scene, OLD);
	assert_int_equal(change(&scene), PAM_SUCCESS);
	assert_shown(&scene, ASKED SHOWN);
	assert_string_equal(pam_getenv(scene.pamh, "PAM_AUTHTOK"), "jr1_next");
	assert_null(pam_getenv(scene.pamh, "PAM_OLDAUTHTOK"));
	scene_assert_parameter(&scene, 0, "token", OLD);
	scene_assert_parameter(&scene, 0, "user", SCENE_USER);
	assert_null(fake_agent_call(scene.agent, 1));
	scene_end(&scene);
}

static void
shows_nothing_when_silent(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	scene_answers(&scene, OLD);
	assert_int_equal(
	    pam_chauthtok(scene.pamh, (int)PAM_SILENT), PAM_SUCCESS);
	assert_shown(&scene, ASKED);
	scene_end(&scene);
}

static void
takes_the_token_of_a_module_above(void **state)
{
	static const char *const items[] = {"PAM_OLDAUTHTOK", "PAM_AUTHTOK"};
	static const char *const both[] = {"try", "use"};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		setenv(items[i % 2], OLD, 1);
		scene_begin(&scene, both[i / 2]);
		assert_int_equal(change(&scene), PAM_SUCCESS);
		assert_shown(&scene, SHOWN);
		scene_assert_parameter(&scene, 0, "token", OLD);
		assert_string_equal(
		    pam_getenv(scene.pamh, "PAM_AUTHTOK"), "jr1_next");
		unsetenv(items[i % 2]);
		scene_end(&scene);
	}
}

static void
asks_only_when_it_may(void **state)
{
	struct scene scene;

	(void)state;
	setenv("PAM_OLDAUTHTOK", "hunter2", 1);
	scene_begin(&scene, "try");
	scene_answers(&scene, OLD);
	assert_int_equal(change(&scene), PAM_SUCCESS);
	assert_shown(&scene, ASKED SHOWN);
	scene_end(&scene);

	scene_begin(&scene, "use");
	assert_int_equal(change(&scene), PAM_AUTHTOK_ERR);
	assert_shown(&scene, "");
	assert_not_asked(&scene);
	scene_end(&scene);
	unsetenv("PAM_OLDAUTHTOK");
}

static void
leaves_what_is_no_refresh_token_to_the_next_module(void **state)
{
	static const char *const others[] = {
	    "hunter2", "", "jr1_", "jr1_a.b", "jr1_a b", "eyJ.a.b"};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		scene_begin(&scene, "plain");
		scene_answers(&scene, others[i]);
		assert_int_equal(change(&scene), PAM_AUTHTOK_ERR);
		assert_shown(&scene, ASKED);
		assert_not_asked(&scene);
		assert_logged(&scene, "reason=NotAToken");
		scene_end(&scene);

		scene_begin(&scene, "peek");
		scene_answers(&scene, others[i]);
		(void)change(&scene);
		assert_string_equal(
		    pam_getenv(scene.pamh, "PAM_OLDAUTHTOK"), others[i]);
		scene_end(&scene);
	}
}

static void
refuse_as(enum err err, const char *wire, int auth)
{
	bool fault = err_is_fault(err);
	struct scene scene;

	scene_begin(&scene, "plain");
	fake_agent_error(scene.agent, "ChangeToken", wire, "because");
	scene_answers(&scene, OLD);
	assert_int_equal(change(&scene),
	    auth == PAM_USER_UNKNOWN ? PAM_USER_UNKNOWN : PAM_AUTHTOK_ERR);
	assert_shown(&scene, fault ? ASKED : ASKED "error: because\n");
	assert_logged(&scene, err_name(err));
	scene_end(&scene);
}

static void
passes_on_every_error_of_the_agent(void **state)
{
	(void)state;
#define E(id, wire, class, shown, commit, auth, ...)                           \
	refuse_as(ERR_##id, wire, PAM_##auth);
	ERRORS(E)
#undef E
}

static void
checks_for_the_agent_first(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_alone(&scene, "plain");
	scene_answers(&scene, OLD);
	assert_int_equal(change(&scene), PAM_TRY_AGAIN);
	assert_shown(&scene, "");
	assert_logged(&scene, "token-change failed reason=Unreachable");
	scene_end(&scene);
}

static void
needs_a_user_and_a_conversation(void **state)
{
	static const enum person silent[] = {PERSON_FAILS, PERSON_FAILS_ANYWAY,
	    PERSON_SAYS_NOTHING, PERSON_GIVES_NO_TEXT};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		scene_begin(&scene, "plain");
		scene.person = silent[i];
		scene_answers(&scene, OLD);
		assert_int_equal(change(&scene), PAM_CONV_ERR);
		assert_not_asked(&scene);
		scene_end(&scene);
	}
	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_USER, NULL);
	scene_answers(&scene, OLD);
	assert_int_equal(change(&scene), PAM_USER_UNKNOWN);
	assert_not_asked(&scene);
	scene_end(&scene);
}

/* Ours does not expire this way: it is about another module's password. */
static void
leaves_an_expired_password_alone(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "peek");
	assert_int_equal(
	    pam_chauthtok(scene.pamh, PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
	assert_shown(&scene, "");
	assert_not_asked(&scene);
	scene_end(&scene);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rotates_a_refresh_token),
	    cmocka_unit_test(shows_nothing_when_silent),
	    cmocka_unit_test(takes_the_token_of_a_module_above),
	    cmocka_unit_test(asks_only_when_it_may),
	    cmocka_unit_test(
		leaves_what_is_no_refresh_token_to_the_next_module),
	    cmocka_unit_test(passes_on_every_error_of_the_agent),
	    cmocka_unit_test(checks_for_the_agent_first),
	    cmocka_unit_test(needs_a_user_and_a_conversation),
	    cmocka_unit_test(leaves_an_expired_password_alone),
	};

	(void)argc;
	scene_stage(argv, services, sizeof(services) / sizeof(*services));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
