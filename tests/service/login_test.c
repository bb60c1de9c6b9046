/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/service/agency.h"

#include "lmdb-store/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct scene {
	struct agency *agency;
	struct enroll_reply device;
	struct authenticate_reply login;
};

static void
scene_clear(struct scene *scene)
{
	enroll_reply_clear(&scene->device);
	authenticate_reply_clear(&scene->login);
}

static void
log_in(struct scene *scene, void **state)
{
	scene->agency = *state;
	assert_int_equal(agency_enroll(scene->agency, &scene->device), OK);
	assert_int_equal(agency_login(scene->agency, scene->device.access_token,
			     &scene->login),
	    OK);
}

static struct session_request
named(const struct scene *scene)
{
	return (struct session_request){
	    .session = scene->login.session,
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	    .tty = (char *)(uintptr_t) "pts/7",
	};
}

typedef enum err (*session_method)(struct call *call,
    const struct session_request *request, struct empty *reply);

static enum err
ask(struct scene *scene, session_method method,
    const struct session_request *request)
{
	struct empty reply;

	return agency_end(scene->agency,
	    method(agency_begin(scene->agency), request, &reply));
}

static enum err
credential(struct scene *scene, const char *action)
{
	struct credential_request request = {
	    .session = scene->login.session,
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	    .action = (char *)(uintptr_t)action,
	};
	struct empty reply;

	return agency_end(scene->agency,
	    login_credential(agency_begin(scene->agency), &request, &reply));
}

static void
assert_state(struct scene *scene, const char *wanted)
{
	auto_str char *found =
	    agency_session_state(scene->agency, scene->login.session);

	assert_string_equal(found, wanted);
}

static void
a_session_is_pending_active_closed(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct session_request request;

	log_in(&scene, state);
	request = named(&scene);
	assert_state(&scene, SESSION_PENDING);
	assert_int_equal(ask(&scene, login_check_account, &request), OK);
	assert_int_equal(ask(&scene, login_open_session, &request), OK);
	assert_int_equal(scene.agency->call.effects[0].kind, EFFECT_WATCH);
	assert_state(&scene, SESSION_ACTIVE);
	assert_int_equal(ask(&scene, login_close_session, &request), OK);
	assert_int_equal(scene.agency->call.effects[0].kind, EFFECT_FORGET);
	assert_state(&scene, SESSION_CLOSED);
	assert_int_equal(ask(&scene, login_close_session, &request), OK);
}

static void
an_ended_session_is_not_opened_again(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct session_request request;

	log_in(&scene, state);
	request = named(&scene);
	assert_int_equal(ask(&scene, login_close_session, &request), OK);
	assert_int_equal(
	    ask(&scene, login_open_session, &request), ERR_SESSION_ENDED);
	assert_int_equal(
	    ask(&scene, login_check_account, &request), ERR_SESSION_ENDED);
}

static void
opening_twice_by_one_process_is_one_opening(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct session_request request;

	log_in(&scene, state);
	request = named(&scene);
	assert_int_equal(ask(&scene, login_open_session, &request), OK);
	assert_int_equal(ask(&scene, login_open_session, &request), OK);
	assert_int_equal(scene.agency->call.effect_count, 0);
}

/* The id travels in the PAM environment, where anybody may have put it. */
static void
a_session_counts_only_for_its_user_and_service(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	static const session_method methods[] = {
	    login_check_account, login_open_session, login_close_session};

	log_in(&scene, state);
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		struct session_request forged = named(&scene);

		forged.user = (char *)(uintptr_t) "bob";
		assert_int_equal(
		    ask(&scene, methods[i], &forged), ERR_NO_SUCH_SESSION);
		forged = named(&scene);
		forged.uid = AGENCY_UID + 1;
		assert_int_equal(
		    ask(&scene, methods[i], &forged), ERR_NO_SUCH_SESSION);
		forged = named(&scene);
		forged.service = (char *)(uintptr_t) "sudo";
		assert_int_equal(
		    ask(&scene, methods[i], &forged), ERR_NO_SUCH_SESSION);
		forged = named(&scene);
		forged.session = (char *)(uintptr_t) "../../../../etc/passwd";
		assert_int_equal(
		    ask(&scene, methods[i], &forged), ERR_NO_SUCH_SESSION);
	}
	assert_state(&scene, SESSION_PENDING);
}

static enum err
open_as(struct scene *scene, int64_t leader)
{
	struct session_request request = named(scene);
	struct empty reply;
	struct call *call = agency_begin(scene->agency);

	call->leader.pid = leader;
	return agency_end(
	    scene->agency, login_open_session(call, &request, &reply));
}

/* The id may come from the user's own settings: a session that could be
 * closed by it would be forgotten, and outlive a revoke. */
static void
only_the_leader_closes_an_open_session(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct session_request request;
	struct credential_request delete = {0};
	struct empty reply;

	log_in(&scene, state);
	request = named(&scene);
	delete.session = request.session;
	delete.user = request.user;
	delete.uid = request.uid;
	delete.service = request.service;
	delete.action = (char *)(uintptr_t) "delete";
	assert_int_equal(ask(&scene, login_open_session, &request), OK);
	scene.agency->caller.pid = 78;
	assert_int_equal(
	    ask(&scene, login_close_session, &request), ERR_NO_SUCH_SESSION);
	assert_int_equal(
	    agency_end(scene.agency,
		login_credential(agency_begin(scene.agency), &delete, &reply)),
	    ERR_NO_SUCH_SESSION);
	assert_state(&scene, SESSION_ACTIVE);
	scene.agency->caller.pid = 77;
	assert_int_equal(ask(&scene, login_close_session, &request), OK);
	assert_state(&scene, SESSION_CLOSED);
	scene.agency->caller.pid = 78;
	assert_int_equal(ask(&scene, login_close_session, &request), OK);
}

static void
the_leader_is_the_caller_itself(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	log_in(&scene, state);
	assert_int_equal(open_as(&scene, 0), ERR_INVALID_PARAMETER);
	assert_int_equal(open_as(&scene, 1), ERR_INVALID_PARAMETER);
	assert_state(&scene, SESSION_PENDING);
	assert_int_equal(open_as(&scene, 77), OK);
}

static void
a_revoke_between_login_and_session_is_noticed(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};
	struct session_request request;

	log_in(&scene, state);
	request = named(&scene);
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &reply), OK);
	assert_int_equal(reply.sessions_ended, 1);
	assert_int_equal(
	    ask(&scene, login_check_account, &request), ERR_DEVICE_REVOKED);
	assert_int_equal(
	    ask(&scene, login_open_session, &request), ERR_DEVICE_REVOKED);
	assert_int_equal(credential(&scene, "establish"), ERR_DEVICE_REVOKED);
	assert_int_equal(
	    agency_login(scene.agency, scene.device.access_token, &scene.login),
	    ERR_DEVICE_REVOKED);
}

static void
an_expired_token_is_noticed_in_the_account_phase(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct session_request request;

	log_in(&scene, state);
	request = named(&scene);
	agency_pass(scene.agency, scene.agency->config->access_lifetime + 59);
	assert_int_equal(ask(&scene, login_check_account, &request), OK);
	agency_pass(scene.agency, 1);
	assert_int_equal(
	    ask(&scene, login_check_account, &request), ERR_EXPIRED);
	assert_int_equal(
	    agency_login(scene.agency, scene.device.access_token, &scene.login),
	    ERR_EXPIRED);
}

static void
a_credential_says_what_was_asked_for(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	static const char *const actions[] = {
	    "establish", "refresh", "reinitialize", "delete"};

	log_in(&scene, state);
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		assert_int_equal(credential(&scene, actions[i]), OK);
		assert_string_equal(
		    scene.agency->call.event.detail, actions[i]);
	}
	assert_int_equal(credential(&scene, "polish"), ERR_INVALID_PARAMETER);
	assert_string_equal(
	    scene.agency->call.event.detail, "action is unknown");
}

static void
every_credential_action_does_what_it_says(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	log_in(&scene, state);
	assert_int_equal(credential(&scene, "establish"), OK);
	assert_int_equal(credential(&scene, "refresh"), OK);
	assert_int_equal(credential(&scene, "reinitialize"), OK);
	assert_int_equal(credential(&scene, "destroy"), ERR_INVALID_PARAMETER);
	assert_state(&scene, SESSION_PENDING);
	assert_int_equal(credential(&scene, "delete"), OK);
	assert_state(&scene, SESSION_CLOSED);
	assert_int_equal(credential(&scene, "delete"), OK);
	assert_int_equal(credential(&scene, "refresh"), ERR_SESSION_ENDED);
}

static void
a_session_that_nobody_opens_lapses(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	log_in(&scene, state);
	agency_pass(scene.agency, PENDING_SECONDS - 1);
	agency_sweep(scene.agency, "lapse");
	assert_state(&scene, SESSION_PENDING);
	agency_pass(scene.agency, 1);
	agency_sweep(scene.agency, "lapse");
	assert_state(&scene, SESSION_EXPIRED);
}

static void
an_open_session_does_not_lapse(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	log_in(&scene, state);
	assert_int_equal(open_as(&scene, 77), OK);
	agency_pass(scene.agency, PENDING_SECONDS * 100);
	agency_sweep(scene.agency, "lapse");
	assert_state(&scene, SESSION_ACTIVE);
}

static enum err
log_in_as(struct scene *scene, const char *user, int64_t uid)
{
	auto_clear(authenticate_reply) struct authenticate_reply reply = {0};
	struct authenticate_request request = {
	    .user = (char *)(uintptr_t)user,
	    .uid = uid,
	    .service = (char *)(uintptr_t) "sshd",
	    .token = scene->device.access_token,
	};

	return agency_end(scene->agency,
	    login_authenticate(agency_begin(scene->agency), &request, &reply));
}

static void
a_token_is_for_its_user_only(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	log_in(&scene, state);
	assert_int_equal(log_in_as(&scene, "bob", AGENCY_UID), ERR_WRONG_USER);
	assert_int_equal(log_in_as(&scene, "root", 0), ERR_WRONG_USER);
	assert_int_equal(log_in_as(&scene, "alic", AGENCY_UID), ERR_WRONG_USER);
	assert_int_equal(
	    log_in_as(&scene, "alice\n", AGENCY_UID), ERR_WRONG_USER);
	/* the name was given to somebody else, or is an alias of root's */
	assert_int_equal(
	    log_in_as(&scene, "alice", AGENCY_UID + 1), ERR_WRONG_USER);
	assert_int_equal(log_in_as(&scene, "alice", 0), ERR_WRONG_USER);
	assert_int_equal(log_in_as(&scene, "alice", 999), ERR_WRONG_USER);
}

static void
claims_are_for_administrators_and_never_registered_ones(void **state)
{
	struct agency *agency = *state;
	auto_json json_t *claims = json_pack("{ss}", "team", "blue");
	auto_json json_t *forged = json_pack("{ss}", "sub", "root");
	auto_clear(enroll_reply) struct enroll_reply reply = {0};
	struct enroll_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .name = (char *)(uintptr_t) "laptop",
	    .claims = claims,
	};
	struct call *call = agency_begin(agency);

	call->admin = false;
	assert_int_equal(
	    agency_end(agency, device_enroll(call, &request, &reply)),
	    ERR_PERMISSION_DENIED);
	request.claims = forged;
	assert_int_equal(
	    agency_end(
		agency, device_enroll(agency_begin(agency), &request, &reply)),
	    ERR_INVALID_PARAMETER);
	request.claims = claims;
	assert_int_equal(
	    agency_end(
		agency, device_enroll(agency_begin(agency), &request, &reply)),
	    OK);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_session_is_pending_active_closed),
	    T(an_ended_session_is_not_opened_again),
	    T(opening_twice_by_one_process_is_one_opening),
	    T(a_session_counts_only_for_its_user_and_service),
	    T(only_the_leader_closes_an_open_session),
	    T(the_leader_is_the_caller_itself),
	    T(a_revoke_between_login_and_session_is_noticed),
	    T(an_expired_token_is_noticed_in_the_account_phase),
	    T(a_credential_says_what_was_asked_for),
	    T(every_credential_action_does_what_it_says),
	    T(a_session_that_nobody_opens_lapses),
	    T(an_open_session_does_not_lapse),
	    T(a_token_is_for_its_user_only),
	    T(claims_are_for_administrators_and_never_registered_ones),
	};

	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
