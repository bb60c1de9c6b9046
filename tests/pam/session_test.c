/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include "base/err.h"

#include <string.h>
#include <unistd.h>

/* SUCCESS says that the module answered PAM_IGNORE, and nothing else does. */
#define IGNORES(phase, arguments)                                              \
	phase " [ignore=1 default=die] @JWT@ " arguments "\n" phase            \
	      " requisite pam_deny.so\n" phase " required pam_permit.so\n"
#define JWT(phase, arguments) phase " required @JWT@ " arguments "\n"
#define ALL(line, arguments)                                                   \
	line("auth", arguments) line("account", arguments)                     \
	    line("session", arguments) line("password", arguments)

static const struct service services[] = {
    {"plain", ALL(JWT, "")},
    {"ignored", ALL(IGNORES, "")},
    {"watched", ALL(IGNORES, "observe")},
    {"broken", ALL(JWT, "nonsense")},
};

enum phase {
	ACCOUNT,
	OPEN,
	CLOSE,
	CREDENTIAL
};

static const char *const methods[] = {
    "CheckAccount", "OpenSession", "CloseSession", "Credential"};

static int
call(struct scene *scene, enum phase phase)
{
	switch (phase) {
	case ACCOUNT:
		return pam_acct_mgmt(scene->pamh, 0);
	case OPEN:
		return pam_open_session(scene->pamh, 0);
	case CLOSE:
		return pam_close_session(scene->pamh, 0);
	default:
		return pam_setcred(scene->pamh, PAM_ESTABLISH_CRED);
	}
}

static void
begin_session(struct scene *scene, const char *service, const char *session)
{
	scene_begin(scene, service);
	assert_int_equal(pam_putenv(scene->pamh, session), PAM_SUCCESS);
}

static void
tells_the_agent(void **state)
{
	(void)state;
	for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++) {
		struct scene scene;

		begin_session(&scene, "plain", "JWT_SESSION=" FAKE_SESSION);
		pam_set_item(scene.pamh, PAM_RHOST, "192.0.2.1");
		assert_int_equal(call(&scene, phase), PAM_SUCCESS);
		assert_non_null(
		    strstr(fake_agent_call(scene.agent, 0), methods[phase]));
		scene_assert_parameter(&scene, 0, "session", FAKE_SESSION);
		scene_assert_parameter(&scene, 0, "user", SCENE_USER);
		scene_assert_parameter(&scene, 0, "service", "plain");
		scene_assert_parameter(&scene, 0, "rhost",
		    phase == CREDENTIAL ? NULL : "192.0.2.1");
		assert_int_equal(
		    fake_agent_pid(scene.agent), phase == OPEN ? getpid() : 0);
		assert_shown(&scene, "");
		scene_end(&scene);
	}
}

static void
names_the_action_of_setcred(void **state)
{
	static const struct {
		unsigned int flags;
		const char *action;
	} rows[] = {
	    {PAM_ESTABLISH_CRED, "establish"},
	    {PAM_REINITIALIZE_CRED, "reinitialize"},
	    {PAM_REFRESH_CRED | PAM_SILENT, "refresh"},
	    {PAM_DELETE_CRED, "delete"},
	    {PAM_SILENT, "establish"},
	    {0, "establish"},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin_session(&scene, "plain", "JWT_SESSION=" FAKE_SESSION);
		assert_int_equal(
		    pam_setcred(scene.pamh, (int)rows[i].flags), PAM_SUCCESS);
		scene_assert_parameter(&scene, 0, "action", rows[i].action);
		scene_end(&scene);
	}
	begin_session(&scene, "plain", "JWT_SESSION=" FAKE_SESSION);
	assert_int_equal(
	    pam_setcred(scene.pamh, PAM_ESTABLISH_CRED | PAM_DELETE_CRED),
	    PAM_CRED_ERR);
	assert_not_asked(&scene);
	scene_end(&scene);
}

static int
credential_code(int auth)
{
	return auth == PAM_CRED_EXPIRED	   ? PAM_CRED_EXPIRED
	    : auth == PAM_AUTHINFO_UNAVAIL ? PAM_CRED_UNAVAIL
	    : auth == PAM_USER_UNKNOWN	   ? PAM_USER_UNKNOWN
					   : PAM_CRED_ERR;
}

static void
refuse_as(enum phase phase, enum err err, const char *wire, int code)
{
	struct scene scene;

	begin_session(&scene, "plain", "JWT_SESSION=" FAKE_SESSION);
	fake_agent_error(scene.agent, methods[phase], wire, "because");
	assert_int_equal(call(&scene, phase), code);
	assert_logged(&scene, err_name(err));
	assert_shown(&scene, "");
	scene_end(&scene);
}

static void
passes_on_every_error_of_the_agent(void **state)
{
	static const struct {
		enum err err;
		const char *wire;
		int auth, account, session;
	} rows[] = {
#define E(id, wire, class, shown, commit, auth, account, session, ...)         \
	{ERR_##id, wire, PAM_##auth, PAM_##account, PAM_##session},
	    ERRORS(E)
#undef E
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum err err = rows[i].err;
		const char *wire = rows[i].wire;

		assert_int_not_equal(rows[i].account, PAM_IGNORE);
		assert_int_not_equal(rows[i].session, PAM_IGNORE);
		refuse_as(ACCOUNT, err, wire, rows[i].account);
		refuse_as(OPEN, err, wire, rows[i].session);
		refuse_as(CLOSE, err, wire, rows[i].session);
		refuse_as(CREDENTIAL, err, wire, credential_code(rows[i].auth));
	}
}

static void
answers_some_errors_by_hand(void **state)
{
	(void)state;
	refuse_as(
	    ACCOUNT, ERR_EXPIRED, "io.jwtagent.Expired", PAM_ACCT_EXPIRED);
	refuse_as(ACCOUNT, ERR_DEVICE_REVOKED, "io.jwtagent.DeviceRevoked",
	    PAM_PERM_DENIED);
	refuse_as(OPEN, ERR_SESSION_ENDED, "io.jwtagent.SessionEnded",
	    PAM_SESSION_ERR);
	refuse_as(
	    CREDENTIAL, ERR_STORE, "io.jwtagent.StoreFault", PAM_CRED_UNAVAIL);
}

static void
fails_without_an_agent(void **state)
{
	static const int codes[] = {PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
	    PAM_SESSION_ERR, PAM_CRED_UNAVAIL};

	(void)state;
	for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++) {
		struct scene scene;

		scene_begin_alone(&scene, "plain");
		pam_putenv(scene.pamh, "JWT_SESSION=" FAKE_SESSION);
		assert_int_equal(call(&scene, phase), codes[phase]);
		assert_logged(&scene, "failed reason=Unreachable");
		scene_end(&scene);
	}
}

/* A variable that is not an id was not set by us: never PAM_IGNORE. */
static void
refuses_a_forged_variable(void **state)
{
	static const char *const forged[] = {"JWT_SESSION=", "JWT_SESSION=x",
	    "JWT_SESSION=" FAKE_SESSION "Z",
	    "JWT_SESSION=01hzzzzzzzzzzzzzzzzzzzzzzz",
	    "JWT_SESSION=../../../../../etc/passwd"};
	static const int codes[] = {
	    PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_SESSION_ERR, PAM_CRED_ERR};

	(void)state;
	for (size_t i = 0; i < sizeof(forged) / sizeof(*forged); i++)
		for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++) {
			struct scene scene;

			begin_session(&scene, "plain", forged[i]);
			assert_int_equal(call(&scene, phase), codes[phase]);
			assert_not_asked(&scene);
			assert_logged(&scene, "reason=NoSuchSession");
			scene_end(&scene);
		}
}

static void
refuses_without_a_user(void **state)
{
	static const int codes[] = {PAM_USER_UNKNOWN, PAM_SESSION_ERR,
	    PAM_SESSION_ERR, PAM_USER_UNKNOWN};
	static const char *const users[] = {NULL, "", "no-such-user"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++) {
			struct scene scene;

			begin_session(
			    &scene, "plain", "JWT_SESSION=" FAKE_SESSION);
			pam_set_item(scene.pamh, PAM_USER, users[i]);
			assert_int_equal(call(&scene, phase), codes[phase]);
			assert_not_asked(&scene);
			scene_end(&scene);
		}
}

/* Also when the agent is down: a user who came in by a password needs none. */
static void
ignores_a_user_who_came_in_by_another_module(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_alone(&scene, "ignored");
	assert_int_equal(call(&scene, ACCOUNT), PAM_SUCCESS);
	assert_int_equal(call(&scene, OPEN), PAM_SUCCESS);
	assert_int_equal(call(&scene, CLOSE), PAM_SUCCESS);
	scene_end(&scene);

	scene_begin_alone(&scene, "plain");
	assert_int_equal(call(&scene, CREDENTIAL), PAM_SUCCESS);
	scene_end(&scene);
}

#define TOKEN "eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl"

static void
log_in_unrecorded(struct scene *scene, const char *service)
{
	scene_begin(scene, service);
	scene_answers(scene, TOKEN);
	fake_agent_reply(scene->agent, "Authenticate",
	    "{\"parameters\":{\"device\":\"" FAKE_DEVICE
	    "\",\"expires\":2000000000}}");
	assert_int_equal(pam_authenticate(scene->pamh, 0), PAM_SUCCESS);
}

/* Where nobody else answers in the stack, too. */
static void
goes_on_after_a_login_without_a_session(void **state)
{
	struct scene scene;

	(void)state;
	log_in_unrecorded(&scene, "plain");
	assert_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	assert_logged(&scene, "accepted without a session");
	for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++)
		assert_int_equal(call(&scene, phase), PAM_SUCCESS);
	assert_null(fake_agent_call(scene.agent, 1));
	assert_shown(&scene, "ask: Password or token: \n");

	/* for that user only, and until the next attempt */
	pam_set_item(scene.pamh, PAM_USER, "bin");
	assert_int_not_equal(call(&scene, ACCOUNT), PAM_SUCCESS);
	assert_int_not_equal(call(&scene, OPEN), PAM_SUCCESS);
	pam_set_item(scene.pamh, PAM_USER, SCENE_USER);
	assert_int_equal(call(&scene, ACCOUNT), PAM_SUCCESS);
	fake_agent_error(
	    scene.agent, "Authenticate", "io.jwtagent.Revoked", "because");
	scene_answers(&scene, TOKEN);
	assert_int_equal(pam_authenticate(scene.pamh, 0), PAM_AUTH_ERR);
	assert_int_not_equal(call(&scene, ACCOUNT), PAM_SUCCESS);
	scene_end(&scene);
}

static void
observing_ignores_everything(void **state)
{
	struct scene scene;

	(void)state;
	begin_session(&scene, "watched", "JWT_SESSION=" FAKE_SESSION);
	for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++)
		assert_int_equal(call(&scene, phase), PAM_SUCCESS);
	assert_int_equal(pam_chauthtok(scene.pamh, 0), PAM_SUCCESS);
	assert_not_asked(&scene);
	assert_shown(&scene, "");
	scene_end(&scene);
}

static void
refuses_an_unknown_argument(void **state)
{
	(void)state;
	for (enum phase phase = ACCOUNT; phase <= CREDENTIAL; phase++) {
		struct scene scene;

		scene_begin(&scene, "broken");
		assert_int_equal(call(&scene, phase), PAM_SERVICE_ERR);
		assert_logged(&scene, "unknown argument \"nonsense\"");
		assert_int_equal(pam_chauthtok(scene.pamh, 0), PAM_SERVICE_ERR);
		scene_end(&scene);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_the_agent),
	    cmocka_unit_test(names_the_action_of_setcred),
	    cmocka_unit_test(passes_on_every_error_of_the_agent),
	    cmocka_unit_test(answers_some_errors_by_hand),
	    cmocka_unit_test(fails_without_an_agent),
	    cmocka_unit_test(refuses_a_forged_variable),
	    cmocka_unit_test(refuses_without_a_user),
	    cmocka_unit_test(ignores_a_user_who_came_in_by_another_module),
	    cmocka_unit_test(goes_on_after_a_login_without_a_session),
	    cmocka_unit_test(observing_ignores_everything),
	    cmocka_unit_test(refuses_an_unknown_argument),
	};

	(void)argc;
	scene_stage(argv, services, sizeof(services) / sizeof(*services));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
