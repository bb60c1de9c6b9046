/* SPDX-License-Identifier: BSD-3-Clause */

/* Which flag holds for whom, and that what was set can be taken back. */

#include "jwt-agent/service/flag.h"
#include "tests/base/sparse.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define USERS 10000
#define NAME_SIZE 32
#define ALICE 95 /* her bucket of token_login */

static enum err
try_set(struct agency *agency, const char *flag, const char *wish,
    const char *user, struct flag_set_reply *reply)
{
	const struct flag_set_request request = {
	    (char *)(uintptr_t)flag,
	    (char *)(uintptr_t)wish,
	    (char *)(uintptr_t)user,
	};

	return agency_end(
	    agency, admin_flag_set(agency_begin(agency), &request, reply));
}

static void
set(struct agency *agency, const char *flag, const char *wish, const char *user)
{
	auto_clear(flag_set_reply) struct flag_set_reply reply = {0};

	assert_int_equal(try_set(agency, flag, wish, user, &reply), OK);
	assert_string_equal(reply.flag, flag);
	if (strcmp(wish, "0%") == 0 || strcmp(wish, "100%") == 0)
		wish = wish[0] == '0' ? "off" : "on";
	assert_string_equal(reply.after, wish);
}

static void
undo(struct agency *agency, const char *before, const char *after, int64_t left)
{
	auto_clear(flag_undo_reply) struct flag_undo_reply reply = {0};
	struct empty request;

	assert_int_equal(
	    agency_end(agency,
		admin_flag_undo(agency_begin(agency), &request, &reply)),
	    OK);
	assert_string_equal(reply.before, before);
	assert_string_equal(reply.after, after);
	assert_int_equal(reply.left, left);
}

static struct flag_standing
judge(struct agency *agency, enum flag flag, const char *user)
{
	struct flag_standing standing;
	enum err e = flag_judge(agency_begin(agency), flag, user, &standing);

	assert_int_equal(agency_end(agency, e), OK);
	return standing;
}

static void
assert_standing(struct agency *agency, enum flag flag, const char *user,
    bool holds, const char *why)
{
	struct flag_standing standing = judge(agency, flag, user);

	assert_int_equal(standing.holds, holds);
	assert_string_equal(standing.why, why);
}

/* Nothing configured is what agents did before there were flags. */
static void
test_built_in(void **state)
{
	assert_standing(*state, FLAG_TOKEN_LOGIN, "alice", true, "built-in");
	assert_standing(
	    *state, FLAG_REFRESH_ROTATION, "alice", true, "built-in");
	assert_standing(
	    *state, FLAG_SESSION_TRACKING, "alice", true, "built-in");
	assert_standing(
	    *state, FLAG_DEVICE_FINGERPRINT, "alice", true, "built-in");
	assert_standing(
	    *state, FLAG_DEVICE_KEY_REQUIRED, "alice", false, "built-in");
	assert_standing(
	    *state, FLAG_CLAIMS_BACKFILL, "alice", true, "built-in");
}

static void
test_what_decides_first(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[flag token_login]\ndefault = off\n");
	assert_standing(agency, FLAG_TOKEN_LOGIN, "alice", false, "configured");
	set(agency, "token_login", "on", NULL);
	assert_standing(agency, FLAG_TOKEN_LOGIN, "alice", true, "set");
	set(agency, "token_login", "off", "alice");
	assert_standing(agency, FLAG_TOKEN_LOGIN, "alice", false, "override");
	assert_standing(agency, FLAG_TOKEN_LOGIN, "bob", true, "set");
	agency_restart(agency);
	assert_standing(agency, FLAG_TOKEN_LOGIN, "alice", false, "override");
	set(agency, "token_login", "default", NULL);
	assert_standing(agency, FLAG_TOKEN_LOGIN, "bob", false, "configured");
	set(agency, "token_login", "default", "alice");
	assert_standing(agency, FLAG_TOKEN_LOGIN, "alice", false, "configured");
}

static void
test_require_key_is_a_default(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[device]\nrequire_key = yes\n");
	assert_standing(
	    agency, FLAG_DEVICE_KEY_REQUIRED, "alice", true, "configured");
	set(agency, "device_key_required", "off", NULL);
	assert_standing(
	    agency, FLAG_DEVICE_KEY_REQUIRED, "alice", false, "set");
}

/* Computed elsewhere, with Python's hashlib: the same on every host. */
static void
test_bucket(void **state)
{
	static const struct {
		const char *flag, *user;
		int64_t bucket;
	} rows[] = {
	    {"token_login", "alice", ALICE},
	    {"token_login", "bob", 9},
	    {"refresh_rotation", "alice", 83},
	    {"token_login", "", 22},
	};
	int64_t bucket;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    flag_bucket(rows[i].flag, rows[i].user, &bucket), OK);
		assert_int_equal(bucket, rows[i].bucket);
	}
}

static void
user_name(int number, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "user%05d", number);
}

/* Who is in; how many. */
static int
look_at_all(struct agency *agency, bool in[USERS])
{
	struct call *call = agency_begin(agency);
	char name[NAME_SIZE];
	int count = 0;

	for (int i = 0; i < USERS; i++) {
		user_name(i, name);
		assert_int_equal(
		    flag_holds(call, FLAG_TOKEN_LOGIN, name, &in[i]), OK);
		count += in[i];
	}
	assert_int_equal(agency_end(agency, OK), OK);
	return count;
}

/* Each user's bucket. */
static void
look_at_buckets(int64_t bucket[USERS])
{
	char name[NAME_SIZE];

	for (int i = 0; i < USERS; i++) {
		user_name(i, name);
		assert_int_equal(
		    flag_bucket("token_login", name, &bucket[i]), OK);
	}
}

/* Who has a bucket below the percentage is in, and nobody else. How many are in
 * of all. */
static int
look_at_share(struct agency *agency, const int64_t bucket[USERS], int percent)
{
	struct call *call = agency_begin(agency);
	char name[NAME_SIZE];
	const int each = is_sparse() ? 100 : 1;
	int count = 0;

	for (int i = 0; i < USERS; i++) {
		bool holds = bucket[i] >= percent;

		count += bucket[i] < percent;
		if (i % each != percent % each)
			continue;
		user_name(i, name);
		assert_int_equal(
		    flag_holds(call, FLAG_TOKEN_LOGIN, name, &holds), OK);
		assert_int_equal(holds, bucket[i] < percent);
	}
	assert_int_equal(agency_end(agency, OK), OK);
	return count;
}

/* Every percentage of 10,000 users is within one point, whoever is in stays
 * in when it grows, and the undo of each is exact. */
static void
test_percentages(void **state)
{
	static int64_t bucket[USERS];
	static bool now[USERS], again[USERS];
	struct agency *agency = *state;
	char wish[8], last[8];
	double worst = 0;
	int count = 0;

	look_at_buckets(bucket);
	for (int percent = 1; percent < 100; percent++) {
		double off;

		snprintf(wish, sizeof(wish), "%d%%", percent);
		set(agency, "token_login", wish, NULL);
		count = look_at_share(agency, bucket, percent);
		off = (double)count * 100 / USERS - percent;
		worst = off * off > worst * worst ? off : worst;
	}
	print_message("the worst is off by %.2f points\n", worst);
	assert_true(worst >= -1 && worst <= 1);
	assert_int_equal(look_at_all(agency, now), count);
	agency_restart(agency);
	look_at_all(agency, again);
	assert_memory_equal(now, again, sizeof(now));
	for (int percent = 98; percent > 0; percent--) {
		snprintf(last, sizeof(last), "%d%%", percent + 1);
		snprintf(wish, sizeof(wish), "%d%%", percent);
		undo(agency, last, wish, percent);
		if (percent == 50)
			look_at_share(agency, bucket, percent);
	}
	set(agency, "token_login", "0%", NULL);
	assert_int_equal(look_at_all(agency, now), 0);
	set(agency, "token_login", "100%", NULL);
	assert_int_equal(look_at_all(agency, now), USERS);
}

/* Whom a percentage leaves out can be let in, and the other way. */
static void
test_overrides_beside_a_percentage(void **state)
{
	static bool plain[USERS], now[USERS];
	struct agency *agency = *state;
	char name[NAME_SIZE];
	int count;

	set(agency, "token_login", "25%", NULL);
	count = look_at_all(agency, plain);
	for (int i = 0; i < 100; i++) {
		user_name(i, name);
		set(agency, "token_login", plain[i] ? "off" : "on", name);
		count += plain[i] ? -1 : 1;
	}
	assert_int_equal(look_at_all(agency, now), count);
	for (int i = 0; i < USERS; i++)
		assert_int_equal(now[i], i < 100 ? !plain[i] : plain[i]);
}

static void
test_undo(void **state)
{
	auto_clear(flag_undo_reply) struct flag_undo_reply reply = {0};
	struct agency *agency = *state;
	struct empty request;

	set(agency, "token_login", "10%", NULL);
	agency_pass(agency, 10);
	set(agency, "token_login", "25%", NULL);
	set(agency, "token_login", "25%", NULL); /* changes nothing */
	set(agency, "session_tracking", "off", "alice");
	assert_string_equal(
	    agency->call.event.detail, "session_tracking: default -> off");
	assert_string_equal(agency->call.event.user, "alice");
	agency_restart(agency);
	undo(agency, "off", "default", 2);
	assert_string_equal(
	    agency->call.event.detail, "session_tracking: off -> default");
	assert_standing(
	    agency, FLAG_SESSION_TRACKING, "alice", true, "built-in");
	undo(agency, "25%", "10%", 1);
	assert_int_equal(judge(agency, FLAG_TOKEN_LOGIN, NULL).setting.changed,
	    AGENCY_START);
	undo(agency, "10%", "default", 0);
	assert_standing(agency, FLAG_TOKEN_LOGIN, "alice", true, "built-in");
	assert_int_equal(
	    agency_end(agency,
		admin_flag_undo(agency_begin(agency), &request, &reply)),
	    OK);
	assert_null(reply.flag);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *flag, *state, *user;
		int64_t subject;
		enum err expected;
	} rows[] = {
	    {"tokenlogin", "on", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "yes", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "25", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "101%", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "-1%", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "2.5%", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "0025%", NULL, AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "25%", "alice", AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "on", "", AGENCY_UID, ERR_INVALID_PARAMETER},
	    {"token_login", "on", "alcie", SUBJECT_UNKNOWN, ERR_NO_SUCH_USER},
	    {"token_login", "off", "alcie", SUBJECT_UNKNOWN, ERR_NO_SUCH_USER},
	    {"token_login", "default", "gone", SUBJECT_UNKNOWN, OK},
	};
	struct agency *agency = *state;
	size_t left = 9;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(flag_set_reply) struct flag_set_reply reply = {0};
		const struct flag_set_request request = {
		    (char *)(uintptr_t)rows[i].flag,
		    (char *)(uintptr_t)rows[i].state,
		    (char *)(uintptr_t)rows[i].user,
		};
		struct call *call = agency_begin(agency);

		call->subject = rows[i].subject;
		assert_int_equal(
		    agency_end(agency, admin_flag_set(call, &request, &reply)),
		    rows[i].expected);
	}
	assert_int_equal(
	    flag_change_count(agency_begin(agency)->txn, &left), OK);
	assert_int_equal(agency_end(agency, OK), OK);
	assert_int_equal(left, 0);
}

static void
test_list(void **state)
{
	const struct flag_list_request request = {(char *)(uintptr_t) "alice"};
	struct agency *agency = *state;
	struct cursor cursor = {0};
	size_t count = 0;
	enum err e = OK;

	set(agency, "token_login", "off", "alice");
	set(agency, "token_login", "on", "bob");
	set(agency, "refresh_rotation", "0%", NULL);
	for (; e == OK; count++) {
		auto_clear(flag_view) struct flag_view view = {0};
		struct call *call = agency_begin(agency);

		e = agency_end(
		    agency, admin_flag_list(call, &request, &cursor, &view));
		if (e != OK)
			break;
		assert_string_equal(view.flag, flag_name((enum flag)count));
		assert_string_equal(view.user, "alice");
		if (count == FLAG_TOKEN_LOGIN) {
			assert_false(view.holds);
			assert_string_equal(view.state, "off");
			assert_string_equal(view.why, "override");
			assert_string_equal(view.configured, "on");
			assert_int_equal(view.bucket, ALICE);
			assert_int_equal(view.overrides_on, 1);
			assert_int_equal(view.overrides_off, 1);
			assert_int_equal(view.changed, AGENCY_START);
			assert_int_equal(view.by, 0);
		}
		if (count == FLAG_REFRESH_ROTATION)
			assert_string_equal(view.state, "off");
		if (count == FLAG_CLAIMS_BACKFILL)
			assert_int_equal(view.by, -1);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(count, FLAG_COUNT);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_built_in),
	    TEST(test_what_decides_first),
	    TEST(test_require_key_is_a_default),
	    cmocka_unit_test(test_bucket),
	    TEST(test_percentages),
	    TEST(test_overrides_beside_a_percentage),
	    TEST(test_undo),
	    TEST(test_refusals),
	    TEST(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
