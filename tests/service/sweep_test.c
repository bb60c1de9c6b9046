/* SPDX-License-Identifier: BSD-3-Clause */

/* What has come to its end leaves the store, when it may and in small steps. */

#include "tests/base/sparse.h"
#include "tests/service/foreign.h"

#include "jwt-agent/service/admin.h"
#include "jwt-agent/service/dated.h"
#include "jwt-agent/service/oddity.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/jwks.h"
#include "lmdb-store/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define DAY 86400
#define MANY 10000

static size_t
entries(struct agency *agency, enum table table)
{
	struct call *call = agency_begin(agency);
	size_t count = 0;

	assert_int_equal(txn_entries(call->txn, table, &count), OK);
	txn_free(TAKE(call->txn));
	return count;
}

static void
revoke_device(struct agency *agency, const char *device)
{
	auto_clear(device_revoke_reply) struct device_revoke_reply gone = {0};

	assert_int_equal(agency_revoke(agency, device, &gone), OK);
}

static void
sessions_go_some_time_after_their_end(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};

	agency_configure(agency, "[retention]\nsessions = 10d\n");
	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(agency_login(agency, device.access_token, &login), OK);
	agency_pass(agency, 20 * DAY);
	agency_sweep(agency, "sessions");
	assert_int_equal(entries(agency, TABLE_SESSION), 1); /* it lives */
	agency_sweep(agency, "lapse");
	agency_pass(agency, 10 * DAY - 1);
	agency_sweep(agency, "sessions");
	assert_int_equal(entries(agency, TABLE_SESSION), 1);
	assert_int_equal(entries(agency, TABLE_SESSION_BY_DEVICE), 1);
	agency_pass(agency, 1);
	agency_sweep(agency, "sessions");
	assert_int_equal(entries(agency, TABLE_SESSION), 0);
	assert_int_equal(entries(agency, TABLE_SESSION_BY_DEVICE), 0);
	assert_int_equal(entries(agency, TABLE_SESSION_BY_END), 0);
}

static void
expect_devices(struct agency *agency, size_t devices, size_t families)
{
	agency_sweep(agency, "devices");
	agency_sweep(agency, "families");
	assert_int_equal(entries(agency, TABLE_DEVICE), devices);
	assert_int_equal(entries(agency, TABLE_DEVICE_BY_USER), devices);
	assert_int_equal(entries(agency, TABLE_DEVICE_BY_TIME), devices);
	assert_int_equal(entries(agency, TABLE_FAMILY), families);
	assert_int_equal(entries(agency, TABLE_FAMILY_BY_TIME), families);
}

static void
a_revoked_device_goes_with_its_family(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0}, other = {0};

	agency_configure(agency,
	    "[retention]\ndevices = 10d\n[token]\nrefresh_idle = 100d\n");
	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(agency_enroll(agency, &other), OK);
	agency_pass(agency, 20 * DAY);
	revoke_device(agency, device.device);
	expect_devices(agency, 2, 2);
	agency_pass(agency, 10 * DAY - 1);
	expect_devices(agency, 2, 2);
	agency_pass(agency, 1);
	expect_devices(agency, 1, 1);
	assert_int_equal(entries(agency, TABLE_DEVICE_ACTIVE), 1);
}

static void
a_device_goes_when_its_token_expired_long_ago(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};

	agency_configure(agency,
	    "[retention]\ndevices = 10d\n[token]\nrefresh_idle = 30d\n");
	assert_int_equal(agency_enroll(agency, &device), OK);
	agency_pass(agency, 29 * DAY);
	assert_int_equal(
	    agency_refresh(agency, device.refresh_token, &next), OK);
	agency_pass(agency, 40 * DAY - 1);
	expect_devices(agency, 1, 1);
	agency_pass(agency, 1);
	expect_devices(agency, 0, 0);
}

/* A shorter time in the configuration holds for what is there already. */
static void
retention_holds_for_what_is_there(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	revoke_device(agency, device.device);
	agency_pass(agency, 20 * DAY);
	expect_devices(agency, 1, 1);
	agency_configure(agency, "[retention]\ndevices = 20d\n");
	expect_devices(agency, 0, 0);
}

static void
a_device_with_a_running_session_stays(void **state)
{
	struct agency *agency = *state;
	auto_clear(foreign) struct foreign foreign = {0};
	auto_str char *path = NULL, *keys = NULL;
	struct session_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	};

	foreign_open(&foreign, agency);
	path = foreign_path(&foreign);
	foreign_publish(&foreign, NULL);
	assert_true(asprintf(&keys, "keys_file = %s", path) > 0);
	foreign_configure(&foreign, keys, "[retention]\ndevices = 10d\n");
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
	request.session = foreign.reply.session;
	assert_int_equal(
	    agency_end(agency,
		login_open_session(agency_begin(agency), &request, NULL)),
	    OK);
	agency_pass(agency, 30 * DAY);
	expect_devices(agency, 1, 0);
	assert_int_equal(
	    agency_end(agency,
		login_close_session(agency_begin(agency), &request, NULL)),
	    OK);
	expect_devices(agency, 1, 0); /* it was alive a moment ago */
	agency_pass(agency, 10 * DAY);
	expect_devices(agency, 0, 0);
	assert_int_equal(entries(agency, TABLE_DEVICE_BY_ORIGIN), 0);
}

/* Of a device that was enrolled again only the family before goes. */
static void
an_old_family_goes_alone(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0}, again = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};
	struct enroll_again_request request;

	agency_configure(agency,
	    "[retention]\ndevices = 10d\n[token]\nrefresh_idle = 100d\n");
	assert_int_equal(agency_enroll(agency, &device), OK);
	request = (struct enroll_again_request){.device = device.device};
	assert_int_equal(
	    agency_end(agency,
		device_enroll_again(agency_begin(agency), &request, &again)),
	    OK);
	expect_devices(agency, 1, 2);
	agency_pass(agency, 10 * DAY);
	expect_devices(agency, 1, 1);
	assert_int_equal(
	    agency_refresh(agency, again.refresh_token, &next), OK);
}

static void
append_event(struct agency *agency)
{
	struct audit_record event = {
	    .event = (char *)(uintptr_t) "login",
	    .outcome = (char *)(uintptr_t) "granted",
	    .reason = (char *)(uintptr_t) "ok",
	};
	struct call *call = agency_begin(agency);

	event.time = call->now;
	assert_int_equal(
	    agency_end(agency,
		audit_append(call->txn, store_seal(agency->store), &event)),
	    OK);
}

static int64_t
oldest_seq(struct agency *agency)
{
	auto_clear(audit_record) struct audit_record first = {0};
	struct call *call = agency_begin(agency);

	assert_int_equal(audit_next(call->txn, 0, &first), OK);
	txn_free(TAKE(call->txn));
	return first.seq;
}

static void
events_go_but_the_newest_never(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[retention]\naudit = 10d\n");
	append_event(agency);
	agency_pass(agency, DAY);
	append_event(agency);
	append_event(agency);
	agency_pass(agency, 9 * DAY);
	agency_sweep(agency, "audit");
	assert_int_equal(oldest_seq(agency), 1);
	agency_pass(agency, 1);
	agency_sweep(agency, "audit");
	assert_int_equal(oldest_seq(agency), 2);
	agency_pass(agency, 100 * DAY);
	agency_sweep(agency, "audit");
	assert_int_equal(entries(agency, TABLE_AUDIT), 1);
	append_event(agency);
	agency_sweep(agency, "audit");
	assert_int_equal(oldest_seq(agency), 4); /* numbers go on */
}

static void
count_use(struct agency *agency)
{
	static const char *const labels[COUNTER_LABELS_MAX + 1] = {
	    DATED_ISSUER, "old"};
	struct call *call = agency_begin(agency);

	assert_int_equal(agency_end(agency,
			     counter_add_by(call->txn, DATED_COUNTER, labels,
				 "alice", call->now)),
	    OK);
}

/* With the audit, and after a year where that is kept longer. */
static void
expect_days_to_go(struct agency *agency, const char *keep, int64_t days)
{
	agency_configure(agency, keep);
	count_use(agency);
	agency_pass(agency, days * DAY);
	count_use(agency);
	agency_sweep(agency, "days");
	assert_int_equal(entries(agency, TABLE_DAILY), 2);
	agency_pass(agency, DAY);
	agency_sweep(agency, "days");
	assert_int_equal(entries(agency, TABLE_DAILY), 1);
	assert_int_equal(entries(agency, TABLE_COUNTER), 1);
	agency_pass(agency, 1000 * DAY);
	agency_sweep(agency, "days");
	assert_int_equal(entries(agency, TABLE_DAILY), 0);
}

static void
days_go_with_the_audit_or_after_a_year(void **state)
{
	expect_days_to_go(*state, "[retention]\naudit = 10d\n", 10);
	expect_days_to_go(*state, "[retention]\naudit = 3650d\n", 366);
}

static void
refusals_are_forgotten(void **state)
{
	struct agency *agency = *state;

	for (int64_t uid = 1; uid <= 3; uid++) {
		struct call *call = agency_begin(agency);

		call->event.uid = uid;
		assert_int_equal(
		    agency_end(agency, oddity_count_refusal(call)), OK);
	}
	agency_pass(agency, ODDITY_REFUSALS_SECONDS);
	agency_sweep(agency, "refusals");
	assert_int_equal(entries(agency, TABLE_REFUSALS), 3);
	agency_pass(agency, 1);
	agency_sweep(agency, "refusals");
	assert_int_equal(entries(agency, TABLE_REFUSALS), 0);
	assert_int_equal(entries(agency, TABLE_REFUSALS_BY_TIME), 0);
}

static void
put_jwks(struct agency *agency, const char *name)
{
	struct jwks_record record = {
	    .name = (char *)(uintptr_t)name,
	    .source = (char *)(uintptr_t) "https://idp.test/jwks",
	};

	assert_int_equal(
	    agency_end(agency, jwks_put(agency_begin(agency)->txn, &record)),
	    OK);
}

static void
keys_of_issuers_that_are_gone_go(void **state)
{
	struct agency *agency = *state;
	auto_clear(jwks_record) struct jwks_record kept = {0};

	agency_configure(agency,
	    "[issuer b]\nissuer = https://idp.test\n"
	    "jwks_url = https://idp.test/jwks\n");
	put_jwks(agency, "a");
	put_jwks(agency, "b");
	put_jwks(agency, "c");
	agency_sweep(agency, "jwks");
	assert_int_equal(entries(agency, TABLE_JWKS), 1);
	assert_int_equal(jwks_get(agency_begin(agency)->txn, "b", &kept), OK);
	txn_free(TAKE(agency->call.txn));
}

static void
put_sessions(struct agency *agency, int count)
{
	struct call *call = agency_begin(agency);
	enum err e = OK;

	for (int i = 0; i < count && e == OK; i++) {
		char id[ID_SIZE + 1];
		struct session_record session = {
		    .id = id,
		    .user = (char *)(uintptr_t) "alice",
		    .uid = AGENCY_UID,
		    .device = (char *)(uintptr_t) "D",
		    .issuer = (char *)(uintptr_t) "i",
		    .jti_hash = (char *)(uintptr_t) "h",
		    .service = (char *)(uintptr_t) "sshd",
		    .state = (char *)(uintptr_t)SESSION_CLOSED,
		    .created = call->now,
		    .ended = call->now,
		};

		assert_int_equal(id_new(&agency->host, id), OK);
		e = session_put(call->txn, NULL, &session);
	}
	assert_int_equal(agency_end(agency, e), OK);
}

/* Between two steps anybody can log in, and no step takes more than its
 * batch. */
static void
many_records_go_in_small_steps(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	struct sweep_request request = {(char *)(uintptr_t) "sessions"};
	struct sweep_reply reply = {.more = true};
	size_t left, steps = 0;
	const int many = sparse(MANY);

	agency_configure(agency,
	    "[token]\naccess_lifetime = 1d\n[retention]\nsessions = 1h\n");
	for (int i = 0; i < many / 1000; i++)
		put_sessions(agency, 1000);
	agency_pass(agency, 3600);
	assert_int_equal(agency_enroll(agency, &device), OK);
	for (left = (size_t)many; reply.more; steps++) {
		struct call *call = agency_begin(agency);
		size_t now;

		assert_int_equal(
		    agency_end(agency, sweep_step(call, &request, &reply)), OK);
		now = entries(agency, TABLE_SESSION) - steps;
		assert_true(left - now <= SWEEP_BATCH);
		left = now;
		assert_int_equal(
		    agency_login(agency, device.access_token, &login), OK);
	}
	assert_int_equal(left, 0);
	assert_int_equal(steps, many / SWEEP_BATCH + 1);
	assert_int_equal(entries(agency, TABLE_SESSION_BY_END), 0);
}

static void
a_sweep_that_there_is_not(void **state)
{
	struct sweep_request request = {(char *)(uintptr_t) "attic"};
	struct sweep_reply reply = {0};

	assert_int_equal(
	    agency_end(
		*state, sweep_step(agency_begin(*state), &request, &reply)),
	    ERR_NOT_FOUND);
}

static void
nothing_is_swept_from_an_empty_store(void **state)
{
	for (size_t i = 0; sweep_at(i) != NULL; i++)
		assert_int_equal(agency_sweep(*state, sweep_at(i)->name), 1);
}

static const json_t *
stats_of(const struct store_stats_reply *stats, enum table table)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (stats->tables, i, entry)
		if (strcmp(json_string_value(json_object_get(entry, "table")),
			table_name(table)) == 0)
			return entry;
	fail();
	return NULL;
}

static void
stats_count_and_know_the_oldest(void **state)
{
	struct agency *agency = *state;
	auto_clear(store_stats_reply) struct store_stats_reply stats = {0};
	const json_t *sessions;

	put_sessions(agency, 3);
	agency_pass(agency, 100);
	put_sessions(agency, 2);
	assert_int_equal(
	    agency_end(
		agency, admin_store_stats(agency_begin(agency), NULL, &stats)),
	    OK);
	assert_int_equal(json_array_size(stats.tables), TABLE_COUNT);
	sessions = stats_of(&stats, TABLE_SESSION);
	assert_int_equal(
	    json_integer_value(json_object_get(sessions, "entries")), 5);
	assert_int_equal(
	    json_integer_value(json_object_get(sessions, "oldest")),
	    AGENCY_START);
	assert_int_equal(
	    json_integer_value(json_object_get(sessions, "newest")),
	    AGENCY_START + 100);
	assert_true(
	    json_integer_value(json_object_get(sessions, "bytes")) >= 4096);
	assert_null(json_object_get(stats_of(&stats, TABLE_DEVICE), "oldest"));
	assert_null(json_object_get(stats_of(&stats, TABLE_SIGNKEY), "oldest"));
	assert_true(stats.size > 0 && stats.map >= stats.size);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(sessions_go_some_time_after_their_end),
	    T(a_revoked_device_goes_with_its_family),
	    T(a_device_goes_when_its_token_expired_long_ago),
	    T(retention_holds_for_what_is_there),
	    T(a_device_with_a_running_session_stays),
	    T(an_old_family_goes_alone),
	    T(events_go_but_the_newest_never),
	    T(days_go_with_the_audit_or_after_a_year),
	    T(refusals_are_forgotten),
	    T(keys_of_issuers_that_are_gone_go),
	    T(many_records_go_in_small_steps),
	    T(a_sweep_that_there_is_not),
	    T(nothing_is_swept_from_an_empty_store),
	    T(stats_count_and_know_the_oldest),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
