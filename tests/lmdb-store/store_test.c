/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/store.h"

#include "base/base64url.h"
#include "lmdb-store/key.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/schema.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char zeros[MASTERKEY_SIZE];

static void
put_samples(struct scratch *scratch)
{
	const struct seal *seal = store_seal(scratch->store);
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(family_record) struct family_record family =
	    sample_family(seal, "F");
	auto_clear(signkey_record) struct signkey_record key =
	    sample_signkey(seal, "K");

	assert_int_equal(family_put(txn, &family), OK);
	assert_int_equal(signkey_put(txn, &key), OK);
	scratch_commit(scratch);
}

static void
test_new_store(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(family_record) struct family_record family = {0};
	auto_free(secret) struct secret *secret = NULL;

	scratch_open(scratch);
	assert_int_equal(access(scratch->key_path, F_OK), 0);
	assert_true(store_size(scratch->store) > 0);
	assert_int_equal(store_map_size(scratch->store), scratch->map_start);
	put_samples(scratch);
	scratch_reopen(scratch);
	assert_int_equal(
	    family_get(scratch_begin(scratch, TXN_READ), "F", &family), OK);
	assert_int_equal(
	    family_secret(store_seal(scratch->store), &family, &secret), OK);
	assert_true(secret_equal(secret, SAMPLE_SECRET, 32));
}

static void
test_existing_key_for_a_new_store(void **state)
{
	struct scratch *scratch = *state;
	size_t size;

	scratch_write(scratch->key_path, zeros, sizeof(zeros), 0600);
	scratch_open(scratch);
	{
		auto_str char *key = scratch_read(scratch->key_path, &size);

		assert_int_equal(size, sizeof(zeros));
		assert_memory_equal(key, zeros, size);
	}
	scratch_reopen(scratch);
}

/* The start is refused, the sentence holds `word`, the store is as it was. */
static void
assert_start_refused(struct scratch *scratch, enum err e, const char *word)
{
	struct store_error why;
	size_t size, after;
	auto_str char *bytes = scratch_read(scratch->data_path, &size);
	auto_str char *again = NULL;

	assert_int_equal(scratch_try_open(scratch, &why), e);
	assert_null(scratch->store);
	if (strstr(why.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, word);
	again = scratch_read(scratch->data_path, &after);
	assert_int_equal(size, after);
	assert_memory_equal(bytes, again, size);
}

static void
make_store(struct scratch *scratch)
{
	scratch_open(scratch);
	put_samples(scratch);
	scratch_close(scratch);
}

static void
test_wrong_master_key(void **state)
{
	struct scratch *scratch = *state;
	size_t size;
	auto_str char *right = NULL;

	make_store(scratch);
	right = scratch_read(scratch->key_path, &size);
	scratch_write(scratch->key_path, zeros, sizeof(zeros), 0600);
	assert_start_refused(scratch, ERR_CRYPTO, scratch->key_path);
	scratch_write(scratch->key_path, right, size, 0600);
	scratch_open(scratch);
}

static void
test_missing_master_key(void **state)
{
	struct scratch *scratch = *state;

	make_store(scratch);
	assert_int_equal(unlink(scratch->key_path), 0);
	assert_start_refused(scratch, ERR_CONFIG, scratch->key_path);
	assert_int_equal(access(scratch->key_path, F_OK), -1);
}

static void
test_readable_master_key(void **state)
{
	struct scratch *scratch = *state;

	make_store(scratch);
	assert_int_equal(chmod(scratch->key_path, 0644), 0);
	assert_start_refused(scratch, ERR_CONFIG, "chmod");
	assert_int_equal(chmod(scratch->key_path, 0600), 0);
	scratch_open(scratch);
}

static void
test_readable_master_key_of_a_new_store(void **state)
{
	struct scratch *scratch = *state;
	struct store_error why;

	scratch_write(scratch->key_path, zeros, sizeof(zeros), 0604);
	assert_int_equal(scratch_try_open(scratch, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, scratch->key_path));
	/* and the next start, with the mode mended, still finds it new */
	assert_int_equal(chmod(scratch->key_path, 0600), 0);
	scratch_open(scratch);
}

static void
test_credential(void **state)
{
	struct scratch *scratch = *state;
	char credentials[96], path[128];

	snprintf(credentials, sizeof(credentials), "%s/credentials",
	    scratch->directory);
	snprintf(path, sizeof(path), "%s/master.key", credentials);
	assert_int_equal(mkdir(credentials, 0700), 0);
	scratch_write(path, zeros, sizeof(zeros), 0400);
	setenv("CREDENTIALS_DIRECTORY", credentials, 1);
	make_store(scratch);
	assert_int_equal(access(scratch->key_path, F_OK), -1);
	scratch_open(scratch);
	scratch_close(scratch);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_start_refused(scratch, ERR_CONFIG, "missing");
}

/* Puts a text into the table meta, behind the back of the store. */
static void
put_meta(struct scratch *scratch, const char *key, const char *text)
{
	scratch_open(scratch);
	assert_int_equal(txn_put(scratch_begin(scratch, TXN_WRITE), TABLE_META,
			     text_slice(key), text_slice(text)),
	    OK);
	scratch_commit(scratch);
	scratch_close(scratch);
}

static void
test_newer_schema(void **state)
{
	struct scratch *scratch = *state;

	put_meta(scratch, "schema", "{\"v\":1,\"version\":1000}");
	assert_start_refused(scratch, ERR_STORE_NEWER, "newer");
}

static void
test_newer_schema_record(void **state)
{
	struct scratch *scratch = *state;

	put_meta(scratch, "schema", "{\"v\":2,\"versions\":[3]}");
	assert_start_refused(scratch, ERR_STORE_NEWER, "newer");
}

static void
test_schema_of_no_release(void **state)
{
	struct scratch *scratch = *state;

	put_meta(scratch, "schema", "{\"v\":1,\"version\":0}");
	assert_start_refused(scratch, ERR_STORE, scratch->store_path);
}

static void
test_damaged_data_key(void **state)
{
	struct scratch *scratch = *state;

	put_meta(
	    scratch, "datakey/00000001", "{\"v\":1,\"id\":1,\"key\":\"AAAA\"}");
	assert_start_refused(scratch, ERR_CRYPTO, scratch->key_path);
}

static void
test_lost_data_key(void **state)
{
	static const char *const lost[] = {"datakey/00000001", "datakey/hash"};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < 2; i++) {
		scratch_wipe(scratch);
		scratch_open(scratch);
		assert_int_equal(txn_delete(scratch_begin(scratch, TXN_WRITE),
				     TABLE_META, text_slice(lost[i])),
		    OK);
		scratch_commit(scratch);
		scratch_close(scratch);
		assert_start_refused(scratch, ERR_STORE, scratch->store_path);
	}
}

/* The first transaction does not fit the first map. */
static void
test_start_with_a_tiny_map(void **state)
{
	struct scratch *scratch = *state;

	scratch->map_start = (size_t)16 << 10;
	scratch_open(scratch);
	assert_true(store_map_size(scratch->store) > scratch->map_start);
	scratch_reopen(scratch);
}

static void
test_start_with_a_tiny_ceiling(void **state)
{
	struct scratch *scratch = *state;
	struct store_error why;

	scratch->map_start = scratch->map_max = (size_t)16 << 10;
	assert_int_equal(scratch_try_open(scratch, &why), ERR_STORE_FULL);
	assert_non_null(strstr(why.text, scratch->store_path));
	assert_null(scratch->store);
}

static void
test_opened_twice(void **state)
{
	struct scratch *scratch = *state;
	struct scratch second = *scratch;
	struct store_error why;

	scratch_open(scratch);
	assert_int_equal(scratch_try_open(&second, &why), ERR_STORE);
	assert_non_null(strstr(why.text, "in use"));
}

/* Two rows exchange their sealed values: neither opens. */
static void
test_swapped_rows(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(family_record) struct family_record left = {0}, right = {0};
	struct secret *secret = NULL;
	const struct seal *seal;
	char *text;

	scratch_open(scratch);
	seal = store_seal(scratch->store);
	left = sample_family(seal, "left");
	right = sample_family(seal, "right");
	text = left.secret;
	left.secret = right.secret;
	right.secret = text;
	assert_int_equal(family_secret(seal, &left, &secret), ERR_CRYPTO);
	assert_int_equal(family_secret(seal, &right, &secret), ERR_CRYPTO);
	assert_null(secret);
}

static void
assert_absent(const char *path, const void *bytes, size_t size)
{
	size_t file_size;
	auto_str char *file = scratch_read(path, &file_size);

	assert_null(memmem(file, file_size, bytes, size));
}

/* As they are, in base64url, and in hexadecimal. */
static void
assert_nowhere(const char *path, const uint8_t *secret, size_t size)
{
	char text[256], *end = text;

	assert_absent(path, secret, size);
	base64url_encode(text, secret, size);
	assert_absent(path, text, strlen(text) - 1);
	for (size_t i = 0; i < size; i++)
		end += sprintf(end, "%02x", secret[i]);
	assert_absent(path, text, strlen(text));
}

static void
test_no_secret_in_the_file(void **state)
{
	struct scratch *scratch = *state;
	size_t size;
	auto_str char *master = NULL, *file = NULL;

	make_store(scratch);
	master = scratch_read(scratch->key_path, &size);
	assert_nowhere(scratch->data_path, (const uint8_t *)SAMPLE_SECRET, 32);
	assert_nowhere(scratch->data_path, (const uint8_t *)SAMPLE_PRIVATE, 32);
	assert_nowhere(scratch->data_path, (const uint8_t *)master, size);

	/* the search does find what is there */
	file = scratch_read(scratch->data_path, &size);
	assert_non_null(memmem(file, size, "\"algorithm\"", 11));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_new_store),
	    TEST(test_existing_key_for_a_new_store),
	    TEST(test_wrong_master_key),
	    TEST(test_missing_master_key),
	    TEST(test_readable_master_key),
	    TEST(test_readable_master_key_of_a_new_store),
	    TEST(test_credential),
	    TEST(test_newer_schema),
	    TEST(test_newer_schema_record),
	    TEST(test_schema_of_no_release),
	    TEST(test_damaged_data_key),
	    TEST(test_lost_data_key),
	    TEST(test_start_with_a_tiny_map),
	    TEST(test_start_with_a_tiny_ceiling),
	    TEST(test_opened_twice),
	    TEST(test_swapped_rows),
	    TEST(test_no_secret_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
