/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/family.h"

#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

static void
test_round_trip(void **state)
{
	struct scratch *scratch = *state;
	const struct seal *seal = store_seal(scratch->store);
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(family_record) struct family_record in =
	    sample_family(seal, "F");
	auto_clear(family_record) struct family_record out = {0};
	auto_free(secret) struct secret *secret = NULL;

	assert_int_equal(family_get(txn, "F", &out), ERR_NOT_FOUND);
	assert_int_equal(family_put(txn, &in), OK);
	in.generation = 7;
	in.rotated = 1700000042;
	assert_int_equal(family_put(txn, &in), OK);
	assert_int_equal(family_get(txn, "F", &out), OK);
	assert_int_equal(out.v, 1);
	assert_string_equal(out.device, "D");
	assert_int_equal(out.uid, 1000);
	assert_int_equal(out.generation, 7);
	assert_int_equal(out.rotated, 1700000042);
	assert_int_equal(out.created, 1700000000);
	assert_int_equal(out.last_used, 1700000000);
	assert_int_equal(out.expires, 1800000000);
	assert_string_equal(out.state, FAMILY_ACTIVE);
	assert_int_equal(family_secret(seal, &out, &secret), OK);
	assert_true(secret_equal(secret, SAMPLE_SECRET, 32));
}

static void
test_secret_is_replaced(void **state)
{
	struct scratch *scratch = *state;
	const struct seal *seal = store_seal(scratch->store);
	auto_clear(family_record) struct family_record record =
	    sample_family(seal, "F");
	auto_free(secret) struct secret *other = sample_secret(SAMPLE_PRIVATE);
	auto_free(secret) struct secret *secret = NULL;

	assert_int_equal(family_set_secret(seal, &record, other), OK);
	assert_int_equal(family_secret(seal, &record, &secret), OK);
	assert_true(secret_equal(secret, SAMPLE_PRIVATE, 32));
}

static void
test_without_secret(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(family_record) struct family_record record =
	    sample_family(store_seal(scratch->store), "F");

	free(record.secret);
	record.secret = NULL;
	assert_int_equal(family_put(txn, &record), ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_round_trip),
	    STORE_TEST(test_secret_is_replaced),
	    STORE_TEST(test_without_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
