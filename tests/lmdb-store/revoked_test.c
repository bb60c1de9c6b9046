/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/revoked.h"

#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
put(struct txn *txn, enum revoked_kind kind, const char *value, int64_t until,
    int64_t before)
{
	const struct revoked_record mark = {.until = until, .before = before};

	assert_int_equal(revoked_put(txn, kind, value, &mark), OK);
}

static bool
has(struct txn *txn, enum revoked_kind kind, const char *value, int64_t now)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e = revoked_get(txn, kind, value, now, &mark);

	assert_true(e == OK || e == ERR_NOT_FOUND);
	return e == OK;
}

static int64_t
before(struct txn *txn, enum revoked_kind kind, const char *value)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};

	assert_int_equal(revoked_get(txn, kind, value, 0, &mark), OK);
	return mark.before;
}

static size_t
count(struct txn *txn)
{
	size_t marks = 0, entries = 0;

	assert_int_equal(revoked_count(txn, &marks), OK);
	assert_int_equal(
	    txn_entries(txn, TABLE_REVOKED_BY_EXPIRY, &entries), OK);
	assert_int_equal(marks, entries);
	return marks;
}

static void
a_mark_holds_through_its_last_second(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_false(has(txn, REVOKED_TOKEN, "a", 0));
	put(txn, REVOKED_TOKEN, "a", 100, 0);
	assert_true(has(txn, REVOKED_TOKEN, "a", 99));
	assert_true(has(txn, REVOKED_TOKEN, "a", 100));
	assert_false(has(txn, REVOKED_TOKEN, "a", 101));
	assert_false(has(txn, REVOKED_TOKEN, "b", 99));
	assert_false(has(txn, REVOKED_DEVICE, "a", 99));
	assert_false(has(txn, REVOKED_USER, "a", 99));
	assert_false(has(txn, REVOKED_ISSUER, "a", 99));
	assert_false(has(txn, REVOKED_ALL, "a", 99));
}

static void
a_mark_only_gets_stronger(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put(txn, REVOKED_USER, "7", 100, 50);
	put(txn, REVOKED_USER, "7", 90, 40);
	assert_true(has(txn, REVOKED_USER, "7", 100));
	assert_int_equal(before(txn, REVOKED_USER, "7"), 50);
	put(txn, REVOKED_USER, "7", 90, 60);
	assert_true(has(txn, REVOKED_USER, "7", 100));
	assert_int_equal(before(txn, REVOKED_USER, "7"), 60);
	put(txn, REVOKED_USER, "7", 200, 40);
	assert_true(has(txn, REVOKED_USER, "7", 200));
	assert_int_equal(before(txn, REVOKED_USER, "7"), 60);
	assert_int_equal(count(txn), 1);
}

static void
the_reason_is_that_of_the_stronger_mark(void **state)
{
	char first[] = "first", second[] = "second";
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(revoked_record) struct revoked_record mark = {0};
	const struct revoked_record old = {0, 100, 50, first};
	const struct revoked_record weaker = {0, 200, 40, second};
	const struct revoked_record newer = {0, 100, 60, second};

	assert_int_equal(revoked_put(txn, REVOKED_ALL, "*", &old), OK);
	assert_int_equal(revoked_put(txn, REVOKED_ALL, "*", &weaker), OK);
	assert_int_equal(revoked_get(txn, REVOKED_ALL, "*", 0, &mark), OK);
	assert_string_equal(mark.reason, "first");
	assert_int_equal(revoked_put(txn, REVOKED_ALL, "*", &newer), OK);
	assert_int_equal(revoked_get(txn, REVOKED_ALL, "*", 0, &mark), OK);
	assert_string_equal(mark.reason, "second");
	assert_int_equal(mark.until, 200);
}

static void
values_have_bounds(void **state)
{
	struct scratch *scratch = *state;
	const struct revoked_record mark = {.until = 100};
	const struct revoked_record never = {.until = -1};
	char value[1024] = "";
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	memset(value, 'v', REVOKED_VALUE_MAX);
	assert_int_equal(revoked_put(txn, REVOKED_DEVICE, value, &mark), OK);
	assert_true(has(txn, REVOKED_DEVICE, value, 100));
	memset(value, 'v', sizeof(value) - 1);
	assert_false(has(txn, REVOKED_DEVICE, value, 100));
	assert_int_equal(
	    revoked_put(txn, REVOKED_DEVICE, value, &mark), ERR_INTERNAL);
	scratch_abort(scratch);

	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(
	    revoked_put(txn, REVOKED_TOKEN, "", &mark), ERR_INTERNAL);
	scratch_abort(scratch);

	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(
	    revoked_put(txn, REVOKED_TOKEN, "a", &never), ERR_INTERNAL);
}

static void
the_sweep_takes_what_has_ended_in_small_steps(void **state)
{
	size_t done;
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put(txn, REVOKED_TOKEN, "a", 100, 0);
	put(txn, REVOKED_TOKEN, "b", 50, 0);
	put(txn, REVOKED_USER, "7", 60, 10);
	put(txn, REVOKED_ALL, "*", 70, 10);
	put(txn, REVOKED_ALL, "*", 300, 20); /* leaves no entry behind */
	assert_int_equal(count(txn), 4);

	assert_int_equal(revoked_sweep(txn, 50, 8, &done), OK);
	assert_int_equal(count(txn), 4);
	assert_int_equal(revoked_sweep(txn, 101, 1, &done), OK);
	assert_int_equal(count(txn), 3);
	assert_false(has(txn, REVOKED_TOKEN, "b", 0));
	assert_int_equal(revoked_sweep(txn, 101, 8, &done), OK);
	assert_int_equal(count(txn), 1);
	assert_true(has(txn, REVOKED_ALL, "*", 300));
	assert_int_equal(revoked_sweep(txn, 301, 8, &done), OK);
	assert_int_equal(count(txn), 0);
	assert_int_equal(revoked_sweep(txn, 301, 8, &done), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(a_mark_holds_through_its_last_second),
	    STORE_TEST(a_mark_only_gets_stronger),
	    STORE_TEST(the_reason_is_that_of_the_stronger_mark),
	    STORE_TEST(values_have_bounds),
	    STORE_TEST(the_sweep_takes_what_has_ended_in_small_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
