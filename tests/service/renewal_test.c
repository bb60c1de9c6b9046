/* SPDX-License-Identifier: BSD-3-Clause */

/* Which version of the claims a family gets, and who is asked to renew. */

#include "jwt-agent/service/renewal.h"

#include "lmdb-store/holding.h"
#include "lmdb-store/user.h"
#include "tests/lmdb-store/sample.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

/* AGENCY_START is 2027-01-15T08:00:00Z. */
#define CONFIG                                                                 \
	"[token]\nclaim_version = 3\nclaim_versions_until = 1 2027-01-15\n"
#define OLD_CONFIG "[token]\nclaim_version = 2\n"
#define FIRST_OVER INT64_C(1800057600)

static void
put_user(struct agency *agency, int64_t uid, int64_t asked)
{
	const struct user_record user = {
	    .uid = uid, .user = TEXT("alice"), .asked = asked};

	assert_int_equal(
	    agency_end(agency, user_put(agency_begin(agency)->txn, &user)), OK);
}

static int64_t
asked_of(struct agency *agency, int64_t uid)
{
	auto_clear(user_record) struct user_record user = {0};

	assert_int_equal(user_get(agency_begin(agency)->txn, uid, &user), OK);
	assert_int_equal(agency_end(agency, OK), OK);
	return user.asked;
}

static void
put_family(struct agency *agency, const char *id, int64_t uid, int64_t claims)
{
	struct call *call = agency_begin(agency);
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(agency->store), id);

	family.uid = uid;
	family.claims = claims;
	assert_int_equal(
	    agency_end(agency, family_put(call->txn, &family)), OK);
}

/* The family as the next grant finds it. */
static struct family_record
choose(struct agency *agency, bool fully)
{
	struct family_record family = {0};
	struct call *call = agency_begin(agency);
	enum err e = family_get(call->txn, "F", &family);

	if (e == OK)
		e = renewal_choose(call, "alice", &family, fully);
	if (e == OK)
		e = family_put(call->txn, &family);
	assert_int_equal(agency_end(agency, e), OK);
	return family;
}

static void
test_version_of_a_grant(void **state)
{
	static const struct {
		int64_t has, asked, renewed;
		const char *backfill;
		bool fully;
		int64_t gets, renewed_after;
	} rows[] = {
	    {2, 0, 0, "on", false, 3, 0},
	    {2, 0, 0, "off", false, 2, 0},
	    {2, 0, 0, "off", true, 3, 0},
	    /* asked since, or before its last renewal */
	    {2, 50, 49, "off", false, 3, 50},
	    {2, 50, 50, "off", false, 2, 50},
	    {2, 50, 60, "off", false, 2, 60},
	    {2, 50, 49, "on", false, 3, 50},
	    {3, 50, 0, "off", false, 3, 50},
	    {3, 0, 0, "off", false, 3, 0},
	    /* the configuration went back */
	    {7, 0, 0, "off", false, 3, 0},
	};
	struct agency *agency = *state;

	agency_configure(agency, CONFIG);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(family_record) struct family_record family = {0};
		struct call *call;

		put_family(agency, "F", AGENCY_UID, rows[i].has);
		call = agency_begin(agency);
		assert_int_equal(family_get(call->txn, "F", &family), OK);
		family.renewed = rows[i].renewed;
		assert_int_equal(
		    agency_end(agency, family_put(call->txn, &family)), OK);
		put_user(agency, AGENCY_UID, rows[i].asked);
		agency_set_flag(
		    agency, "claims_backfill", rows[i].backfill, NULL);
		family_record_clear(&family);
		family = choose(agency, rows[i].fully);
		assert_int_equal(family_claims(&family), rows[i].gets);
		assert_int_equal(family.renewed, rows[i].renewed_after);
		call = agency_begin(agency);
		assert_int_equal(family_remove(call->txn, &family), OK);
		assert_int_equal(agency_end(agency, OK), OK);
	}
}

static void
test_version_that_ended(void **state)
{
	struct agency *agency = *state;
	auto_clear(family_record) struct family_record before = {0};
	auto_clear(family_record) struct family_record after = {0};

	agency_configure(agency, CONFIG);
	agency_set_flag(agency, "claims_backfill", "off", NULL);
	put_family(agency, "F", AGENCY_UID, 1);
	agency->now_ms = (FIRST_OVER - 1) * 1000;
	before = choose(agency, false);
	assert_int_equal(family_claims(&before), 1);
	agency_pass(agency, 1);
	after = choose(agency, false);
	assert_int_equal(family_claims(&after), 3);
}

/* The counts of the versions follow. */
static void
test_counted_anew(void **state)
{
	struct agency *agency = *state;
	auto_clear(holding_record) struct holding_record held = {0};
	auto_clear(family_record) struct family_record family = {0};
	struct call *call;

	agency_configure(agency, CONFIG);
	put_family(agency, "F", AGENCY_UID, 2);
	put_family(agency, "G", AGENCY_UID, 2);
	family = choose(agency, false);
	call = agency_begin(agency);
	assert_int_equal(holding_next(call->txn, 0, &held), OK);
	assert_int_equal(held.version, 2);
	assert_int_equal(held.devices, 1);
	assert_int_equal(holding_next(call->txn, 2, &held), OK);
	assert_int_equal(held.version, 3);
	assert_int_equal(held.devices, 1);
	assert_int_equal(held.users, 1);
	assert_int_equal(agency_end(agency, OK), OK);
}

static enum err
try_renew(struct agency *agency, const struct user_renew_request *request,
    struct user_renew_reply *reply)
{
	*reply = (struct user_renew_reply){0};
	return agency_end(
	    agency, user_renew(agency_begin(agency), request, reply));
}

static void
test_one_user(void **state)
{
	struct agency *agency = *state;
	struct user_renew_request request = {
	    .user = TEXT("alice"), .dry_run = true};
	struct user_renew_reply reply;

	assert_int_equal(try_renew(agency, &request, &reply), OK);
	assert_int_equal(reply.users, 1);
	assert_int_equal(reply.total, 1);
	assert_false(reply.more);
	assert_int_equal(asked_of(agency, AGENCY_UID), 0);
	request.dry_run = false;
	assert_int_equal(try_renew(agency, &request, &reply), OK);
	assert_string_equal(agency->call.event.user, "alice");
	assert_int_equal(agency->call.event.uid, AGENCY_UID);
	assert_int_equal(asked_of(agency, AGENCY_UID), AGENCY_START);
	/* later than before, in the same second and with a clock set back */
	assert_int_equal(try_renew(agency, &request, &reply), OK);
	assert_int_equal(asked_of(agency, AGENCY_UID), AGENCY_START + 1);
	agency_pass(agency, -3600);
	assert_int_equal(try_renew(agency, &request, &reply), OK);
	assert_int_equal(asked_of(agency, AGENCY_UID), AGENCY_START + 2);
	agency_pass(agency, 7200);
	assert_int_equal(try_renew(agency, &request, &reply), OK);
	assert_int_equal(asked_of(agency, AGENCY_UID), AGENCY_START + 3600);
}

static void
test_refusals(void **state)
{
	static const struct {
		struct user_renew_request request;
		const char *why;
	} rows[] = {
	    {{.dry_run = true}, "user or which"},
	    {{.user = TEXT("alice"), .which = TEXT("all")}, "user or which"},
	    {{.which = TEXT("")}, "outdated or all"},
	    {{.which = TEXT("some")}, "outdated or all"},
	    {{.which = TEXT("ALL")}, "outdated or all"},
	    {{.which = TEXT("all"), .after_version = -1}, "not negative"},
	    {{.which = TEXT("all"), .after_uid = -1}, "not negative"},
	};
	const struct user_renew_request nobody = {.user = TEXT("alcie")};
	struct agency *agency = *state;
	struct user_renew_reply reply;
	struct call *call;

	put_family(agency, "F", AGENCY_UID, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(try_renew(agency, &rows[i].request, &reply),
		    ERR_INVALID_PARAMETER);
		assert_non_null(strstr(agency->call.event.detail, rows[i].why));
	}
	call = agency_begin(agency);
	call->subject = SUBJECT_UNKNOWN;
	assert_int_equal(agency_end(agency, user_renew(call, &nobody, &reply)),
	    ERR_NO_SUCH_USER);
	assert_int_equal(asked_of(agency, AGENCY_UID), 0);
}

/* All the steps of one request; how many users they asked. */
static int64_t
renew_all(struct agency *agency, const char *which, bool dry, int64_t total)
{
	struct user_renew_request request = {
	    .which = TEXT(which), .dry_run = dry};
	struct user_renew_reply reply = {.more = true};
	int64_t users = 0;

	while (reply.more) {
		assert_int_equal(try_renew(agency, &request, &reply), OK);
		assert_in_range(reply.users, 0, RENEWAL_USERS_MAX);
		assert_int_equal(reply.total, total);
		users += reply.users;
		request.after_version = reply.after_version;
		request.after_uid = reply.after_uid;
	}
	return users;
}

static void
test_who_is_outdated(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, OLD_CONFIG);
	assert_int_equal(renew_all(agency, "outdated", false, 0), 0);
	put_family(agency, "A", 1, 1);
	put_family(agency, "B", 2, 2);
	put_family(agency, "C", 3, 1);
	put_family(agency, "D", 3, 2); /* one device of each */
	put_family(agency, "E", 1, 1);
	assert_int_equal(renew_all(agency, "outdated", true, 2), 2);
	assert_string_equal(
	    agency->call.event.detail, "outdated: 2 users, only counted");
	assert_int_equal(asked_of(agency, 1), 0);
	assert_int_equal(renew_all(agency, "outdated", false, 2), 2);
	assert_string_equal(agency->call.event.detail, "outdated: 2 users");
	assert_int_equal(asked_of(agency, 1), AGENCY_START);
	assert_int_equal(asked_of(agency, 2), 0);
	assert_int_equal(asked_of(agency, 3), AGENCY_START);
	/* of two versions, so the total is more than there are */
	assert_int_equal(renew_all(agency, "all", false, 4), 3);
	assert_int_equal(asked_of(agency, 2), AGENCY_START);
	assert_int_equal(asked_of(agency, 3), AGENCY_START + 1);
}

#define MANY (2 * RENEWAL_USERS_MAX + 10)

/* In steps, each of them asked once; half have a second device. */
static void
test_many(void **state)
{
	struct agency *agency = *state;
	char id[16];

	agency_configure(agency, CONFIG);
	for (int uid = 1; uid <= MANY; uid++) {
		struct call *call = agency_begin(agency);

		for (int version = 1; version <= 1 + uid % 2; version++) {
			const struct holder holder = {version, uid, id};

			snprintf(id, sizeof(id), "%d-%d", uid, version);
			assert_int_equal(holding_add(call->txn, &holder), OK);
		}
		assert_int_equal(agency_end(agency, OK), OK);
	}
	assert_int_equal(
	    renew_all(agency, "outdated", true, MANY + MANY / 2), MANY);
	assert_int_equal(
	    renew_all(agency, "outdated", false, MANY + MANY / 2), MANY);
	for (int uid = 1; uid <= MANY; uid++)
		assert_int_equal(asked_of(agency, uid), AGENCY_START);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_version_of_a_grant),
	    TEST(test_version_that_ended),
	    TEST(test_counted_anew),
	    TEST(test_one_user),
	    TEST(test_refusals),
	    TEST(test_who_is_outdated),
	    TEST(test_many),
	};

	return cmocka_run_group_tests_name("renewal", tests, NULL, NULL);
}
