/* SPDX-License-Identifier: BSD-3-Clause */

/* Counters by days: what a span has of them, and days that go. */

#include "lmdb-store/counter.h"
#include "lmdb-store/daily.h"

#include "tests/lmdb-store/scratch.h"

#include <string.h>

#define DAY INT64_C(86400)
#define NOON(day) ((day)*DAY + DAY / 2)

static void
add(struct txn *txn, const char *label, int64_t now)
{
	const char *const labels[COUNTER_LABELS_MAX + 1] = {"issuer", label};

	assert_int_equal(
	    counter_add_by(txn, "dated", labels, "alice", now), OK);
}

static int64_t
since(struct txn *txn, const char *label, int64_t time)
{
	auto_clear(counter_record) struct counter_record record = {0};
	int64_t count = -1;

	assert_int_equal(
	    counter_get(txn, "dated",
		(const char *const[]){"issuer", label, NULL}, &record),
	    OK);
	assert_int_equal(counter_since(txn, &record, time, &count), OK);
	return count;
}

static void
test_span(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	add(txn, "old", NOON(100));
	add(txn, "old", NOON(100));
	add(txn, "older", NOON(101));
	add(txn, "old", NOON(103));
	assert_int_equal(since(txn, "old", 0), 3);
	assert_int_equal(since(txn, "old", -7), 3);
	assert_int_equal(since(txn, "older", 0), 1);
	/* the whole day, whatever its hour */
	assert_int_equal(since(txn, "old", 101 * DAY - 1), 3);
	assert_int_equal(since(txn, "old", 101 * DAY), 1);
	assert_int_equal(since(txn, "old", 104 * DAY - 1), 1);
	assert_int_equal(since(txn, "old", 104 * DAY), 0);
	assert_int_equal(since(txn, "older", NOON(102)), 0);
}

static void
test_days_are_of_utc(void **state)
{
	(void)state;
	assert_int_equal(daily_day(0), 0);
	assert_int_equal(daily_day(-1), 0);
	assert_int_equal(daily_day(DAY - 1), 0);
	assert_int_equal(daily_day(DAY), 1);
	assert_int_equal(daily_day(1700000000), 19675); /* 2023-11-14 */
}

/* Days go, a few entries at a time; the total stays. */
static void
test_sweep(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t done = 0;

	for (int64_t day = 100; day < 110; day++) {
		add(txn, "old", NOON(day));
		add(txn, "older", NOON(day));
	}
	assert_int_equal(daily_sweep(txn, 100, 50, &done), OK);
	assert_int_equal(done, 0);
	assert_int_equal(daily_sweep(txn, 103, 5, &done), OK);
	assert_int_equal(done, 5);
	assert_int_equal(daily_sweep(txn, 103, 5, &done), OK);
	assert_int_equal(done, 1);
	assert_int_equal(since(txn, "old", 0), 7);
	assert_int_equal(since(txn, "old", NOON(109)), 1);
	assert_int_equal(daily_sweep(txn, INT64_MAX, 50, &done), OK);
	assert_int_equal(done, 14);
	assert_int_equal(since(txn, "old", 0), 0);
}

static void
test_total_stays(void **state)
{
	auto_clear(counter_record) struct counter_record record = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t done = 0;

	add(txn, "old", NOON(100));
	add(txn, "old", NOON(101));
	assert_int_equal(daily_sweep(txn, INT64_MAX, 50, &done), OK);
	assert_int_equal(counter_next(txn, "dated", &record), OK);
	assert_int_equal(record.count, 2);
	assert_int_equal(record.since, NOON(100));
}

/* What is not asked for by days has none. */
static void
test_others_have_no_days(void **state)
{
	static const char *const labels[COUNTER_LABELS_MAX + 1] = {"sshd"};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t entries = 9;

	assert_int_equal(counter_add(txn, "observe", labels, NOON(100)), OK);
	assert_int_equal(txn_entries(txn, TABLE_DAILY, &entries), OK);
	assert_int_equal(entries, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_span),
	    STORE_TEST(test_days_are_of_utc),
	    STORE_TEST(test_sweep),
	    STORE_TEST(test_total_stays),
	    STORE_TEST(test_others_have_no_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
