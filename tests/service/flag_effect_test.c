/* SPDX-License-Identifier: BSD-3-Clause */

/* What each flag does: on, off, and on again. */

#include "jwt-agent/service/code.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/config/selector.h"
#include "lmdb-store/session.h"
#include "tests/service/lineage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

static enum err
log_in(struct lineage *scene)
{
	return agency_login(
	    scene->agency, scene->device.access_token, &scene->login);
}

static size_t
entries(struct lineage *scene, enum table table)
{
	size_t count = 99;

	assert_int_equal(
	    txn_entries(agency_begin(scene->agency)->txn, table, &count), OK);
	assert_int_equal(agency_end(scene->agency, ERR_NOT_FOUND),
	    ERR_NOT_FOUND); /* nothing is written */
	return count;
}

/* token_login */

static void
a_good_token_stands_aside(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_set_flag(scene.agency, "token_login", "off", NULL);
	assert_int_equal(log_in(&scene), ERR_STAND_ASIDE);
	assert_string_equal(scene.agency->call.event.detail,
	    "the flag token_login is off (set)");
	assert_int_equal(entries(&scene, TABLE_SESSION), 0);
	agency_set_flag(scene.agency, "token_login", "on", "alice");
	assert_int_equal(log_in(&scene), OK);
	agency_set_flag(scene.agency, "token_login", "default", "alice");
	assert_int_equal(log_in(&scene), ERR_STAND_ASIDE);
	agency_set_flag(scene.agency, "token_login", "on", NULL);
	assert_int_equal(log_in(&scene), OK);
}

/* Nobody but who has a good token learns of the flag. */
static void
a_bad_token_is_refused_as_ever(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply revoked = {
	    0};

	lineage_begin(&scene, state);
	agency_set_flag(scene.agency, "token_login", "off", NULL);
	agency_pass(scene.agency, scene.agency->config->access_lifetime + 61);
	assert_int_equal(log_in(&scene), ERR_EXPIRED);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &revoked), OK);
	assert_int_equal(
	    agency_login(scene.agency, scene.first.access_token, &scene.login),
	    ERR_DEVICE_REVOKED);
}

static void
a_token_for_one_use_is_not_used(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_configure(scene.agency,
	    "[service sshd]\nreplay = once\n[flag token_login]\ndefault = "
	    "0%\n");
	assert_int_equal(log_in(&scene), ERR_STAND_ASIDE);
	assert_string_equal(scene.agency->call.event.detail,
	    "the flag token_login is off (configured)");
	assert_int_equal(entries(&scene, TABLE_REPLAY), 0);
	agency_set_flag(scene.agency, "token_login", "on", NULL);
	assert_int_equal(log_in(&scene), OK);
	assert_int_equal(log_in(&scene), ERR_REPLAYED);
}

static void
a_code_stands_aside_and_stays_good(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	const struct code_new_request wish = {.user = TEXT("alice")};
	auto_clear(code_new_reply) struct code_new_reply code = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    agency_end(scene.agency,
		code_new(agency_begin(scene.agency), &wish, &code)),
	    OK);
	agency_set_flag(scene.agency, "token_login", "off", "alice");
	assert_int_equal(agency_login(scene.agency, code.code, &scene.login),
	    ERR_STAND_ASIDE);
	assert_int_equal(entries(&scene, TABLE_CODE), 1);
	agency_set_flag(scene.agency, "token_login", "on", "alice");
	assert_int_equal(
	    agency_login(scene.agency, code.code, &scene.login), OK);
}

static void
a_share_says_which_bucket(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	char wish[16], detail[96];
	int64_t bucket;

	lineage_begin(&scene, state);
	assert_int_equal(flag_bucket("token_login", "alice", &bucket), OK);
	snprintf(wish, sizeof(wish), "%d%%", (int)bucket);
	agency_set_flag(scene.agency, "token_login", wish, NULL);
	assert_int_equal(log_in(&scene), ERR_STAND_ASIDE);
	snprintf(detail, sizeof(detail),
	    "the flag token_login is %s (set), the user is in bucket %d", wish,
	    (int)bucket);
	assert_string_equal(scene.agency->call.event.detail, detail);
	snprintf(wish, sizeof(wish), "%d%%", (int)bucket + 1);
	agency_set_flag(scene.agency, "token_login", wish, NULL);
	assert_int_equal(log_in(&scene), OK);
}

/* A rollout is no reason for an alert. */
static void
who_is_left_out_is_no_failed_login(void **state)
{
	static char *items[] = {TEXT("login:denied"), TEXT("login"),
	    TEXT("login:denied:StandAside")};
	const struct happening aside = {
	    .event = "login", .outcome = "denied", .reason = "StandAside"};
	const struct happening expired = {
	    .event = "login", .outcome = "denied", .reason = "Expired"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct texts one = {1, &items[i]};

		assert_int_equal(selectors_have(&one, &aside), i > 0);
		assert_int_equal(selectors_have(&one, &expired), i < 2);
	}
}

/* refresh_rotation */

static void
assert_same(const struct secret *left, const struct secret *right)
{
	assert_string_equal(secret_text(left), secret_text(right));
}

static void
the_same_refresh_token_again(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_set_flag(scene.agency, "refresh_rotation", "off", NULL);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_same(scene.first.refresh_token, scene.device.refresh_token);
	assert_string_not_equal(secret_text(scene.first.access_token),
	    secret_text(scene.device.access_token));
	agency_pass(scene.agency, 3600);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.second),
	    OK);
	assert_same(scene.second.refresh_token, scene.device.refresh_token);
	assert_int_equal(scene.second.generation, scene.first.generation);
	/* it does not live longer than it would */
	assert_int_equal(scene.second.refresh_expires,
	    AGENCY_START + 3600 + scene.agency->config->refresh_idle);
}

/* On again, the one that everybody has is the newest: nobody is punished. */
static void
rotation_goes_on_where_it_was(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_set_flag(scene.agency, "refresh_rotation", "off", "alice");
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	agency_set_flag(scene.agency, "refresh_rotation", "default", "alice");
	agency_pass(scene.agency, 3600);
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    OK);
	assert_string_not_equal(secret_text(scene.second.refresh_token),
	    secret_text(scene.first.refresh_token));
	agency_pass(scene.agency, 3600);
	assert_int_equal(
	    lineage_refresh(&scene, scene.second.refresh_token, &scene.third),
	    OK);
	/* and reuse is detected again */
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.third),
	    ERR_TOKEN_REUSED);
}

static void
the_token_before_is_taken_and_older_ones_are_not(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    OK);
	agency_pass(scene.agency, 3600);
	agency_set_flag(scene.agency, "refresh_rotation", "off", NULL);
	/* it would be reuse: its grace time is over */
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.third),
	    OK);
	assert_same(scene.third.refresh_token, scene.second.refresh_token);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.third),
	    ERR_REVOKED);
	assert_int_equal(scene.agency->call.alert_count, 0);
	/* nothing was revoked by that */
	assert_int_equal(
	    lineage_refresh(&scene, scene.second.refresh_token, &scene.third),
	    OK);
}

/* session_tracking */

static void
a_login_without_a_session(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply revoked = {
	    0};

	lineage_begin(&scene, state);
	agency_pass(scene.agency, 5);
	agency_set_flag(scene.agency, "session_tracking", "off", NULL);
	assert_int_equal(log_in(&scene), OK);
	assert_null(scene.login.session);
	assert_string_equal(scene.login.device, scene.device.device);
	assert_string_equal(scene.agency->call.event.detail,
	    "no session: session_tracking is off");
	assert_null(scene.agency->call.event.session);
	assert_string_equal(
	    scene.agency->call.event.device, scene.device.device);
	assert_int_equal(entries(&scene, TABLE_SESSION), 0);
	assert_int_equal(device_get(agency_begin(scene.agency)->txn,
			     scene.device.device, &device),
	    OK);
	assert_int_equal(agency_end(scene.agency, OK), OK);
	assert_int_equal(device.seen, AGENCY_START + 5);
	assert_string_equal(device.seen_service, "sshd");
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &revoked), OK);
	assert_int_equal(revoked.sessions_ended, 0);
	assert_int_equal(log_in(&scene), ERR_DEVICE_REVOKED);
}

static void
sessions_from_before_go_on(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	auto_str char *before = NULL;
	auto_str char *session = NULL;

	lineage_begin(&scene, state);
	assert_int_equal(log_in(&scene), OK);
	session = strdup(scene.login.session);
	agency_set_flag(scene.agency, "session_tracking", "off", NULL);
	agency_set_flag(scene.agency, "token_login", "off", NULL);
	before = agency_session_state(scene.agency, session);
	assert_string_equal(before, SESSION_PENDING);
}

static void
single_use_is_noted_without_a_session(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_configure(scene.agency, "[service sshd]\nreplay = once\n");
	agency_set_flag(scene.agency, "session_tracking", "off", NULL);
	assert_int_equal(log_in(&scene), OK);
	assert_int_equal(log_in(&scene), ERR_REPLAYED);
}

/* device_fingerprint */

static enum err
refresh_from(struct lineage *scene, const char *fingerprint)
{
	auto_clear(refresh_reply) struct refresh_reply reply = {0};
	const struct refresh_request request = {
	    .token = scene->first.refresh_token != NULL
		? scene->first.refresh_token
		: scene->device.refresh_token,
	    .fingerprint = TEXT(fingerprint),
	};
	enum err e = agency_end(scene->agency,
	    token_refresh(agency_begin(scene->agency), &request, &reply));

	refresh_reply_clear(&scene->first);
	scene->first = reply;
	reply = (struct refresh_reply){0};
	return e;
}

static bool
keeps_fingerprint(struct lineage *scene)
{
	auto_clear(device_record) struct device_record device = {0};

	assert_int_equal(device_get(agency_begin(scene->agency)->txn,
			     scene->device.device, &device),
	    OK);
	assert_int_equal(agency_end(scene->agency, OK), OK);
	return device.fingerprint != NULL;
}

static void
fingerprints_are_not_kept_nor_compared(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_set_flag(scene.agency, "device_fingerprint", "off", NULL);
	assert_int_equal(refresh_from(&scene, "A"), OK);
	assert_false(keeps_fingerprint(&scene));
	agency_set_flag(scene.agency, "device_fingerprint", "on", NULL);
	assert_int_equal(refresh_from(&scene, "A"), OK);
	assert_true(keeps_fingerprint(&scene));
	agency_set_flag(scene.agency, "device_fingerprint", "off", "alice");
	assert_int_equal(refresh_from(&scene, "B"), OK);
	assert_int_equal(scene.agency->call.alert_count, 0);
	agency_set_flag(scene.agency, "device_fingerprint", "default", "alice");
	assert_int_equal(refresh_from(&scene, "A"), OK);
	assert_int_equal(scene.agency->call.alert_count, 0);
	assert_int_equal(refresh_from(&scene, "B"), OK);
	assert_int_equal(scene.agency->call.alert_count, 1);
}

/* device_key_required */

static void
a_device_without_a_key(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	auto_clear(enroll_reply) struct enroll_reply other = {0};

	lineage_begin(&scene, state);
	agency_set_flag(scene.agency, "device_key_required", "on", NULL);
	assert_int_equal(log_in(&scene), ERR_PROOF_REQUIRED);
	assert_string_equal(scene.agency->call.event.detail,
	    "the token is bound to no device's key");
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    ERR_PROOF_REQUIRED);
	assert_int_equal(
	    agency_enroll(scene.agency, &other), ERR_PROOF_REQUIRED);
	agency_set_flag(scene.agency, "device_key_required", "off", "alice");
	assert_int_equal(log_in(&scene), OK);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(agency_enroll(scene.agency, &other), OK);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_good_token_stands_aside),
	    T(a_bad_token_is_refused_as_ever),
	    T(a_token_for_one_use_is_not_used),
	    T(a_code_stands_aside_and_stays_good),
	    T(a_share_says_which_bucket),
	    cmocka_unit_test(who_is_left_out_is_no_failed_login),
	    T(the_same_refresh_token_again),
	    T(rotation_goes_on_where_it_was),
	    T(the_token_before_is_taken_and_older_ones_are_not),
	    T(a_login_without_a_session),
	    T(sessions_from_before_go_on),
	    T(single_use_is_noted_without_a_session),
	    T(fingerprints_are_not_kept_nor_compared),
	    T(a_device_without_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
