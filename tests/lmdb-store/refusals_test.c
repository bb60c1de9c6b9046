/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/refusals.h"

#include "tests/lmdb-store/scratch.h"

#define SPAN 100

static int64_t
count_of(struct txn *txn, int64_t uid)
{
	auto_clear(refusals_record) struct refusals_record record = {0};
	enum err e = refusals_get(txn, uid, &record);

	if (e == ERR_NOT_FOUND)
		return 0;
	assert_int_equal(e, OK);
	assert_int_equal(record.uid, uid);
	return record.count;
}

static void
add(struct txn *txn, int64_t uid, int64_t now)
{
	assert_int_equal(refusals_add(txn, uid, now, SPAN), OK);
}

static void
test_counts_by_uid(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	add(txn, 1, 1000);
	add(txn, 1, 1000 + SPAN);
	add(txn, 12, 1000);
	assert_int_equal(count_of(txn, 1), 2);
	assert_int_equal(count_of(txn, 12), 1);
	assert_int_equal(count_of(txn, 2), 0);
}

static void
test_begins_anew_after_its_span(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	add(txn, 1, 1000);
	add(txn, 1, 1001);
	add(txn, 1, 1000 + SPAN + 1);
	assert_int_equal(count_of(txn, 1), 1);
	add(txn, 1, 500); /* the clock was set back */
	assert_int_equal(count_of(txn, 1), 1);
}

static void
test_sweep(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t done = 9, entries = 9;

	for (int64_t uid = 1; uid <= 5; uid++)
		add(txn, uid, 1000 + uid);
	assert_int_equal(refusals_sweep(txn, 1000, 10, &done), OK);
	assert_int_equal(done, 0);
	assert_int_equal(refusals_sweep(txn, 1004, 3, &done), OK);
	assert_int_equal(done, 3);
	assert_int_equal(count_of(txn, 3), 0);
	assert_int_equal(count_of(txn, 4), 1);
	assert_int_equal(refusals_sweep(txn, 1004, 3, &done), OK);
	assert_int_equal(done, 1);
	assert_int_equal(
	    txn_entries(txn, TABLE_REFUSALS_BY_TIME, &entries), OK);
	assert_int_equal(entries, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_counts_by_uid),
	    STORE_TEST(test_begins_anew_after_its_span),
	    STORE_TEST(test_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
