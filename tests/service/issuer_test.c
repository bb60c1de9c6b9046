/* SPDX-License-Identifier: BSD-3-Clause */

/* Logins with tokens of other issuers: keys, devices, single use, rules. */

#include "tests/service/foreign.h"

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/service/issuer.h"
#include "lmdb-store/device.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/bn.h>

#define URL_KEYS "jwks_url = https://idp.test/keys"
#define ALICE "{'sub':'alice'}"
#define ENDS INT64_C(1800057600) /* 2027-01-16 begins */

static const char P256_ORDER[] =
    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

/* The issuer's keys are in a file. */
static void
with_file(struct foreign *foreign, void **state, const char *more)
{
	auto_str char *path = NULL;
	auto_str char *line = NULL;

	foreign_open(foreign, *state);
	path = foreign_path(foreign);
	foreign_publish(foreign, NULL);
	assert_true(asprintf(&line, "keys_file = %s", path) > 0);
	foreign_configure(foreign, line, more);
}

static struct trusted *
idp(const struct foreign *foreign)
{
	return trust_find(foreign->agency->trust, "idp");
}

static void
test_logs_in(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};

	with_file(&foreign, state, "");
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	assert_non_null(foreign.reply.session);
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'alice@evil'}"), ERR_WRONG_USER);
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'bob'}"), ERR_WRONG_USER);
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice','aud':'other'}"),
	    ERR_WRONG_AUDIENCE);
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'alice','iss':'https://idp.tes'}"),
	    ERR_UNKNOWN_ISSUER);
}

/* Our own issuer's name does not make another's token ours. */
static void
test_cannot_speak_for_us(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_str char *claims = NULL;

	with_file(&foreign, state, "");
	assert_true(asprintf(&claims, "{'sub':'alice','iss':'%s','aud':'%s'}",
			foreign.agency->config->issuer,
			foreign.agency->config->audience) > 0);
	assert_int_equal(foreign_try(&foreign, claims), ERR_UNKNOWN_KEY);
}

static void
test_mapping(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};

	with_file(&foreign, state,
	    "user_claim = email\nusername_map = {user}@corp.test\n"
	    "username_map = ci:deploy -> alice\n");
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'1','email':'alice@corp.test'}"), OK);
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'1','email':'ci:deploy'}"), OK);
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'1','email':'alice@partner.test'}"),
	    ERR_WRONG_USER);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_INVALID_CLAIM);
}

static char *
device_after(struct foreign *foreign, const char *rhost, const char *claims)
{
	foreign->rhost = rhost;
	assert_int_equal(foreign_try(foreign, claims), OK);
	return strdup(foreign->reply.device);
}

static void
test_device_on_first_use(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_str char *first = NULL, *again = NULL, *elsewhere = NULL,
		      *client = NULL, *bound = NULL, *bound_elsewhere = NULL;

	with_file(&foreign, state, "");
	first = device_after(&foreign, "a.test", ALICE);
	again = device_after(&foreign, "a.test", ALICE);
	elsewhere = device_after(&foreign, "b.test", ALICE);
	client =
	    device_after(&foreign, "a.test", "{'sub':'alice','azp':'laptop'}");
	bound = device_after(
	    &foreign, "a.test", "{'sub':'alice','cnf':{'jkt':'k'}}");
	bound_elsewhere = device_after(
	    &foreign, "b.test", "{'sub':'alice','cnf':{'jkt':'k'}}");
	assert_string_equal(first, again);
	assert_string_not_equal(first, elsewhere);
	assert_string_not_equal(first, client);
	assert_string_not_equal(first, bound);
	assert_string_equal(bound, bound_elsewhere);
}

static void
test_revoked_device(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply revoked = {
	    0};
	auto_str char *device = NULL;

	with_file(&foreign, state, "");
	device = device_after(&foreign, "a.test", ALICE);
	assert_int_equal(agency_revoke(foreign.agency, device, &revoked), OK);
	assert_int_equal(revoked.sessions_ended, 1);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_DEVICE_REVOKED);
	foreign.rhost = "b.test";
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
}

static void
test_used_once(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_free(secret) struct secret *token = NULL;
	size_t marks = 1;
	struct call *call;

	with_file(&foreign, state, "[service sshd]\nreplay = once\n");
	token = foreign_token(&foreign, ALICE);
	assert_int_equal(foreign_login(&foreign, token), OK);
	assert_int_equal(foreign_login(&foreign, token), ERR_REPLAYED);
	foreign.service = "other";
	assert_int_equal(foreign_login(&foreign, token), OK);

	/* kept as long as the token could be good, and no longer */
	agency_pass(foreign.agency, 300 + ISSUER_LEEWAY);
	agency_sweep(foreign.agency, "replay");
	call = agency_begin(foreign.agency);
	assert_int_equal(replay_count(call->txn, &marks), OK);
	assert_int_equal(marks, 1);
	assert_int_equal(agency_end(foreign.agency, OK), OK);
	agency_pass(foreign.agency, 1);
	agency_sweep(foreign.agency, "replay");
	call = agency_begin(foreign.agency);
	assert_int_equal(replay_count(call->txn, &marks), OK);
	assert_int_equal(marks, 0);
	assert_int_equal(agency_end(foreign.agency, OK), OK);
}

/* Whoever has (r, s) can make (r, n - s), which is as good. */
static struct secret *
twin_of(const struct secret *token)
{
	const char *text = secret_text(token);
	const char *dot = strrchr(text, '.');
	uint8_t signature[64];
	size_t size = 0;
	char encoded[BASE64URL_TEXT_SIZE(64) + 1];
	auto_str char *twin = NULL;
	struct secret *out = NULL;
	BIGNUM *order = NULL, *s;

	assert_int_equal(
	    base64url_decode(signature, &size, dot + 1, strlen(dot + 1)), OK);
	assert_int_equal(size, 64);
	s = BN_bin2bn(signature + 32, 32, NULL);
	assert_true(BN_hex2bn(&order, P256_ORDER) > 0);
	assert_true(BN_sub(s, order, s) == 1);
	assert_true(BN_bn2binpad(s, signature + 32, 32) == 32);
	BN_free(s);
	BN_free(order);
	base64url_encode(encoded, signature, 64);
	assert_true(
	    asprintf(&twin, "%.*s.%s", (int)(dot - text), text, encoded) > 0);
	assert_int_equal(secret_new(&out, twin, strlen(twin)), OK);
	return out;
}

static void
test_twin_of_used_token(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_free(secret) struct secret *token = NULL;
	auto_free(secret) struct secret *twin = NULL;

	with_file(&foreign, state, "[service sshd]\nreplay = once\n");
	token = foreign_token(&foreign, ALICE);
	twin = twin_of(token);
	assert_int_equal(foreign_login(&foreign, token), OK);
	foreign.service = "other";
	assert_int_equal(foreign_login(&foreign, twin), OK);
	foreign.service = "sshd";
	assert_int_equal(foreign_login(&foreign, twin), ERR_REPLAYED);
}

static void
test_file_that_changes(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_free(secret) struct secret *old = NULL;

	with_file(&foreign, state, "");
	old = foreign_token(&foreign, ALICE);
	assert_int_equal(foreign_login(&foreign, old), OK);
	foreign_rotate(&foreign);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_UNKNOWN_KEY);
	foreign_publish(&foreign, NULL);
	agency_pass(foreign.agency, 1);
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	assert_int_equal(foreign_login(&foreign, old), ERR_UNKNOWN_KEY);
}

static void
test_broken_file_replaces_nothing(void **state)
{
	static const char *const broken[] = {"", "{", "{\"keys\":[]}",
	    "<html>sorry</html>", "-----BEGIN PUBLIC KEY-----\n"};
	auto_clear(foreign) struct foreign foreign = {0};
	auto_str char *path = NULL;

	with_file(&foreign, state, "");
	path = foreign_path(&foreign);
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		foreign_publish(&foreign, broken[i]);
		agency_pass(foreign.agency, 1);
		assert_int_equal(foreign_try(&foreign, ALICE), OK);
		assert_non_null(strstr(idp(&foreign)->problem.text, path));
	}
	assert_int_equal(unlink(path), 0);
	agency_pass(foreign.agency, 1);
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	foreign_publish(&foreign, NULL);
	agency_pass(foreign.agency, 1);
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	assert_string_equal(idp(&foreign)->problem.text, "");
}

/* What the server does with what a fetcher brings. */
static void
answer(struct foreign *foreign, const json_t *jwks, int64_t max_age,
    const char *problem)
{
	assert_int_equal(trusted_take(idp(foreign), jwks, max_age, problem,
			     host_now(&foreign->agency->host)),
	    OK);
}

static void
with_url(struct foreign *foreign, void **state, const char *more)
{
	foreign_open(foreign, *state);
	foreign_configure(foreign, URL_KEYS, more);
}

static void
test_keys_are_asked_for(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_json json_t *jwks = NULL;

	with_url(&foreign, state, "");
	jwks = foreign_jwks(&foreign);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_NEEDED);
	assert_ptr_equal(foreign.agency->call.fetch, idp(&foreign));
	foreign.waited = true;
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_UNAVAILABLE);
	answer(&foreign, jwks, 0, NULL);
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	assert_null(foreign.agency->call.fetch);
}

static void
test_unknown_kid_asks_seldom(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_json json_t *jwks = NULL;

	with_url(&foreign, state, "");
	jwks = foreign_jwks(&foreign);
	answer(&foreign, jwks, 0, NULL);
	foreign_rotate(&foreign);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_NEEDED);
	assert_true(foreign.agency->call.missing);
	idp(&foreign)->asked = host_now(&foreign.agency->host);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_UNKNOWN_KEY);
	assert_null(foreign.agency->call.fetch);
	agency_pass(foreign.agency, TRUSTED_RETRY_SECONDS - 1);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_UNKNOWN_KEY);
	agency_pass(foreign.agency, 1);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_NEEDED);
	foreign.waited = true;
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_UNKNOWN_KEY);
}

/* While keys are under way everybody waits for the same answer. */
static void
test_joins_what_is_under_way(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};

	with_url(&foreign, state, "");
	idp(&foreign)->asked = host_now(&foreign.agency->host);
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_UNAVAILABLE);
	idp(&foreign)->fetching = true;
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_NEEDED);
}

static void
test_nobody_waits_where_nobody_is(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};

	with_url(&foreign, state, "[service cron]\ninteractive = no\n");
	foreign.service = "cron";
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_UNAVAILABLE);
	assert_ptr_equal(foreign.agency->call.fetch, idp(&foreign));
}

static void
test_bad_answers_replace_nothing(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_json json_t *jwks = NULL, *empty = json_pack("{s[]}", "keys"),
			 *odd = json_pack("{s[{ss}]}", "keys", "kty", "oct"),
			 *none = json_object();

	with_url(&foreign, state, "");
	jwks = foreign_jwks(&foreign);
	answer(&foreign, jwks, 0, NULL);
	answer(&foreign, empty, 0, NULL);
	assert_string_not_equal(idp(&foreign)->problem.text, "");
	answer(&foreign, odd, 0, NULL);
	answer(&foreign, none, 0, NULL);
	answer(&foreign, NULL, 0, "answered 500");
	assert_string_equal(idp(&foreign)->problem.text, "answered 500");
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	answer(&foreign, jwks, 0, NULL);
	assert_string_equal(idp(&foreign)->problem.text, "");
}

static void
test_keys_grow_old(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_json json_t *jwks = NULL;

	with_url(&foreign, state, "[service *]\nsession_max = 1h\n");
	jwks = foreign_jwks(&foreign);
	answer(&foreign, jwks, 600, NULL);
	agency_pass(foreign.agency, 599);
	assert_int_equal(
	    trusted_state(idp(&foreign), host_now(&foreign.agency->host)),
	    KEYS_OK);
	agency_pass(foreign.agency, 1);
	/* due, but good: nobody waits */
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	assert_ptr_equal(foreign.agency->call.fetch, idp(&foreign));
	agency_pass(foreign.agency, 86400 - 600);
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	agency_pass(foreign.agency, 1);
	foreign.waited = true;
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_UNAVAILABLE);
	foreign.waited = false;
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_NEEDED);
}

/* Nothing is fetched any more, not by anybody; what is there tells a token of
 * the issuer from a forged one for ever. */
static void
test_keys_of_an_issuer_that_ended(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_free(secret) struct secret *old = NULL;
	auto_json json_t *jwks = NULL;
	struct foreign stranger = {0};

	foreign_open(&foreign, *state);
	foreign_configure(&foreign, URL_KEYS "\naccept_until = 2027-01-15", "");
	jwks = foreign_jwks(&foreign);
	old = foreign_token(&foreign, ALICE);
	answer(&foreign, jwks, 0, NULL);
	assert_int_equal(foreign_login(&foreign, old), OK);
	foreign.agency->now_ms = (ENDS - 1) * 1000;
	assert_true(trusted_is_due(idp(&foreign), ENDS - 1));
	assert_int_equal(foreign_login(&foreign, old), ERR_EXPIRED);
	assert_ptr_equal(foreign.agency->call.fetch, idp(&foreign));
	for (int later = 0; later < 3; later++) {
		foreign.agency->now_ms =
		    (ENDS + later * INT64_C(30) * 86400) * 1000;
		assert_int_equal(
		    foreign_login(&foreign, old), ERR_ISSUER_ENDED);
		assert_int_equal(
		    foreign_try(&foreign, ALICE), ERR_ISSUER_ENDED);
		assert_null(foreign.agency->call.fetch);
		assert_false(trusted_is_due(
		    idp(&foreign), host_now(&foreign.agency->host)));
	}
	foreign_open(&stranger, foreign.agency);
	assert_int_equal(foreign_try(&stranger, ALICE), ERR_UNKNOWN_KEY);
	assert_null(foreign.agency->call.fetch);
	foreign_clear(&stranger);
}

/* They never were: nobody knows whose the token is. */
static void
test_issuer_that_ended_unseen(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	struct issuer_request request = {(char *)(uintptr_t) "idp"};
	auto_clear(issuer_view) struct issuer_view view = {0};
	struct agency *agency;

	foreign_open(&foreign, *state);
	foreign_configure(&foreign, URL_KEYS "\naccept_until = 2027-01-14", "");
	agency = foreign.agency;
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_UNKNOWN_KEY);
	assert_null(agency->call.fetch);
	assert_non_null(
	    strstr(agency->call.event.detail, "the issuer has ended"));
	assert_false(trusted_is_due(idp(&foreign), host_now(&agency->host)));
	assert_int_equal(
	    agency_end(
		agency, issuer_refresh(agency_begin(agency), &request, &view)),
	    OK);
	assert_string_equal(view.state, "ended");
	assert_null(agency->call.fetch);
}

static void
test_age_has_bounds(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_json json_t *jwks = NULL;
	int64_t now;

	foreign_open(&foreign, *state);
	foreign_configure(
	    &foreign, URL_KEYS "\nkeys_min_age = 100\nkeys_max_age = 1000", "");
	jwks = foreign_jwks(&foreign);
	now = host_now(&foreign.agency->host);
	answer(&foreign, jwks, 1, NULL);
	assert_int_equal(trusted_next(idp(&foreign)), now + 100);
	answer(&foreign, jwks, 300, NULL);
	assert_int_equal(trusted_next(idp(&foreign)), now + 300);
	answer(&foreign, jwks, 100000, NULL);
	assert_int_equal(trusted_next(idp(&foreign)), now + 400);
}

/* Keys outlive the agent, but not the address they came from. */
static void
test_keys_are_kept(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_json json_t *jwks = NULL;
	struct issuer_request request = {(char *)(uintptr_t) "idp"};

	with_url(&foreign, state, "");
	jwks = foreign_jwks(&foreign);
	answer(&foreign, jwks, 600, NULL);
	assert_int_equal(
	    agency_end(foreign.agency,
		issuer_keep(agency_begin(foreign.agency), &request, NULL)),
	    OK);
	foreign_configure(&foreign, URL_KEYS, "");
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	foreign_configure(&foreign, URL_KEYS "2", "");
	assert_int_equal(foreign_try(&foreign, ALICE), ERR_KEYS_NEEDED);
}

static void
test_session_has_an_end(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_str char *before = NULL, *after = NULL;
	struct session_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	};
	struct agency *agency = *state;

	with_file(&foreign, state, "[service sshd]\nsession_max = 10m\n");
	assert_int_equal(foreign_try(&foreign, ALICE), OK);
	request.session = foreign.reply.session;
	assert_int_equal(
	    agency_end(agency,
		login_open_session(agency_begin(agency), &request, NULL)),
	    OK);
	agency_pass(agency, 599);
	agency_sweep(agency, "lapse");
	before = agency_session_state(agency, request.session);
	assert_string_equal(before, SESSION_ACTIVE);
	agency_pass(agency, 1);
	agency_sweep(agency, "lapse");
	assert_int_equal(agency->call.effects[0].kind, EFFECT_END);
	after = agency_session_state(agency, request.session);
	assert_string_equal(after, SESSION_EXPIRED);
}

static void
test_callers(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[service db]\ncallers = nobody, 4711\n");
	assert_true(stack_takes_caller(stacks_find(agency->stacks, "db"), 0));
	assert_true(
	    stack_takes_caller(stacks_find(agency->stacks, "db"), 65534));
	assert_true(
	    stack_takes_caller(stacks_find(agency->stacks, "db"), 4711));
	assert_false(
	    stack_takes_caller(stacks_find(agency->stacks, "db"), 4712));
	assert_false(
	    stack_takes_caller(stacks_find(agency->stacks, "dbx"), 4711));
}

static const json_t *
step_of(const struct explain_reply *reply, const char *name)
{
	const json_t *step;
	size_t i;

	json_array_foreach (reply->steps, i, step)
		if (strcmp(json_string_value(json_object_get(step, "step")),
			name) == 0)
			return step;
	return NULL;
}

static void
assert_step(const struct explain_reply *reply, const char *name,
    const char *member, const char *wanted)
{
	const json_t *step = step_of(reply, name);

	assert_non_null(step);
	assert_string_equal(
	    json_string_value(json_object_get(step, member)), wanted);
}

static void
test_explains(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(explain_reply) struct explain_reply reply = {0};
	auto_free(secret) struct secret *token = NULL;
	auto_str char *line = NULL;
	struct explain_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .service = (char *)(uintptr_t) "sshd",
	};

	with_file(&foreign, state, "[service sshd]\nrequire_groups = staff\n");
	token = foreign_token(&foreign, ALICE);
	request.token = token;
	assert_int_equal(
	    agency_end(foreign.agency,
		token_explain(agency_begin(foreign.agency), &request, &reply)),
	    OK);
	assert_false(reply.accepted);
	assert_string_equal(reply.reason, "PolicyDenied");
	assert_true(asprintf(&line, "%s/jwt-agent.conf:6",
			foreign.agency->directory) > 0);
	assert_step(&reply, "groups", "line", line);
	assert_step(&reply, "groups", "wanted", "staff");
	assert_step(&reply, "mapping", "line", "default");
	assert_step(&reply, "mapping", "found", "\"alice\"");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_logs_in),
	    TEST(test_cannot_speak_for_us),
	    TEST(test_mapping),
	    TEST(test_device_on_first_use),
	    TEST(test_revoked_device),
	    TEST(test_used_once),
	    TEST(test_twin_of_used_token),
	    TEST(test_file_that_changes),
	    TEST(test_broken_file_replaces_nothing),
	    TEST(test_keys_are_asked_for),
	    TEST(test_unknown_kid_asks_seldom),
	    TEST(test_joins_what_is_under_way),
	    TEST(test_nobody_waits_where_nobody_is),
	    TEST(test_bad_answers_replace_nothing),
	    TEST(test_keys_grow_old),
	    TEST(test_keys_of_an_issuer_that_ended),
	    TEST(test_issuer_that_ended_unseen),
	    TEST(test_age_has_bounds),
	    TEST(test_keys_are_kept),
	    TEST(test_session_has_an_end),
	    TEST(test_callers),
	    TEST(test_explains),
	};

	return cmocka_run_group_tests_name("issuer", tests, NULL, NULL);
}
