/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include "base/err.h"

#include <string.h>

#define TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYWVtb24ifQ.c2ln"
#define ASKED "ask: Password or token: \n"

static const struct service services[] = {
    {"plain", "auth required @JWT@\n"},
    {"prompt", "auth required @JWT@ [prompt=Token please: ]\n"},
    {"unknown", "auth required @JWT@ nonsense=1\n"},
    {"nameless", "auth required @JWT@ =1\n"},
    {"untimed", "auth required @JWT@ timeout=soon\n"},
    {"timeless", "auth required @JWT@ timeout=0\n"},
    {"endless", "auth required @JWT@ timeout=301\n"},
    {"relative", "auth required @JWT@ socket=run/agent\n"},
    {"maybe", "auth required @JWT@ observe=perhaps\n"},
    {"watched",
	"auth [ignore=1 default=die] @JWT@ observe\n"
	"auth requisite pam_deny.so\n"
	"auth required pam_permit.so\n"
	"auth required @WRAPPER@/pam_get_items.so\n"},
};

static int
authenticate(struct scene *scene)
{
	return pam_authenticate(scene->pamh, 0);
}

static void
accepts_a_token(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_RHOST, "192.0.2.1");
	pam_set_item(scene.pamh, PAM_TTY, "ssh");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_string_equal(
	    pam_getenv(scene.pamh, "JWT_SESSION"), FAKE_SESSION);
	assert_shown(&scene, ASKED);
	scene_assert_parameter(&scene, 0, "user", SCENE_USER);
	scene_assert_parameter(&scene, 0, "service", "plain");
	scene_assert_parameter(&scene, 0, "rhost", "192.0.2.1");
	scene_assert_parameter(&scene, 0, "tty", "ssh");
	scene_assert_parameter(&scene, 0, "token", TOKEN);
	assert_non_null(strstr(fake_agent_call(scene.agent, 0), "\"uid\":1,"));
	assert_null(fake_agent_call(scene.agent, 1));
	assert_logged(&scene,
	    "login accepted user=daemon rhost=192.0.2.1 "
	    "session=" FAKE_SESSION " device=" FAKE_DEVICE);
	scene_end(&scene);
}

static void
asks_with_the_prompt_of_the_option(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "prompt");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_shown(&scene, "ask: Token please: \n");
	scene_end(&scene);
}

static void
sends_no_items_that_are_not_there(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_RHOST, NULL);
	pam_set_item(scene.pamh, PAM_TTY, "");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	scene_assert_parameter(&scene, 0, "rhost", NULL);
	scene_assert_parameter(&scene, 0, "tty", NULL);
	scene_end(&scene);
}

static void
needs_a_user_and_a_service(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_USER, "");
	assert_int_equal(authenticate(&scene), PAM_USER_UNKNOWN);
	pam_set_item(scene.pamh, PAM_USER, NULL);
	scene_answers(&scene, "daemon", TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_non_null(strstr(scene.shown, "ask aloud: login:"));
	scene_end(&scene);

	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_USER, NULL);
	assert_int_equal(authenticate(&scene), PAM_CONV_ERR);
	assert_not_asked(&scene);
	scene_end(&scene);
}

static void
asks_an_unknown_user_like_any_other(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_USER, "no-such-user");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_USER_UNKNOWN);
	assert_shown(&scene, ASKED "error: token refused\n");
	assert_not_asked(&scene);
	assert_logged(&scene, "login refused reason=NoSuchUser user=-");
	assert_null(strstr(scene.logged, "no-such-user"));
	scene_end(&scene);
}

static const struct row {
	enum err err;
	const char *wire;
	int auth;
} rows[] = {
#define E(id, wire, class, shown, commit, auth, ...)                           \
	{ERR_##id, wire, PAM_##auth},
    ERRORS(E)
#undef E
};

static void
refuse_as(const struct row *row, int flags)
{
	bool shown = !err_is_fault(row->err) && flags == 0 &&
	    row->err != ERR_STAND_ASIDE;
	struct scene scene;

	scene_begin(&scene, "plain");
	fake_agent_error(scene.agent, "Authenticate", row->wire, "because");
	scene_answers(&scene, TOKEN);
	/* libpam's answer where all modules stood aside */
	assert_int_equal(pam_authenticate(scene.pamh, flags),
	    row->auth == PAM_IGNORE ? PAM_PERM_DENIED : row->auth);
	assert_int_not_equal(row->auth, PAM_SUCCESS);
	assert_int_equal(row->auth == PAM_IGNORE, row->err == ERR_STAND_ASIDE);
	assert_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	assert_shown(&scene, shown ? ASKED "error: because\n" : ASKED);
	assert_logged(&scene, err_name(row->err));
	if (err_is_fault(row->err))
		assert_logged(&scene, "systemctl status jwt-agent");
	scene_end(&scene);
}

static void
passes_on_every_error_of_the_agent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		refuse_as(&rows[i], 0);
		refuse_as(&rows[i], (int)PAM_SILENT);
	}
}

static void
answers_some_errors_by_hand(void **state)
{
	(void)state;
	refuse_as(
	    &(struct row){ERR_EXPIRED, "io.jwtagent.Expired", PAM_CRED_EXPIRED},
	    0);
	refuse_as(&(struct row){ERR_BAD_SIGNATURE, "io.jwtagent.BadSignature",
		      PAM_AUTH_ERR},
	    0);
	refuse_as(&(struct row){ERR_STORE, "io.jwtagent.StoreFault",
		      PAM_AUTHINFO_UNAVAIL},
	    0);
	refuse_as(&(struct row){ERR_PROTOCOL, "org.example.Surprise",
		      PAM_AUTHINFO_UNAVAIL},
	    0);
}

/* The person reads the table's text when the agent sends none. */
static void
shows_a_refusal_without_a_message(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	fake_agent_reply(scene.agent, "Authenticate",
	    "{\"error\":\"io.jwtagent.BadSignature\",\"parameters\":{}}");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_AUTH_ERR);
	assert_shown(&scene, ASKED "error: token refused\n");
	scene_end(&scene);
}

static void
refuses_arguments(const char *service, const char *line)
{
	struct scene scene;

	scene_begin(&scene, service);
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SERVICE_ERR);
	assert_logged(&scene, line);
	assert_shown(&scene, "");
	assert_not_asked(&scene);
	scene_end(&scene);
}

static void
refuses_unknown_and_malformed_arguments(void **state)
{
	(void)state;
	refuses_arguments("unknown", "unknown argument \"nonsense\"");
	refuses_arguments("nameless", "unknown argument \"\"");
	refuses_arguments("untimed", "timeout= takes a time");
	refuses_arguments("timeless", "timeout= takes 1 to 300 seconds");
	refuses_arguments("endless", "timeout= takes 1 to 300 seconds");
	refuses_arguments("relative", "socket= takes an absolute path");
	refuses_arguments("maybe", "observe= takes yes or no");
}

static void
needs_a_conversation(void **state)
{
	static const enum person silent[] = {PERSON_FAILS, PERSON_FAILS_ANYWAY,
	    PERSON_SAYS_NOTHING, PERSON_GIVES_NO_TEXT};
	struct pam_conv none = {NULL, NULL};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		scene_begin(&scene, "plain");
		scene.person = silent[i];
		scene_answers(&scene, TOKEN);
		assert_int_equal(authenticate(&scene), PAM_CONV_ERR);
		assert_not_asked(&scene);
		scene_end(&scene);
	}
	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_CONV, &none);
	assert_int_equal(authenticate(&scene), PAM_CONV_ERR);
	scene_end(&scene);
}

/* A second attempt on one handle must not keep the first one's session. */
static void
forgets_an_earlier_session(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	scene_answers(&scene, TOKEN, "a password");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_non_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	assert_int_equal(authenticate(&scene), PAM_AUTH_ERR);
	assert_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	scene_end(&scene);
}

static void
observes_an_accepted_token(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "watched");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_logged(&scene, "observe: would accept reason=ok user=daemon");
	assert_shown(&scene, ASKED);
	assert_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	assert_non_null(
	    strstr(fake_agent_call(scene.agent, 0), "Login.Observe"));
	scene_assert_parameter(&scene, 0, "token", TOKEN);
	assert_null(fake_agent_call(scene.agent, 1));
	scene_end(&scene);
}

static void
observes_refusals_and_faults(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "watched");
	fake_agent_error(
	    scene.agent, "Observe", "io.jwtagent.Expired", "expired");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_logged(&scene, "observe: would refuse reason=Expired");
	assert_shown(&scene, ASKED);
	assert_null(fake_agent_call(scene.agent, 1));
	scene_end(&scene);

	scene_begin_alone(&scene, "watched");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_logged(&scene, "observe: would refuse reason=Unreachable");
	scene_end(&scene);
}

static void
observing_leaves_a_password_to_the_next_module(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "watched");
	scene_answers(&scene, "hunter2");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_string_equal(pam_getenv(scene.pamh, "PAM_AUTHTOK"), "hunter2");
	assert_not_asked(&scene);
	scene_end(&scene);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accepts_a_token),
	    cmocka_unit_test(asks_with_the_prompt_of_the_option),
	    cmocka_unit_test(sends_no_items_that_are_not_there),
	    cmocka_unit_test(needs_a_user_and_a_service),
	    cmocka_unit_test(asks_an_unknown_user_like_any_other),
	    cmocka_unit_test(passes_on_every_error_of_the_agent),
	    cmocka_unit_test(answers_some_errors_by_hand),
	    cmocka_unit_test(shows_a_refusal_without_a_message),
	    cmocka_unit_test(refuses_unknown_and_malformed_arguments),
	    cmocka_unit_test(needs_a_conversation),
	    cmocka_unit_test(forgets_an_earlier_session),
	    cmocka_unit_test(observes_an_accepted_token),
	    cmocka_unit_test(observes_refusals_and_faults),
	    cmocka_unit_test(observing_leaves_a_password_to_the_next_module),
	};

	(void)argc;
	scene_stage(argv, services, sizeof(services) / sizeof(*services));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
