/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/revoked.h"

#include "tests/lmdb-store/scratch.h"

#include <string.h>

static bool
has(struct txn *txn, enum revoked_kind kind, const char *value, int64_t now)
{
	bool revoked;

	assert_int_equal(revoked_has(txn, kind, value, now, &revoked), OK);
	return revoked;
}

static void
test_marks(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_false(has(txn, REVOKED_JTI, "a", 0));
	assert_int_equal(revoked_put(txn, REVOKED_JTI, "a", 100), OK);
	assert_true(has(txn, REVOKED_JTI, "a", 99));
	assert_true(has(txn, REVOKED_JTI, "a", 100));
	assert_false(has(txn, REVOKED_JTI, "a", 101));
	assert_false(has(txn, REVOKED_JTI, "b", 99));
	assert_false(has(txn, REVOKED_FAMILY, "a", 99));
	assert_false(has(txn, REVOKED_DEVICE, "a", 99));
}

static void
test_longer_mark_stays(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(revoked_put(txn, REVOKED_DEVICE, "d", 100), OK);
	assert_int_equal(revoked_put(txn, REVOKED_DEVICE, "d", 50), OK);
	assert_true(has(txn, REVOKED_DEVICE, "d", 100));
	assert_int_equal(revoked_put(txn, REVOKED_DEVICE, "d", 200), OK);
	assert_true(has(txn, REVOKED_DEVICE, "d", 200));
}

static void
test_value_bounds(void **state)
{
	struct scratch *scratch = *state;
	char value[1024] = "";
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	memset(value, 'v', REVOKED_VALUE_MAX);
	assert_int_equal(revoked_put(txn, REVOKED_FAMILY, value, 100), OK);
	assert_true(has(txn, REVOKED_FAMILY, value, 100));
	memset(value, 'v', sizeof(value) - 1);
	assert_false(has(txn, REVOKED_FAMILY, value, 100));
	assert_int_equal(
	    revoked_put(txn, REVOKED_FAMILY, value, 100), ERR_INTERNAL);
	scratch_abort(scratch);

	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(revoked_put(txn, REVOKED_JTI, "", 100), ERR_INTERNAL);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, scratch_setup_open, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_marks),
	    TEST(test_longer_mark_stays),
	    TEST(test_value_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
