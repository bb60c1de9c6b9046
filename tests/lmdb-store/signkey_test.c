/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/signkey.h"

#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
put_key(struct scratch *scratch, const char *kid)
{
	auto_clear(signkey_record) struct signkey_record record =
	    sample_signkey(store_seal(scratch->store), kid);

	assert_int_equal(signkey_put(scratch->txn, &record), OK);
}

static void
test_walk(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(signkey_record) struct signkey_record record = {0};
	auto_free(secret) struct secret *key = NULL;

	assert_int_equal(signkey_next(txn, NULL, &record), ERR_NOT_FOUND);
	put_key(scratch, "b");
	put_key(scratch, "a");
	assert_int_equal(signkey_next(txn, NULL, &record), OK);
	assert_string_equal(record.kid, "a");
	assert_int_equal(signkey_next(txn, record.kid, &record), OK);
	assert_string_equal(record.kid, "b");
	assert_string_equal(record.algorithm, "ES256");
	assert_string_equal(record.state, SIGNKEY_ACTIVE);
	assert_int_equal(record.created, 1700000000);
	assert_int_equal(
	    signkey_private(store_seal(scratch->store), &record, &key), OK);
	assert_true(secret_equal(key, SAMPLE_PRIVATE, 32));
	assert_int_equal(signkey_next(txn, record.kid, &record), ERR_NOT_FOUND);
}

/* The private key of RSA with 4096 bits takes 2,400 bytes. */
static void
test_long_key(void **state)
{
	struct scratch *scratch = *state;
	const struct seal *seal = store_seal(scratch->store);
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(signkey_record) struct signkey_record in =
	    sample_signkey(seal, "rsa");
	auto_clear(signkey_record) struct signkey_record out = {0};
	auto_free(secret) struct secret *key = NULL, *again = NULL;

	assert_int_equal(secret_zero(&key, 2400), OK);
	memset(secret_bytes(key), 7, 2400);
	assert_int_equal(signkey_set_private(seal, &in, key), OK);
	assert_int_equal(signkey_put(txn, &in), OK);
	assert_int_equal(signkey_next(txn, NULL, &out), OK);
	assert_int_equal(signkey_private(seal, &out, &again), OK);
	assert_true(secret_equal(again, secret_data(key), 2400));
}

static void
test_without_private_key(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(signkey_record) struct signkey_record record =
	    sample_signkey(store_seal(scratch->store), "k");

	secret_free(TAKE(record.private));
	assert_int_equal(signkey_put(txn, &record), ERR_INTERNAL);
}

static void
test_kid_is_bound(void **state)
{
	struct scratch *scratch = *state;
	const struct seal *seal = store_seal(scratch->store);
	auto_clear(signkey_record) struct signkey_record record =
	    sample_signkey(seal, "k");
	struct secret *key = NULL;

	sample_set(&record.kid, "other");
	assert_int_equal(signkey_private(seal, &record, &key), ERR_CRYPTO);
	assert_null(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_walk),
	    STORE_TEST(test_long_key),
	    STORE_TEST(test_without_private_key),
	    STORE_TEST(test_kid_is_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
