/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/code.h"
#include "jwt-agent/service/code_device.h"
#include "jwt-agent/service/sweep.h"
#include "jwt-agent/service/user.h"

#include "lmdb-store/code.h"
#include "lmdb-store/session.h"
#include "tests/base/sparse.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))
#define RHOST "192.0.2.1"

/* A code that was made, and what a login by it is asked with. */
struct scene {
	struct agency *agency;
	struct code_new_request wanted;
	struct code_new_reply made;
	struct authenticate_request attempt;
	struct authenticate_reply login;
};

static void
scene_clear(struct scene *scene)
{
	code_new_reply_clear(&scene->made);
	authenticate_reply_clear(&scene->login);
}

static struct scene
scene_of(void **state)
{
	return (struct scene){
	    .agency = *state,
	    .wanted = {.user = TEXT("alice")},
	    .attempt = {.user = TEXT("alice"),
		.uid = AGENCY_UID,
		.service = TEXT("sshd"),
		.rhost = TEXT(RHOST)},
	};
}

static enum err
make(struct scene *scene)
{
	code_new_reply_clear(&scene->made);
	return agency_end(scene->agency,
	    code_new(
		agency_begin(scene->agency), &scene->wanted, &scene->made));
}

static enum err
log_in(struct scene *scene)
{
	scene->attempt.token = scene->made.code;
	authenticate_reply_clear(&scene->login);
	return agency_end(scene->agency,
	    login_authenticate(
		agency_begin(scene->agency), &scene->attempt, &scene->login));
}

static enum err
log_in_by(struct scene *scene, const char *code)
{
	auto_free(secret) struct secret *made = TAKE(scene->made.code);
	enum err e;

	assert_int_equal(secret_new(&scene->made.code, code, strlen(code)), OK);
	e = log_in(scene);
	secret_free(scene->made.code);
	scene->made.code = TAKE(made);
	return e;
}

static size_t
codes(struct scene *scene)
{
	struct call *call = agency_begin(scene->agency);
	size_t count = 0;

	assert_int_equal(code_count(call->txn, &count), OK);
	txn_free(TAKE(call->txn));
	return count;
}

static void
find_session(struct scene *scene, struct session_record *session)
{
	struct call *call = agency_begin(scene->agency);

	assert_int_equal(
	    session_get(call->txn, scene->login.session, session), OK);
	txn_free(TAKE(call->txn));
}

static void
find_device(struct scene *scene, struct device_record *device)
{
	struct call *call = agency_begin(scene->agency);

	assert_int_equal(
	    device_get(call->txn, scene->login.device, device), OK);
	txn_free(TAKE(call->txn));
}

/* Refused for this, and the code is as good as before. */
static void
assert_refused(struct scene *scene, enum err wanted)
{
	size_t before = codes(scene);

	assert_int_equal(log_in(scene), wanted);
	assert_null(scene->login.session);
	assert_int_equal(codes(scene), before);
}

static void
a_code_logs_in_once(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(make(&scene), OK);
	assert_int_equal(secret_size(scene.made.code), LOGINCODE_SHOWN_SIZE);
	assert_int_equal(scene.made.expires, AGENCY_START + CODE_TTL_DEFAULT);
	assert_int_equal(codes(&scene), 1);
	assert_int_equal(log_in(&scene), OK);
	assert_int_equal(scene.login.expires,
	    AGENCY_START + scene.agency->config->access_lifetime);
	assert_int_equal(codes(&scene), 0);
	assert_int_equal(log_in(&scene), ERR_WRONG_CODE);
}

static void
its_session_is_like_any_other(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	auto_clear(session_record) struct session_record session = {0};
	struct session_request request = {
	    .user = TEXT("alice"), .uid = AGENCY_UID, .service = TEXT("sshd")};
	struct empty reply;

	scene.attempt.tty = TEXT("pts/7");
	assert_int_equal(make(&scene), OK);
	assert_int_equal(log_in(&scene), OK);
	find_session(&scene, &session);
	assert_string_equal(session.state, SESSION_PENDING);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.uid, AGENCY_UID);
	assert_string_equal(session.device, scene.login.device);
	assert_string_equal(session.issuer, scene.agency->config->issuer);
	assert_string_equal(session.rhost, RHOST);
	assert_string_equal(session.tty, "pts/7");
	request.session = scene.login.session;
	assert_int_equal(agency_end(scene.agency,
			     login_check_account(
				 agency_begin(scene.agency), &request, &reply)),
	    OK);
	assert_int_equal(agency_end(scene.agency,
			     login_open_session(
				 agency_begin(scene.agency), &request, &reply)),
	    OK);
}

static void
a_code_is_accepted_as_it_is_typed(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	char typed[LOGINCODE_SHOWN_SIZE + 1];

	assert_int_equal(make(&scene), OK);
	snprintf(typed, sizeof(typed), "%s", secret_text(scene.made.code));
	for (char *at = typed; *at != '\0'; at++)
		if (*at >= 'A')
			*at = (char)(*at + 32);
		else if (*at == '-')
			*at = ' ';
		else if (*at == '1')
			*at = 'l';
		else if (*at == '0')
			*at = 'o';
	assert_int_equal(log_in_by(&scene, typed), OK);
}

static void
what_has_another_form_is_no_code(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(log_in_by(&scene, "ABCDEFGHJKMN"), ERR_MALFORMED);
	assert_int_equal(log_in_by(&scene, "ABCD-EFGH-JKMU"), ERR_MALFORMED);
	assert_int_equal(log_in_by(&scene, "ABCD-EFGH-JKMN"), ERR_WRONG_CODE);
}

static void
a_code_ends_on_its_second(void **state)
{
	static const int64_t ttls[] = {0, CODE_TTL_MIN, 77, CODE_TTL_MAX};

	for (size_t i = 0; i < sizeof(ttls) / sizeof(*ttls); i++) {
		auto_clear(scene) struct scene scene = scene_of(state);
		int64_t ttl = ttls[i] != 0 ? ttls[i] : CODE_TTL_DEFAULT;

		scene.wanted.ttl = ttls[i];
		assert_int_equal(make(&scene), OK);
		agency_pass(scene.agency, ttl - 1);
		assert_int_equal(log_in(&scene), OK);
		assert_int_equal(make(&scene), OK);
		agency_pass(scene.agency, ttl);
		assert_refused(&scene, ERR_WRONG_CODE);
		agency_pass(scene.agency, -1);
		assert_int_equal(log_in(&scene), OK);
	}
}

static void
a_code_is_for_its_user(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(make(&scene), OK);
	scene.attempt.user = TEXT("bob");
	scene.attempt.uid = AGENCY_UID + 1;
	assert_refused(&scene, ERR_WRONG_USER);
	/* a name that was given to somebody else, a number with two names */
	scene.attempt.user = TEXT("alice");
	assert_refused(&scene, ERR_WRONG_USER);
	scene.attempt.user = TEXT("alicia");
	scene.attempt.uid = AGENCY_UID;
	assert_int_equal(log_in(&scene), ERR_WRONG_USER);
	assert_non_null(strstr(scene.agency->call.event.detail, "alice"));
	assert_refused(&scene, ERR_WRONG_USER);
	scene.attempt.user = TEXT("alice");
	assert_int_equal(log_in(&scene), OK);
}

static void
a_code_can_be_bound_to_a_service(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	scene.wanted.service = TEXT("login");
	assert_int_equal(make(&scene), OK);
	assert_refused(&scene, ERR_CODE_ELSEWHERE);
	scene.attempt.service = TEXT("login");
	assert_int_equal(log_in(&scene), OK);
}

static void
a_code_can_be_bound_to_a_host(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	scene.wanted.rhost = TEXT("192.0.2.2");
	assert_int_equal(make(&scene), OK);
	assert_refused(&scene, ERR_CODE_ELSEWHERE);
	scene.attempt.rhost = NULL;
	assert_refused(&scene, ERR_CODE_ELSEWHERE);
	scene.attempt.rhost = TEXT("192.0.2.2");
	assert_int_equal(log_in(&scene), OK);
}

static void
services_say_what_codes_they_take(void **state)
{
	static const struct {
		const char *lines;
		enum err outcome;
	} rows[] = {
	    {"", OK},
	    {"interactive = no\n", ERR_POLICY_DENIED},
	    {"require_groups = ops\n", ERR_POLICY_DENIED},
	    {"require_claims = sub\n", ERR_POLICY_DENIED},
	    {"require_acr = gold\n", ERR_POLICY_DENIED},
	    {"require_amr = otp\n", ERR_POLICY_DENIED},
	    {"max_auth_age = 1h\n", ERR_POLICY_DENIED},
	    {"max_token_age = 1h\n", OK},
	    {"users = bob\n", ERR_POLICY_DENIED},
	    {"users = bob, alice\n", OK},
	    {"min_uid = 4242\n", OK},
	    {"min_uid = 4243\n", ERR_WRONG_USER},
	    {"replay = once\n", OK},
	    {"deny_message = no {sub} here\nusers = bob\n", ERR_POLICY_DENIED},
	    {"audience = elsewhere.test\n", ERR_WRONG_AUDIENCE},
	    {"audience = elsewhere.test, here.test\n", OK},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(scene) struct scene scene = scene_of(state);
		auto_str char *text = NULL;

		assert_true(asprintf(&text,
				"[token]\naudience = here.test\n"
				"[service sshd]\n%s",
				rows[i].lines) > 0);
		agency_configure(scene.agency, text);
		assert_int_equal(make(&scene), OK);
		if (rows[i].outcome == OK)
			assert_int_equal(log_in(&scene), OK);
		else
			assert_refused(&scene, rows[i].outcome);
	}
}

static void
a_service_of_other_issuers_takes_no_codes(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	agency_configure(scene.agency,
	    "[issuer corp]\nissuer = https://corp.test\n"
	    "jwks_url = https://corp.test/jwks\n"
	    "[service sshd]\nissuers = corp\n");
	assert_int_equal(make(&scene), OK);
	assert_refused(&scene, ERR_POLICY_DENIED);
	scene.attempt.service = TEXT("login");
	assert_int_equal(log_in(&scene), OK);
}

static void
max_token_age_holds_for_the_code(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	agency_configure(scene.agency, "[service sshd]\nmax_token_age = 30s\n");
	assert_int_equal(make(&scene), OK);
	agency_pass(scene.agency, 31);
	assert_refused(&scene, ERR_POLICY_DENIED);
	agency_pass(scene.agency, -1);
	assert_int_equal(log_in(&scene), OK);
}

static void
root_needs_a_switch_of_its_own(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	struct call *call = agency_begin(scene.agency);

	scene.wanted.user = scene.attempt.user = TEXT("root");
	scene.attempt.uid = 0;
	call->subject = 0;
	assert_int_equal(agency_end(scene.agency,
			     code_new(call, &scene.wanted, &scene.made)),
	    OK);
	assert_refused(&scene, ERR_WRONG_USER);
	agency_configure(scene.agency, "[service sshd]\nallow_root = yes\n");
	assert_int_equal(log_in(&scene), OK);
}

static void
requests_that_make_no_sense(void **state)
{
	static const struct code_new_request rows[] = {
	    {.user = TEXT("")},
	    {.user = TEXT("alice"), .ttl = CODE_TTL_MIN - 1},
	    {.user = TEXT("alice"), .ttl = CODE_TTL_MAX + 1},
	    {.user = TEXT("alice"), .ttl = -120},
	    {.user = TEXT("alice"), .service = TEXT("")},
	    {.user = TEXT("alice"), .service = TEXT("two words")},
	    {.user = TEXT("alice"), .rhost = TEXT("")},
	    {.user = TEXT("alice"), .rhost = TEXT("a\nb")},
	};
	char host[CODE_RHOST_MAX + 2] = "";

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(scene) struct scene scene = scene_of(state);

		scene.wanted = rows[i];
		assert_int_equal(make(&scene), ERR_INVALID_PARAMETER);
		assert_non_null(scene.agency->call.event.detail);
		assert_int_equal(codes(&scene), 0);
	}
	for (size_t size = CODE_RHOST_MAX; size < sizeof(host); size++) {
		auto_clear(scene) struct scene scene = scene_of(state);

		memset(host, 'h', size);
		scene.wanted.rhost = host;
		assert_int_equal(make(&scene),
		    size == CODE_RHOST_MAX ? OK : ERR_INVALID_PARAMETER);
	}
}

static void
nobody_has_a_code_who_is_not_there(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	struct call *call = agency_begin(scene.agency);

	call->subject = SUBJECT_UNKNOWN;
	assert_int_equal(agency_end(scene.agency,
			     code_new(call, &scene.wanted, &scene.made)),
	    ERR_NO_SUCH_USER);
}

static void
the_oldest_code_makes_room(void **state)
{
	struct scene scenes[CODES_OF_USER_MAX + 1];
	struct scene *last = &scenes[CODES_OF_USER_MAX];

	for (size_t i = 0; i <= CODES_OF_USER_MAX; i++) {
		scenes[i] = scene_of(state);
		/* the one that ends first is not the oldest */
		scenes[i].wanted.ttl = 900 - 10 * (int64_t)i;
		assert_int_equal(make(&scenes[i]), OK);
		scenes[i].agency->now_ms++;
	}
	assert_int_equal(codes(last), CODES_OF_USER_MAX);
	assert_int_equal(log_in(&scenes[0]), ERR_WRONG_CODE);
	assert_int_equal(log_in(&scenes[1]), OK);
	assert_int_equal(log_in(last), OK);
	for (size_t i = 0; i <= CODES_OF_USER_MAX; i++)
		scene_clear(&scenes[i]);
}

static void
what_is_over_makes_room_first(void **state)
{
	auto_clear(scene) struct scene old = scene_of(state);

	old.wanted.ttl = CODE_TTL_MAX;
	assert_int_equal(make(&old), OK);
	agency_pass(old.agency, 1);
	for (size_t i = 1; i < CODES_OF_USER_MAX; i++) {
		auto_clear(scene) struct scene scene = scene_of(state);

		scene.wanted.ttl = CODE_TTL_MIN;
		assert_int_equal(make(&scene), OK);
	}
	assert_int_equal(codes(&old), CODES_OF_USER_MAX);
	agency_pass(old.agency, CODE_TTL_MIN);
	{
		auto_clear(scene) struct scene scene = scene_of(state);

		assert_int_equal(make(&scene), OK);
	}
	assert_int_equal(codes(&old), 2);
	assert_int_equal(log_in(&old), OK);
}

static void
codes_of_others_do_not_make_room(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(make(&scene), OK);
	for (int i = 0; i <= CODES_OF_USER_MAX; i++) {
		auto_clear(scene) struct scene other = scene_of(state);
		struct call *call = agency_begin(other.agency);

		other.wanted.user = TEXT("bob");
		call->subject = AGENCY_UID - 1;
		assert_int_equal(
		    agency_end(other.agency,
			code_new(call, &other.wanted, &other.made)),
		    OK);
	}
	assert_int_equal(log_in(&scene), OK);
}

static enum err
log_out_alice(struct scene *scene)
{
	const struct user_logout_request request = {.user = TEXT("alice")};
	auto_clear(user_logout_reply) struct user_logout_reply reply = {0};

	return agency_end(scene->agency,
	    user_logout(agency_begin(scene->agency), &request, &reply));
}

static void
logout_takes_codes_along(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(make(&scene), OK);
	assert_int_equal(log_out_alice(&scene), OK);
	assert_refused(&scene, ERR_REVOKED);
	/* in the same second, and good */
	assert_int_equal(make(&scene), OK);
	assert_int_equal(log_in(&scene), OK);
}

static void
codes_that_are_over_are_swept(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	const struct sweep_request request = {(char *)(uintptr_t) "codes"};
	struct sweep_reply reply;

	for (int i = 0; i < 3; i++)
		assert_int_equal(make(&scene), OK);
	agency_pass(scene.agency, CODE_TTL_DEFAULT - 1);
	assert_int_equal(
	    agency_end(scene.agency,
		sweep_step(agency_begin(scene.agency), &request, &reply)),
	    OK);
	assert_int_equal(codes(&scene), 3);
	agency_pass(scene.agency, 1);
	assert_int_equal(
	    agency_end(scene.agency,
		sweep_step(agency_begin(scene.agency), &request, &reply)),
	    OK);
	assert_int_equal(codes(&scene), 0);
}

static void
codes_share_a_device_of_their_own(void **state)
{
	auto_clear(scene) struct scene first = scene_of(state);
	auto_clear(scene) struct scene second = scene_of(state);
	auto_clear(device_record) struct device_record device = {0};

	assert_int_equal(make(&first), OK);
	assert_int_equal(log_in(&first), OK);
	assert_int_equal(make(&second), OK);
	assert_int_equal(log_in(&second), OK);
	assert_string_equal(first.login.device, second.login.device);
	find_device(&first, &device);
	assert_string_equal(device.name, CODE_DEVICE_NAME);
	assert_string_equal(device.user, "alice");
	assert_int_equal(device.uid, AGENCY_UID);
	assert_null(device.family);
	assert_string_equal(device.seen_rhost, RHOST);
}

static void
a_revoked_device_has_no_codes(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	auto_clear(scene) struct scene made_before = scene_of(state);
	auto_clear(device_revoke_reply) struct device_revoke_reply revoked = {
	    0};

	assert_int_equal(make(&made_before), OK);
	assert_int_equal(make(&scene), OK);
	assert_int_equal(log_in(&scene), OK);
	assert_int_equal(
	    agency_revoke(scene.agency, scene.login.device, &revoked), OK);
	assert_refused(&made_before, ERR_DEVICE_REVOKED);
	assert_int_equal(make(&scene), ERR_DEVICE_REVOKED);
}

/* Enrols, logs in by token, and asks for a code in that session. */
static void
make_in_session(struct scene *scene, struct enroll_reply *device,
    struct authenticate_reply *login)
{
	assert_int_equal(agency_enroll(scene->agency, device), OK);
	assert_int_equal(
	    agency_login(scene->agency, device->access_token, login), OK);
	scene->wanted.session = login->session;
	assert_int_equal(make(scene), OK);
}

static void
a_code_made_in_a_session_is_of_its_device(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply revoked = {
	    0};

	make_in_session(&scene, &device, &login);
	assert_int_equal(log_in(&scene), OK);
	assert_string_equal(scene.login.device, device.device);
	assert_int_equal(make(&scene), OK);
	assert_int_equal(
	    agency_revoke(scene.agency, device.device, &revoked), OK);
	assert_refused(&scene, ERR_DEVICE_REVOKED);
}

static void
a_session_of_somebody_else_does_not_matter(void **state)
{
	static const char *const sessions[] = {
	    "", "no id", "01HZZZZZZZZZZZZZZZZZZZZZZZ"};
	auto_clear(scene) struct scene scene = scene_of(state);
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	struct call *call;

	make_in_session(&scene, &device, &login);
	call = agency_begin(scene.agency);
	call->subject = scene.attempt.uid = AGENCY_UID + 1;
	scene.wanted.user = scene.attempt.user = TEXT("bob");
	code_new_reply_clear(&scene.made);
	assert_int_equal(agency_end(scene.agency,
			     code_new(call, &scene.wanted, &scene.made)),
	    OK);
	assert_int_equal(log_in(&scene), OK);
	assert_string_not_equal(scene.login.device, device.device);
	for (size_t i = 0; i < sizeof(sessions) / sizeof(*sessions); i++) {
		scene.wanted.session = TEXT(sessions[i]);
		assert_int_equal(make(&scene), OK);
	}
}

static void
note(struct scene *scene, enum limit_event event, int times)
{
	struct limit_place place = {
	    scene->attempt.user, scene->attempt.rhost, NULL};

	for (int i = 0; i < times; i++)
		limit_note(scene->agency->limit, &place, event,
		    scene->agency->now_ms / 1000);
}

static void
above_the_limit_codes_are_not_looked_at(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(make(&scene), OK);
	note(&scene, LIMIT_WRONG_CODE, 9);
	assert_int_equal(log_in_by(&scene, "0000-0000-0000"), ERR_WRONG_CODE);
	assert_int_equal(scene.agency->call.alert_count, 0);
	note(&scene, LIMIT_WRONG_CODE, 1);
	assert_int_equal(
	    log_in_by(&scene, "0000-0000-0000"), ERR_TOO_MANY_ATTEMPTS);
	assert_string_equal(scene.agency->call.alerts[0].name, "code-guessing");
	note(&scene, LIMIT_TOLD, 1);
	assert_int_equal(
	    log_in_by(&scene, "0000-0000-0000"), ERR_TOO_MANY_ATTEMPTS);
	assert_int_equal(scene.agency->call.alert_count, 0);
	assert_refused(&scene, ERR_TOO_MANY_ATTEMPTS);
	scene.attempt.rhost = TEXT("192.0.2.2");
	assert_int_equal(log_in(&scene), OK);
}

static void
other_refusals_do_not_hold_codes_up(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);

	assert_int_equal(make(&scene), OK);
	note(&scene, LIMIT_REFUSED, 1000);
	assert_int_equal(log_in(&scene), OK);
}

static void
guessing_neither_finds_nor_voids_a_code(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	char code[LOGINCODE_SIZE + 1], shown[LOGINCODE_SHOWN_SIZE + 1];

	assert_int_equal(make(&scene), OK);
	for (int i = 0; i < sparse(1000); i++) {
		assert_int_equal(logincode_new(&scene.agency->host, code), OK);
		logincode_show(code, shown);
		assert_int_equal(log_in_by(&scene, shown), ERR_WRONG_CODE);
	}
	assert_int_equal(codes(&scene), 1);
	assert_int_equal(log_in(&scene), OK);
}

static void
the_audit_never_has_the_code(void **state)
{
	auto_clear(scene) struct scene scene = scene_of(state);
	const char *detail;

	assert_int_equal(make(&scene), OK);
	detail = scene.agency->call.event.detail;
	assert_memory_equal(detail, "code 0", 6);
	assert_null(strstr(detail, secret_text(scene.made.code)));
	assert_string_equal(scene.agency->call.event.user, "alice");
	assert_int_equal(scene.agency->call.event.uid, AGENCY_UID);
	assert_int_equal(log_in(&scene), OK);
	assert_memory_equal(scene.agency->call.event.detail, "code 0", 6);
	assert_int_equal(log_in(&scene), ERR_WRONG_CODE);
	assert_null(strstr(
	    scene.agency->call.event.detail, secret_text(scene.made.code)));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_code_logs_in_once),
	    TEST(its_session_is_like_any_other),
	    TEST(a_code_is_accepted_as_it_is_typed),
	    TEST(what_has_another_form_is_no_code),
	    TEST(a_code_ends_on_its_second),
	    TEST(a_code_is_for_its_user),
	    TEST(a_code_can_be_bound_to_a_service),
	    TEST(a_code_can_be_bound_to_a_host),
	    TEST(services_say_what_codes_they_take),
	    TEST(a_service_of_other_issuers_takes_no_codes),
	    TEST(max_token_age_holds_for_the_code),
	    TEST(root_needs_a_switch_of_its_own),
	    TEST(requests_that_make_no_sense),
	    TEST(nobody_has_a_code_who_is_not_there),
	    TEST(the_oldest_code_makes_room),
	    TEST(what_is_over_makes_room_first),
	    TEST(codes_of_others_do_not_make_room),
	    TEST(logout_takes_codes_along),
	    TEST(codes_that_are_over_are_swept),
	    TEST(codes_share_a_device_of_their_own),
	    TEST(a_revoked_device_has_no_codes),
	    TEST(a_code_made_in_a_session_is_of_its_device),
	    TEST(a_session_of_somebody_else_does_not_matter),
	    TEST(above_the_limit_codes_are_not_looked_at),
	    TEST(other_refusals_do_not_hold_codes_up),
	    TEST(guessing_neither_finds_nor_voids_a_code),
	    TEST(the_audit_never_has_the_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
