/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include "pam_jwt/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "eyJhbGciOiJFUzI1NiJ9"
#define TOKEN HEAD ".eyJzdWIiOiJkYWVtb24ifQ.c2ln"
#define CODE "ABCD-EFGH-JKMN"
#define ASKED "ask: Password or token: \n"

/* Both ends of the stack let through; the last line shows what the module
 * left behind. */
#define PEEK                                                                   \
	"auth required pam_permit.so\n"                                        \
	"auth required @WRAPPER@/pam_get_items.so\n"
#define SET "auth required @WRAPPER@/pam_set_items.so\n"

static const struct service services[] = {
    {"plain", "auth required @JWT@\n"},
    {"peek", "auth [default=ignore] @JWT@\n" PEEK},
    {"try", SET "auth required @JWT@ try_first_pass\n"},
    {"use", SET "auth required @JWT@ use_first_pass\n"},
    {"trypeek", SET "auth [default=ignore] @JWT@ try_first_pass\n" PEEK},
};

static void
begin_with(struct scene *scene, const char *service, const char *authtok)
{
	if (authtok != NULL)
		setenv("PAM_AUTHTOK", authtok, 1);
	scene_begin(scene, service);
}

static int
authenticate(struct scene *scene)
{
	int code = pam_authenticate(scene->pamh, 0);

	unsetenv("PAM_AUTHTOK");
	return code;
}

/* `size` bytes: TOKEN, filled up in its last part. */
static char *
long_token(size_t size)
{
	char *token = malloc(size + 1);

	assert_non_null(token);
	memset(token, 'A', size);
	memcpy(token, TOKEN, strlen(TOKEN));
	token[size] = '\0';
	return token;
}

static void
is_a_password(const char *answer, const char *reason)
{
	struct scene scene;

	scene_begin(&scene, "plain");
	scene_answers(&scene, answer);
	assert_int_equal(authenticate(&scene), PAM_AUTH_ERR);
	assert_shown(&scene, ASKED);
	assert_not_asked(&scene);
	assert_logged(&scene, reason);
	scene_end(&scene);

	scene_begin(&scene, "peek");
	scene_answers(&scene, answer);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_string_equal(pam_getenv(scene.pamh, "PAM_AUTHTOK"), answer);
	scene_end(&scene);
}

static void
leaves_what_is_no_token_to_the_next_module(void **state)
{
	(void)state;
	is_a_password("hunter2", "login refused reason=NotAToken");
	is_a_password("", "login refused reason=EmptyAnswer");
	is_a_password("hunter2+", "reason=NotAToken");
	is_a_password("hunter.2.3", "reason=NotAToken");
	is_a_password("eyJustAPassword", "reason=NotAToken");
	is_a_password("eyJust a password.", "reason=NotAToken");
	is_a_password("eyJust+a.password", "reason=NotAToken");
	is_a_password("eyJust.a.password++", "reason=NotAToken");
	is_a_password("eyJ\xc3\xa4.b.c", "reason=NotAToken");
	is_a_password("EYJ.a.b", "reason=NotAToken");
	is_a_password("+", "reason=NotAToken");
	is_a_password("jr1_AAAA", "reason=NotAToken");
	is_a_password("ABCDEFGHJKMN", "reason=NotAToken");
	is_a_password("ABCD-EFGH-JKM", "reason=NotAToken");
	is_a_password("ABCD-EFGH-JKMU", "reason=NotAToken");
}

static void
sends_a_code_as_it_was_typed(void **state)
{
	static const char *const codes[] = {CODE, "abcd efgh jkmn"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_begin(&scene, "peek");
		scene_answers(&scene, codes[i]);
		assert_int_equal(authenticate(&scene), PAM_SUCCESS);
		assert_non_null(pam_getenv(scene.pamh, "JWT_SESSION"));
		assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
		assert_shown(&scene, ASKED);
		scene_assert_parameter(&scene, 0, "token", codes[i]);
		assert_null(strstr(scene.logged, codes[i]));
		scene_end(&scene);
	}
}

static void
takes_a_code_of_a_module_above(void **state)
{
	struct scene scene;

	(void)state;
	begin_with(&scene, "trypeek", CODE);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	scene_assert_parameter(&scene, 0, "token", CODE);
	scene_end(&scene);
}

/* After this answer of the agent, is it left for the next module? */
static void
is_left_after(const char *service, const char *error, bool left)
{
	struct scene scene;

	begin_with(&scene, service, strcmp(service, "peek") == 0 ? NULL : CODE);
	scene_answers(&scene, CODE);
	fake_agent_error(scene.agent, "Authenticate", error, "because");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	if (left)
		assert_string_equal(
		    pam_getenv(scene.pamh, "PAM_AUTHTOK"), CODE);
	else
		assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	assert_null(strstr(scene.logged, CODE));
	scene_end(&scene);
}

static void
leaves_a_password_in_the_form_of_a_code(void **state)
{
	static const struct {
		const char *error;
		bool left;
	} rows[] = {
	    {"io.jwtagent.WrongCode", true},
	    {"io.jwtagent.TooManyAttempts", true},
	    {"io.jwtagent.StoreFault", true},
	    {"io.jwtagent.Busy", true},
	    {"io.jwtagent.Malformed", true},
	    {"org.example.Surprise", true},
	    /* it is a code, and one that counts */
	    {"io.jwtagent.WrongUser", false},
	    {"io.jwtagent.CodeElsewhere", false},
	    {"io.jwtagent.PolicyDenied", false},
	    {"io.jwtagent.WrongAudience", false},
	    {"io.jwtagent.DeviceRevoked", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		is_left_after("peek", rows[i].error, rows[i].left);
		is_left_after("trypeek", rows[i].error, rows[i].left);
	}
}

static void
leaves_it_when_there_is_no_agent_and_no_user(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_alone(&scene, "peek");
	scene_answers(&scene, CODE);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_string_equal(pam_getenv(scene.pamh, "PAM_AUTHTOK"), CODE);
	scene_end(&scene);

	scene_begin(&scene, "peek");
	pam_set_item(scene.pamh, PAM_USER, "no-such-user");
	scene_answers(&scene, CODE);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_not_asked(&scene);
	assert_string_equal(pam_getenv(scene.pamh, "PAM_AUTHTOK"), CODE);
	scene_end(&scene);
}

static void
tells_of_too_many_attempts(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	scene_answers(&scene, CODE);
	fake_agent_error(scene.agent, "Authenticate",
	    "io.jwtagent.TooManyAttempts", "too many");
	assert_int_equal(authenticate(&scene), PAM_MAXTRIES);
	assert_shown(&scene, ASKED "error: too many\n");
	assert_logged(&scene, "login refused reason=TooManyAttempts");
	scene_end(&scene);
}

static void
leaves_no_token_behind(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "peek");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	scene_end(&scene);

	begin_with(&scene, "trypeek", TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	scene_assert_parameter(&scene, 0, "token", TOKEN);
	scene_end(&scene);

	begin_with(&scene, "trypeek", TOKEN);
	fake_agent_error(
	    scene.agent, "Authenticate", "io.jwtagent.Revoked", "revoked");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	scene_end(&scene);
}

static void
takes_the_answer_of_a_module_above(void **state)
{
	static const char *const both[] = {"try", "use"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		begin_with(&scene, both[i], TOKEN);
		assert_int_equal(authenticate(&scene), PAM_SUCCESS);
		assert_shown(&scene, "");
		scene_end(&scene);

		begin_with(&scene, both[i], "hunter2");
		scene_answers(&scene, TOKEN);
		assert_int_equal(authenticate(&scene), PAM_AUTH_ERR);
		assert_shown(&scene, "");
		assert_not_asked(&scene);
		assert_logged(&scene, "reason=NotAToken");
		scene_end(&scene);
	}
}

static void
ignores_it_when_it_is_not_told_to(void **state)
{
	struct scene scene;

	(void)state;
	begin_with(&scene, "plain", "hunter2");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_shown(&scene, ASKED);
	scene_end(&scene);
}

static void
asks_only_when_it_may(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "try");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_shown(&scene, ASKED);
	scene_end(&scene);

	scene_begin(&scene, "use");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_AUTH_ERR);
	assert_shown(&scene, "");
	assert_logged(&scene, "reason=NoAnswer");
	scene_end(&scene);

	begin_with(&scene, "use", HEAD "+");
	assert_int_equal(authenticate(&scene), PAM_AUTH_ERR);
	assert_shown(&scene, "error: token refused\n");
	assert_logged(&scene, "reason=Truncated");
	assert_not_asked(&scene);
	scene_end(&scene);
}

static void
joins_parts(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	scene_answers(&scene, HEAD "+", ".eyJzdWIiOiJkYWVtb24ifQ+", ".c2ln");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_shown(
	    &scene, ASKED "ask: Token (part 2): \nask: Token (part 3): \n");
	scene_assert_parameter(&scene, 0, "token", TOKEN);
	scene_end(&scene);

	/* an empty answer is the end */
	scene_begin(&scene, "plain");
	scene_answers(&scene, TOKEN "+", "");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	scene_assert_parameter(&scene, 0, "token", TOKEN);
	scene_end(&scene);

	/* the first part may come from a module above */
	begin_with(&scene, "trypeek", HEAD "+");
	scene_answers(&scene, ".eyJzdWIiOiJkYWVtb24ifQ.c2ln");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_shown(&scene, "ask: Token (part 2): \n");
	scene_assert_parameter(&scene, 0, "token", TOKEN);
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	scene_end(&scene);
}

static void
joins_a_long_token_as_ssh_sends_it(void **state)
{
	char *token = long_token(6000);
	char parts[6][1024];
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		snprintf(parts[i], sizeof(parts[i]), "%.1000s%s",
		    token + i * 1000, i < 5 ? "+" : "");
	scene_begin(&scene, "plain");
	scene_answers(
	    &scene, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	scene_assert_parameter(&scene, 0, "token", token);
	assert_null(strstr(fake_agent_call(scene.agent, 0), "\"cut\":true"));
	scene_end(&scene);
	free(token);
}

static void
sends_no_part_that_is_no_token(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "peek");
	scene_answers(&scene, HEAD "+", "hunter 2");
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_shown(
	    &scene, ASKED "ask: Token (part 2): \nerror: token refused\n");
	assert_logged(&scene, "reason=Malformed");
	assert_not_asked(&scene);
	assert_null(pam_getenv(scene.pamh, "PAM_AUTHTOK"));
	scene_end(&scene);

	scene_begin(&scene, "plain");
	scene_answers(&scene, HEAD "+");
	assert_int_equal(authenticate(&scene), PAM_CONV_ERR);
	assert_not_asked(&scene);
	scene_end(&scene);
}

static void
bounds_the_number_of_parts(void **state)
{
	struct scene scene;

	(void)state;
	for (size_t last = 39; last <= 40; last++) {
		bool enough = last < ANSWER_PARTS_MAX;

		scene_begin(&scene, "plain");
		for (size_t i = 0; i < last; i++)
			scene.answers[i] = HEAD "+";
		scene.answers[last] = "." HEAD ".c2ln";
		assert_int_equal(
		    authenticate(&scene), enough ? PAM_SUCCESS : PAM_AUTH_ERR);
		assert_int_equal(scene.answered, ANSWER_PARTS_MAX);
		if (!enough)
			assert_not_asked(&scene);
		scene_end(&scene);
	}
}

static void
sends_of_an_endless_token_one_byte_too_many(void **state)
{
	char *part = long_token(9000), *whole = long_token(ANSWER_TOKEN_MAX);
	char *more = NULL;
	struct scene scene;

	(void)state;
	assert_true(asprintf(&more, "%s+", part) > 0);
	memcpy(whole + 9000, part, ANSWER_TOKEN_MAX - 9000);
	scene_begin(&scene, "plain");
	scene_answers(&scene, more, more, more);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	assert_int_equal(scene.answered, 2);
	scene_assert_parameter(&scene, 0, "token", whole);
	scene_end(&scene);
	free(part);
	free(whole);
	free(more);
}

static void
reports_a_cut(const char *user, size_t size, bool shown, size_t part)
{
	char *token = long_token(size);
	char expected[256];
	struct scene scene;

	scene_begin(&scene, "plain");
	pam_set_item(scene.pamh, PAM_USER, user);
	fake_agent_error(scene.agent, "Authenticate", "io.jwtagent.Truncated",
	    "token refused");
	if (part == 1)
		scene_answers(&scene, token);
	else
		scene_answers(&scene, HEAD "+", token + strlen(HEAD));
	assert_int_not_equal(authenticate(&scene), PAM_SUCCESS);
	snprintf(expected, sizeof(expected),
	    shown ? "error: token refused: the client cut the answer at %zu "
		    "bytes; use jwt-agent askpass, or send it in parts that "
		    "end in +\n"
		  : "error: token refused\n",
	    size);
	assert_non_null(strstr(scene.shown, expected));
	if (strcmp(user, SCENE_USER) == 0)
		assert_int_equal(shown,
		    strstr(fake_agent_call(scene.agent, 0), "\"cut\":true") !=
			NULL);
	scene_end(&scene);
	free(token);
}

static void
names_a_cut_token(void **state)
{
	(void)state;
	reports_a_cut(SCENE_USER, 1023, true, 1);
	reports_a_cut(SCENE_USER, 511, true, 1);
	reports_a_cut(SCENE_USER, 1022, false, 1);
	reports_a_cut(SCENE_USER, 1024, false, 1);
	reports_a_cut(SCENE_USER, 1023, false, 2);
	reports_a_cut("no-such-user", 1023, true, 1);
	reports_a_cut("no-such-user", 1022, false, 1);
}

/* A header alone can be longer than what the client sends. */
static void
takes_a_cut_token_without_a_dot_for_one(void **state)
{
	char answer[1024];
	struct scene scene;

	(void)state;
	memset(answer, 'A', sizeof(answer) - 1);
	memcpy(answer, "eyJ", 3);
	answer[1023] = '\0';
	scene_begin(&scene, "plain");
	scene_answers(&scene, answer);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	scene_assert_parameter(&scene, 0, "token", answer);
	scene_end(&scene);
	answer[1022] = '\0';
	is_a_password(answer, "reason=NotAToken");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaves_what_is_no_token_to_the_next_module),
	    cmocka_unit_test(sends_a_code_as_it_was_typed),
	    cmocka_unit_test(takes_a_code_of_a_module_above),
	    cmocka_unit_test(leaves_a_password_in_the_form_of_a_code),
	    cmocka_unit_test(leaves_it_when_there_is_no_agent_and_no_user),
	    cmocka_unit_test(tells_of_too_many_attempts),
	    cmocka_unit_test(leaves_no_token_behind),
	    cmocka_unit_test(takes_the_answer_of_a_module_above),
	    cmocka_unit_test(ignores_it_when_it_is_not_told_to),
	    cmocka_unit_test(asks_only_when_it_may),
	    cmocka_unit_test(joins_parts),
	    cmocka_unit_test(joins_a_long_token_as_ssh_sends_it),
	    cmocka_unit_test(sends_no_part_that_is_no_token),
	    cmocka_unit_test(bounds_the_number_of_parts),
	    cmocka_unit_test(sends_of_an_endless_token_one_byte_too_many),
	    cmocka_unit_test(names_a_cut_token),
	    cmocka_unit_test(takes_a_cut_token_without_a_dot_for_one),
	};

	(void)argc;
	scene_stage(argv, services, sizeof(services) / sizeof(*services));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
