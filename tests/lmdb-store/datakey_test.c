/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/datakey.h"

#include "lmdb-store/key.h"
#include "lmdb-store/schema.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static const char other_key[] = "another master key, of 32 bytes.";

static const struct seal_place place = {"family", {"F", 1}, "secret"};

static char *
sealed(const struct seal *seal)
{
	auto_free(secret) struct secret *secret = sample_secret(SAMPLE_SECRET);
	char *text = NULL;

	assert_int_equal(seal_put(seal, &place, secret, &text), OK);
	return text;
}

static enum err
opens(const struct seal *seal, const char *text)
{
	auto_free(secret) struct secret *secret = NULL;

	return seal_open(seal, &place, text, &secret);
}

/* The store's keys under this master key. */
static struct seal *
load(struct scratch *scratch, const struct secret *master)
{
	struct seal *seal = NULL;

	assert_int_equal(datakeys_load(&seal, scratch_begin(scratch, TXN_READ),
			     master, &host_system),
	    OK);
	scratch_abort(scratch);
	return seal;
}

static void
add(struct scratch *scratch)
{
	assert_int_equal(datakeys_add(scratch_begin(scratch, TXN_WRITE),
			     store_master(scratch->store), &host_system),
	    OK);
	scratch_commit(scratch);
}

static size_t
count(struct scratch *scratch)
{
	size_t keys = 0;

	assert_int_equal(
	    datakeys_count(scratch_begin(scratch, TXN_READ), &keys), OK);
	scratch_abort(scratch);
	return keys;
}

static void
test_newest_seals_and_all_open(void **state)
{
	struct scratch *scratch = *state;
	auto_str char *first = sealed(store_seal(scratch->store));
	auto_str char *second = NULL;
	auto_free(seal) struct seal *both = NULL;

	assert_true(seal_is_newest(store_seal(scratch->store), first));
	add(scratch);
	both = load(scratch, store_master(scratch->store));
	assert_int_equal(seal_key_count(both), 2);
	assert_int_equal(seal_newest(both), 2);
	second = sealed(both);
	assert_false(seal_is_newest(both, first));
	assert_true(seal_is_newest(both, second));
	assert_int_equal(opens(both, first), OK);
	assert_int_equal(opens(both, second), OK);
	assert_int_equal(opens(store_seal(scratch->store), second), ERR_CRYPTO);
	scratch_reopen(scratch);
	assert_int_equal(opens(store_seal(scratch->store), first), OK);
	assert_int_equal(opens(store_seal(scratch->store), second), OK);
}

static void
test_what_is_no_sealed_text(void **state)
{
	struct scratch *scratch = *state;
	const struct seal *seal = store_seal(scratch->store);

	assert_false(seal_is_newest(seal, ""));
	assert_false(seal_is_newest(seal, "AAAAAQ"));
	assert_false(seal_is_newest(seal, "!!!!!!!!"));
}

static void
test_old_keys_go(void **state)
{
	struct scratch *scratch = *state;
	auto_str char *first = sealed(store_seal(scratch->store));
	auto_str char *second = NULL;

	add(scratch);
	scratch_reopen(scratch);
	second = sealed(store_seal(scratch->store));
	assert_int_equal(datakeys_drop(scratch_begin(scratch, TXN_WRITE)), OK);
	scratch_commit(scratch);
	assert_int_equal(count(scratch), 1);
	scratch_reopen(scratch);
	assert_int_equal(opens(store_seal(scratch->store), second), OK);
	assert_int_equal(opens(store_seal(scratch->store), first), ERR_CRYPTO);
	/* an id is not given twice */
	add(scratch);
	scratch_reopen(scratch);
	assert_int_equal(seal_newest(store_seal(scratch->store)), 3);
}

static void
test_number_of_keys_is_bounded(void **state)
{
	struct scratch *scratch = *state;

	while (count(scratch) < SEAL_KEYS_MAX)
		add(scratch);
	assert_int_equal(datakeys_add(scratch_begin(scratch, TXN_WRITE),
			     store_master(scratch->store), &host_system),
	    ERR_STORE);
	scratch_abort(scratch);
	scratch_reopen(scratch);
}

static void
test_hashes_outlive_data_keys(void **state)
{
	struct scratch *scratch = *state;
	uint8_t before[SEAL_HASH_SIZE], after[SEAL_HASH_SIZE];

	assert_int_equal(seal_hash(store_seal(scratch->store), "domain",
			     text_slice("text"), before),
	    OK);
	add(scratch);
	assert_int_equal(datakeys_drop(scratch_begin(scratch, TXN_WRITE)), OK);
	scratch_commit(scratch);
	scratch_reopen(scratch);
	assert_int_equal(seal_hash(store_seal(scratch->store), "domain",
			     text_slice("text"), after),
	    OK);
	assert_memory_equal(before, after, sizeof(before));
}

/* Gives the store another master key; the file has the old one still. */
static void
wrap(struct scratch *scratch, const struct secret *next, bool given)
{
	assert_int_equal(
	    datakeys_wrap(scratch_begin(scratch, TXN_WRITE),
		store_master(scratch->store), next, given, &host_system),
	    OK);
	scratch_commit(scratch);
}

static bool
is_waiting(struct scratch *scratch)
{
	auto_clear(master_record) struct master_record record = {0};

	assert_int_equal(
	    master_get(scratch_begin(scratch, TXN_READ), &record), OK);
	scratch_abort(scratch);
	assert_true(record.since > 0);
	return record.next_since != 0;
}

static void
put_master_key(struct scratch *scratch, const char *bytes)
{
	scratch_write(scratch->key_path, bytes, SEAL_KEY_SIZE, 0600);
}

static void
test_next_master_key_comes(void **state)
{
	struct scratch *scratch = *state;
	auto_free(secret) struct secret *next = sample_secret(other_key);
	auto_str char *text = sealed(store_seal(scratch->store));
	size_t size;
	auto_str char *old = scratch_read(scratch->key_path, &size);
	struct store_error why;

	add(scratch);
	wrap(scratch, next, false);
	scratch_close(scratch);
	put_master_key(scratch, other_key);
	scratch_open(scratch);
	assert_false(is_waiting(scratch));
	assert_int_equal(opens(store_seal(scratch->store), text), OK);
	assert_true(secret_equal(
	    store_master(scratch->store), other_key, SEAL_KEY_SIZE));
	scratch_reopen(scratch);
	assert_int_equal(opens(store_seal(scratch->store), text), OK);
	scratch_close(scratch);
	put_master_key(scratch, old);
	assert_int_equal(scratch_try_open(scratch, &why), ERR_CRYPTO);
}

/* The agent was to put it there itself and did not come to it. */
static void
test_next_master_key_does_not_come(void **state)
{
	struct scratch *scratch = *state;
	auto_free(secret) struct secret *next = sample_secret(other_key);
	struct store_error why;

	wrap(scratch, next, false);
	assert_true(is_waiting(scratch));
	scratch_reopen(scratch);
	assert_false(is_waiting(scratch));
	scratch_close(scratch);
	put_master_key(scratch, other_key);
	assert_int_equal(scratch_try_open(scratch, &why), ERR_CRYPTO);
}

/* Somebody is to put it there, whenever that is. */
static void
test_next_master_key_is_waited_for(void **state)
{
	struct scratch *scratch = *state;
	auto_free(secret) struct secret *next = sample_secret(other_key);

	wrap(scratch, next, true);
	scratch_reopen(scratch);
	scratch_reopen(scratch);
	assert_true(is_waiting(scratch));
	scratch_close(scratch);
	put_master_key(scratch, other_key);
	scratch_open(scratch);
	assert_false(is_waiting(scratch));
}

static void
test_third_master_key_opens_nothing(void **state)
{
	struct scratch *scratch = *state;
	auto_free(secret) struct secret *next = sample_secret(other_key);
	struct store_error why;

	wrap(scratch, next, true);
	scratch_close(scratch);
	put_master_key(scratch, "a third master key, of 32 bytes.");
	assert_int_equal(scratch_try_open(scratch, &why), ERR_CRYPTO);
	put_master_key(scratch, other_key);
	scratch_open(scratch);
}

/* Records of keys cannot take one another's place. */
static void
test_swapped_keys(void **state)
{
	struct scratch *scratch = *state;
	auto_str char *copy = NULL;
	struct slice value;
	struct txn *txn;
	struct store_error why;

	add(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(
	    txn_get(txn, TABLE_META, text_slice("datakey/00000002"), &value),
	    OK);
	copy = malloc(value.size);
	assert_non_null(copy);
	memcpy(copy, value.data, value.size);
	assert_int_equal(
	    txn_put(txn, TABLE_META, text_slice("datakey/00000001"),
		(struct slice){copy, value.size}),
	    OK);
	scratch_commit(scratch);
	scratch_close(scratch);
	/* it is the second key twice */
	assert_int_equal(scratch_try_open(scratch, &why), ERR_STORE);
}

/* A store as it was before: one key, and the hashes made with it. */
static void
make_old(struct scratch *scratch, const struct secret *key)
{
	static const struct seal_place old = {"meta", {"data_key", 8}, "key"};
	auto_free(seal) struct seal *master = NULL;
	auto_str char *text = NULL, *record = NULL;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(seal_new(&master, &host_system), OK);
	assert_int_equal(seal_add(master, 0, store_master(scratch->store)), OK);
	assert_int_equal(seal_put(master, &old, key, &text), OK);
	assert_true(
	    asprintf(&record, "{\"v\":1,\"id\":1,\"key\":\"%s\"}", text) > 0);
	assert_int_equal(txn_put(txn, TABLE_META, text_slice("data_key"),
			     text_slice(record)),
	    OK);
	assert_int_equal(
	    txn_delete(txn, TABLE_META, text_slice("datakey/00000001")), OK);
	assert_int_equal(
	    txn_delete(txn, TABLE_META, text_slice("datakey/hash")), OK);
	assert_int_equal(txn_delete(txn, TABLE_META, text_slice("master")), OK);
	assert_int_equal(schema_write(txn, &(struct schema){.version = 3}), OK);
	scratch_commit(scratch);
}

static void
test_store_with_one_key(void **state)
{
	struct scratch *scratch = *state;
	auto_free(secret) struct secret *key = sample_secret(other_key);
	auto_free(seal) struct seal *old = NULL;
	auto_str char *text = NULL;
	uint8_t before[SEAL_HASH_SIZE], after[SEAL_HASH_SIZE];

	assert_int_equal(seal_new(&old, &host_system), OK);
	assert_int_equal(seal_add(old, 1, key), OK);
	assert_int_equal(seal_set_hash(old, key), OK);
	assert_int_equal(
	    seal_hash(old, "domain", text_slice("text"), before), OK);
	text = sealed(old);
	make_old(scratch, key);
	scratch_reopen(scratch);
	assert_int_equal(count(scratch), 1);
	assert_int_equal(opens(store_seal(scratch->store), text), OK);
	assert_int_equal(seal_hash(store_seal(scratch->store), "domain",
			     text_slice("text"), after),
	    OK);
	assert_memory_equal(before, after, sizeof(before));
}

static void
put_family(struct scratch *scratch)
{
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F");

	assert_int_equal(
	    family_put(scratch_begin(scratch, TXN_WRITE), &family), OK);
	scratch_commit(scratch);
}

static void
assert_family_opens(struct scratch *scratch, bool newest)
{
	auto_clear(family_record) struct family_record family = {0};
	auto_free(secret) struct secret *secret = NULL;
	const struct seal *seal = store_seal(scratch->store);

	assert_int_equal(
	    family_get(scratch_begin(scratch, TXN_READ), "F", &family), OK);
	scratch_abort(scratch);
	assert_int_equal(family_secret(seal, &family, &secret), OK);
	assert_true(secret_equal(secret, SAMPLE_SECRET, 32));
	assert_int_equal(seal_is_newest(seal, family.secret), newest);
}

/* To schema 3 and back: everything opens, and hashes are the same. */
static void
test_down_and_up(void **state)
{
	struct scratch *scratch = *state;
	const struct store_options options = {
	    .path = scratch->store_path, .host = &host_system};
	struct store_error why;
	uint8_t before[SEAL_HASH_SIZE], after[SEAL_HASH_SIZE];

	assert_int_equal(seal_hash(store_seal(scratch->store), "domain",
			     text_slice("text"), before),
	    OK);
	add(scratch);
	put_family(scratch);
	scratch_reopen(scratch);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    store_migrate(scratch->store, 3, &options, &why), OK);
		assert_int_equal(count(scratch), 0);
		assert_family_opens(scratch, true);
		scratch_reopen(scratch);
		assert_int_equal(count(scratch), 1);
		assert_family_opens(scratch, false);
		assert_int_equal(seal_hash(store_seal(scratch->store), "domain",
				     text_slice("text"), after),
		    OK);
		assert_memory_equal(before, after, sizeof(before));
		assert_int_not_equal(
		    seal_newest(store_seal(scratch->store)), SEAL_HASH_ID);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_newest_seals_and_all_open),
	    STORE_TEST(test_what_is_no_sealed_text),
	    STORE_TEST(test_old_keys_go),
	    STORE_TEST(test_number_of_keys_is_bounded),
	    STORE_TEST(test_hashes_outlive_data_keys),
	    STORE_TEST(test_next_master_key_comes),
	    STORE_TEST(test_next_master_key_does_not_come),
	    STORE_TEST(test_next_master_key_is_waited_for),
	    STORE_TEST(test_third_master_key_opens_nothing),
	    STORE_TEST(test_swapped_keys),
	    STORE_TEST(test_store_with_one_key),
	    STORE_TEST(test_down_and_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
