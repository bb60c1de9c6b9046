/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/code.h"

#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

static struct code_record
code_of(const char *hash, const char *id, int64_t uid, int64_t expires)
{
	return (struct code_record){
	    .hash = text_new(hash),
	    .id = text_new(id),
	    .user = text_new("alice"),
	    .uid = uid,
	    .created = 1,
	    .expires = expires,
	};
}

static void
put(struct txn *txn, const char *hash, const char *id, int64_t uid,
    int64_t expires)
{
	auto_clear(code_record) struct code_record record =
	    code_of(hash, id, uid, expires);

	assert_int_equal(code_put(txn, &record), OK);
}

static bool
is_there(struct txn *txn, const char *hash)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e = code_get(txn, hash, &record);

	if (e != ERR_NOT_FOUND)
		assert_int_equal(e, OK);
	return e == OK;
}

/* How many there are, which the table and both indexes agree on. */
static size_t
count(struct txn *txn)
{
	size_t records, by_user, by_expiry;

	assert_int_equal(code_count(txn, &records), OK);
	assert_int_equal(txn_entries(txn, TABLE_CODE_BY_USER, &by_user), OK);
	assert_int_equal(
	    txn_entries(txn, TABLE_CODE_BY_EXPIRY, &by_expiry), OK);
	assert_int_equal(records, by_user);
	assert_int_equal(records, by_expiry);
	return records;
}

static void
test_record_comes_back(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(code_record) struct code_record found = {0};
	auto_clear(code_record) struct code_record record =
	    code_of("hash", "id", 4242, 120);

	record.service = text_new("sshd");
	record.rhost = text_new("192.0.2.1");
	record.device = text_new("device");
	assert_int_equal(
	    code_put(scratch_begin(scratch, TXN_WRITE), &record), OK);
	scratch_commit(scratch);
	scratch_reopen(scratch);
	assert_int_equal(
	    code_get(scratch_begin(scratch, TXN_READ), "hash", &found), OK);
	assert_string_equal(found.id, "id");
	assert_string_equal(found.user, "alice");
	assert_int_equal(found.uid, 4242);
	assert_string_equal(found.service, "sshd");
	assert_string_equal(found.rhost, "192.0.2.1");
	assert_string_equal(found.device, "device");
	assert_int_equal(found.expires, 120);
	assert_int_equal(
	    code_get(scratch->txn, "other", &found), ERR_NOT_FOUND);
}

static void
test_codes_of_a_user_come_in_the_order_of_their_making(void **state)
{
	auto_clear(code_record) struct code_record record = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put(txn, "z", "01", 7, 300);
	put(txn, "b", "03", 7, 200);
	put(txn, "x", "02", 7, 100);
	put(txn, "other", "00", 6, 100);
	put(txn, "another", "04", 8, 100);
	assert_int_equal(code_next_of_user(txn, 7, NULL, &record), OK);
	assert_string_equal(record.hash, "z");
	assert_int_equal(code_next_of_user(txn, 7, record.id, &record), OK);
	assert_string_equal(record.hash, "x");
	assert_int_equal(code_next_of_user(txn, 7, record.id, &record), OK);
	assert_string_equal(record.hash, "b");
	assert_int_equal(
	    code_next_of_user(txn, 7, record.id, &record), ERR_NOT_FOUND);
	assert_int_equal(
	    code_next_of_user(txn, 9, NULL, &record), ERR_NOT_FOUND);
}

static void
test_remove_leaves_nothing(void **state)
{
	auto_clear(code_record) struct code_record record = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put(txn, "a", "01", 7, 300);
	put(txn, "b", "02", 7, 300);
	assert_int_equal(code_get(txn, "a", &record), OK);
	assert_int_equal(code_remove(txn, &record), OK);
	assert_false(is_there(txn, "a"));
	assert_true(is_there(txn, "b"));
	assert_int_equal(count(txn), 1);
	assert_int_equal(code_remove(txn, &record), ERR_STORE);
}

static void
test_sweep_takes_what_is_over(void **state)
{
	size_t done;
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put(txn, "later", "01", 7, 101);
	put(txn, "over", "02", 7, 100);
	assert_int_equal(code_sweep(txn, 99, 10, &done), OK);
	assert_int_equal(count(txn), 2);
	assert_int_equal(code_sweep(txn, 100, 10, &done), OK);
	assert_false(is_there(txn, "over"));
	assert_true(is_there(txn, "later"));
	assert_int_equal(count(txn), 1);
}

static void
test_sweep_in_steps(void **state)
{
	size_t done;
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	char hash[8];

	for (int i = 0; i < 10; i++) {
		snprintf(hash, sizeof(hash), "h%d", i);
		put(txn, hash, hash, i, i);
	}
	assert_int_equal(code_sweep(txn, 100, 4, &done), OK);
	assert_int_equal(count(txn), 6);
	assert_false(is_there(txn, "h3"));
	assert_true(is_there(txn, "h4"));
	assert_int_equal(code_sweep(txn, 100, 100, &done), OK);
	assert_int_equal(count(txn), 0);
}

static void
test_hash_is_keyed_by_the_store(void **state)
{
	struct scratch *scratch = *state;
	char hash[CODE_HASH_SIZE + 1], again[CODE_HASH_SIZE + 1];
	char other[CODE_HASH_SIZE + 1];

	assert_int_equal(
	    code_hash(store_seal(scratch->store), "ABCDEFGHJKMN", hash), OK);
	assert_int_equal(strlen(hash), CODE_HASH_SIZE);
	assert_int_equal(
	    code_hash(store_seal(scratch->store), "ABCDEFGHJKMP", other), OK);
	assert_string_not_equal(hash, other);
	scratch_reopen(scratch);
	assert_int_equal(
	    code_hash(store_seal(scratch->store), "ABCDEFGHJKMN", again), OK);
	assert_string_equal(hash, again);

	scratch_close(scratch);
	scratch_wipe(scratch);
	scratch_open(scratch);
	assert_int_equal(
	    code_hash(store_seal(scratch->store), "ABCDEFGHJKMN", again), OK);
	assert_string_not_equal(hash, again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_record_comes_back),
	    STORE_TEST(test_codes_of_a_user_come_in_the_order_of_their_making),
	    STORE_TEST(test_remove_leaves_nothing),
	    STORE_TEST(test_sweep_takes_what_is_over),
	    STORE_TEST(test_sweep_in_steps),
	    STORE_TEST(test_hash_is_keyed_by_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
