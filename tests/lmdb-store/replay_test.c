/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/replay.h"

#include "tests/lmdb-store/scratch.h"

#include <stdio.h>

static bool
used(struct txn *txn, const char *hash)
{
	bool answer;

	assert_int_equal(replay_has(txn, hash, &answer), OK);
	return answer;
}

static size_t
count(struct txn *txn)
{
	size_t answer;

	assert_int_equal(replay_count(txn, &answer), OK);
	return answer;
}

static void
test_mark(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_false(used(txn, "a"));
	assert_int_equal(replay_put(txn, "a", 100), OK);
	assert_true(used(txn, "a"));
	assert_false(used(txn, "b"));
}

static void
test_marks_are_kept(void **state)
{
	struct scratch *scratch = *state;

	assert_int_equal(
	    replay_put(scratch_begin(scratch, TXN_WRITE), "a", 100), OK);
	scratch_commit(scratch);
	scratch_reopen(scratch);
	assert_true(used(scratch_begin(scratch, TXN_READ), "a"));
}

static void
test_sweep_takes_what_is_over(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t done = 9;

	assert_int_equal(replay_put(txn, "b", 101), OK);
	assert_int_equal(replay_put(txn, "a", 100), OK);
	assert_int_equal(replay_sweep(txn, 100, 10, &done), OK);
	assert_int_equal(done, 0);
	assert_int_equal(count(txn), 2);
	assert_int_equal(replay_sweep(txn, 101, 10, &done), OK);
	assert_int_equal(done, 1);
	assert_false(used(txn, "a"));
	assert_true(used(txn, "b"));
}

static void
test_sweep_in_steps(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	char hash[8];
	size_t done = 0;

	for (int i = 0; i < 10; i++) {
		snprintf(hash, sizeof(hash), "h%d", i);
		assert_int_equal(replay_put(txn, hash, i), OK);
	}
	assert_int_equal(replay_sweep(txn, 100, 4, &done), OK);
	assert_int_equal(done, 4);
	assert_int_equal(count(txn), 6);
	assert_false(used(txn, "h3"));
	assert_true(used(txn, "h4"));
	assert_int_equal(replay_sweep(txn, 100, 100, &done), OK);
	assert_int_equal(count(txn), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_mark),
	    STORE_TEST(test_marks_are_kept),
	    STORE_TEST(test_sweep_takes_what_is_over),
	    STORE_TEST(test_sweep_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
