/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/restore.h"

#include "lmdb-store/backup.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/restored.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define TIME 1790000000

struct bench {
	struct scratch *scratch;
	struct restore restore;
	struct store_options options;
	char file[160], path[256];
	struct store_error why;
};

static void
put_device(struct scratch *scratch, const char *id)
{
	auto_clear(device_record) struct device_record device =
	    sample_device(id, 1000);
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F");
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(device_put(txn, &device), OK);
	assert_int_equal(family_put(txn, &family), OK);
	scratch_commit(scratch);
}

static bool
has_device(struct scratch *scratch, const char *id)
{
	auto_clear(device_record) struct device_record device = {0};
	struct txn *txn = scratch_begin(scratch, TXN_READ);
	enum err e = device_get(txn, id, &device);

	scratch_abort(scratch);
	return e == OK;
}

/* Of a closed store. */
static void
back_up(struct bench *bench)
{
	auto_fd int fd =
	    open(bench->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(backup_write_store(bench->scratch->store_path, TIME,
			     fd, NULL, &bench->why),
	    OK);
}

static enum err
restore(struct bench *bench)
{
	auto_fd int fd = open(bench->file, O_RDONLY | O_CLOEXEC);
	const struct scratch *scratch = bench->scratch;

	assert_true(fd >= 0);
	bench->options = (struct store_options){
	    .path = scratch->store_path,
	    .master_key = scratch->key_path,
	    .map_start = scratch->map_start,
	    .map_max = scratch->map_max,
	    .host = &host_system,
	};
	bench->restore.store = &bench->options;
	bench->why.text[0] = '\0';
	return restore_run(&bench->restore, fd, &bench->why);
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	scratch_setup_open((void **)&bench->scratch);
	snprintf(bench->file, sizeof(bench->file), "%s/backup",
	    bench->scratch->directory);
	put_device(bench->scratch, "D");
	scratch_close(bench->scratch);
	back_up(bench);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	scratch_teardown((void **)&bench->scratch);
	free(bench);
	return 0;
}

static const char *
in_store(struct bench *bench, const char *name)
{
	snprintf(bench->path, sizeof(bench->path), "%s/%s",
	    bench->scratch->store_path, name);
	return bench->path;
}

/* The old store is as it was, and nothing was left beside it. */
static void
assert_refused(struct bench *bench, enum err expected, const char *words)
{
	auto_str char *before = NULL, *after = NULL;
	size_t size, size_after;

	before = scratch_read(bench->scratch->data_path, &size);
	assert_int_equal(restore(bench), expected);
	assert_non_null(strstr(bench->why.text, words));
	after = scratch_read(bench->scratch->data_path, &size_after);
	assert_int_equal(size, size_after);
	assert_memory_equal(before, after, size);
	assert_int_equal(access(in_store(bench, "restoring"), F_OK), -1);
}

static void
test_the_backup_takes_the_place(void **state)
{
	struct bench *bench = *state;
	struct scratch *scratch = bench->scratch;

	scratch_open(scratch);
	put_device(scratch, "later");
	scratch_close(scratch);
	assert_int_equal(restore(bench), OK);
	assert_int_equal(bench->restore.time, TIME);
	assert_true(bench->restore.entries > 0);
	assert_true(bench->restore.sealed);
	assert_int_equal(
	    access(in_store(bench, bench->restore.aside), F_OK), 0);
	assert_int_equal(access(in_store(bench, "lock.mdb"), F_OK), -1);
	assert_int_equal(access(in_store(bench, "restoring"), F_OK), -1);
	scratch_open(scratch);
	assert_true(has_device(scratch, "D"));
	assert_false(has_device(scratch, "later"));
}

static void
test_the_next_start_is_told(void **state)
{
	struct bench *bench = *state;
	auto_clear(restored_record) struct restored_record record = {0};

	bench->restore.revoke_tokens = true;
	assert_int_equal(restore(bench), OK);
	scratch_open(bench->scratch);
	scratch_begin(bench->scratch, TXN_WRITE);
	assert_int_equal(restored_get(bench->scratch->txn, &record), OK);
	assert_int_equal(record.backup, TIME);
	assert_true(record.time > TIME);
	assert_true(record.revoke);
	assert_int_equal(restored_remove(bench->scratch->txn), OK);
	assert_int_equal(
	    restored_get(bench->scratch->txn, &record), ERR_NOT_FOUND);
}

static void
test_a_dry_run_changes_nothing(void **state)
{
	struct bench *bench = *state;

	bench->restore.dry_run = true;
	assert_refused(bench, OK, "");
	assert_true(bench->restore.entries > 0);
	assert_string_equal(bench->restore.aside, "");
	/* and may be beside whoever has it open */
	scratch_open(bench->scratch);
	assert_int_equal(restore(bench), OK);
}

static void
test_where_no_store_is(void **state)
{
	struct bench *bench = *state;

	strcat(bench->scratch->store_path, "-new");
	assert_int_equal(restore(bench), OK);
	assert_string_equal(bench->restore.aside, "");
	scratch_open(bench->scratch);
	assert_true(has_device(bench->scratch, "D"));
}

static void
test_names_of_one_second(void **state)
{
	struct bench *bench = *state;
	char first[SWAP_NAME_SIZE];

	assert_int_equal(restore(bench), OK);
	strcpy(first, bench->restore.aside);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(restore(bench), OK);
		assert_string_not_equal(bench->restore.aside, first);
	}
}

static void
test_while_it_is_open(void **state)
{
	struct bench *bench = *state;

	scratch_open(bench->scratch);
	assert_int_equal(restore(bench), ERR_STORE);
	assert_non_null(strstr(bench->why.text, "in use"));
}

static void
test_while_it_is_read(void **state)
{
	struct bench *bench = *state;
	auto_fd int reader =
	    open(bench->scratch->data_path, O_RDONLY | O_CLOEXEC);

	assert_int_equal(flock(reader, LOCK_SH), 0);
	assert_refused(bench, ERR_BUSY, "backup");
}

static void
test_another_key(void **state)
{
	static const char other[MASTERKEY_SIZE] = "another";
	struct bench *bench = *state;

	scratch_write(bench->scratch->key_path, other, sizeof(other), 0600);
	assert_refused(bench, ERR_CRYPTO, "master key");
}

static void
test_without_the_key(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(unlink(bench->scratch->key_path), 0);
	assert_int_equal(restore(bench), OK);
	assert_false(bench->restore.sealed);
	assert_true(bench->restore.entries > 0);
	assert_int_equal(access(bench->scratch->key_path, F_OK), -1);
}

/* A backup of what the store says now, with another head. */
static void
back_up_as(struct bench *bench, int64_t schema)
{
	const struct kv_options options = {bench->scratch->store_path,
	    bench->scratch->map_start, bench->scratch->map_max};
	auto_free(kv) struct kv *kv = NULL;
	auto_fd int fd =
	    open(bench->file, O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(kv_open(&kv, &options, &bench->why), OK);
	assert_int_equal(
	    backup_write(kv, schema, TIME, fd, NULL, &bench->why), OK);
}

static void
test_of_a_newer_schema(void **state)
{
	struct bench *bench = *state;

	back_up_as(bench, SCHEMA_VERSION + 1);
	assert_refused(bench, ERR_STORE_NEWER, "newer");
}

static void
test_of_a_newer_schema_whatever_it_says(void **state)
{
	const struct schema newer = {.version = SCHEMA_VERSION + 1};
	struct bench *bench = *state;
	struct scratch *scratch = bench->scratch;

	scratch_open(scratch);
	assert_int_equal(
	    schema_write(scratch_begin(scratch, TXN_WRITE), &newer), OK);
	scratch_commit(scratch);
	scratch_close(scratch);
	back_up_as(bench, SCHEMA_VERSION);
	assert_refused(bench, ERR_STORE_NEWER, "newer");
}

static void
test_of_no_store(void **state)
{
	struct bench *bench = *state;

	strcat(bench->scratch->store_path, "-blank");
	back_up_as(bench, SCHEMA_VERSION);
	bench->scratch->store_path[strlen(bench->scratch->store_path) -
	    strlen("-blank")] = '\0';
	assert_refused(bench, ERR_MALFORMED, "no store");
}

static void
test_that_is_not_sound(void **state)
{
	struct bench *bench = *state;
	struct scratch *scratch = bench->scratch;
	struct slice key;
	struct txn *txn;

	scratch_open(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(txn_next(txn, TABLE_DEVICE_BY_USER,
			     (struct slice){"", 0}, &key, NULL),
	    OK);
	assert_int_equal(txn_delete(txn, TABLE_DEVICE_BY_USER, key), OK);
	scratch_commit(scratch);
	scratch_close(scratch);
	back_up(bench);
	assert_refused(bench, ERR_STORE_DAMAGED, "device");
	assert_int_equal(unlink(scratch->key_path), 0);
	assert_refused(bench, ERR_STORE_DAMAGED, "device");
}

/* Killed after it put the old one aside and before the new one came. */
static void
test_an_interrupted_one_is_cleared_away(void **state)
{
	struct bench *bench = *state;
	char aside[256];

	strcpy(aside, in_store(bench, "data.mdb.until-20260101T000000Z"));
	assert_int_equal(link(bench->scratch->data_path, aside), 0);
	assert_int_equal(mkdir(in_store(bench, "restoring"), 0700), 0);
	scratch_write(in_store(bench, "restoring/data.mdb"), "half", 4, 0600);
	scratch_open(bench->scratch);
	assert_int_equal(access(in_store(bench, "restoring"), F_OK), -1);
	assert_int_equal(access(aside, F_OK), -1);
	scratch_close(bench->scratch);
	assert_int_equal(restore(bench), OK);
	/* an old store that is one stays */
	scratch_open(bench->scratch);
	assert_int_equal(
	    access(in_store(bench, bench->restore.aside), F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_the_backup_takes_the_place),
	    TEST(test_the_next_start_is_told),
	    TEST(test_a_dry_run_changes_nothing),
	    TEST(test_where_no_store_is),
	    TEST(test_names_of_one_second),
	    TEST(test_while_it_is_open),
	    TEST(test_while_it_is_read),
	    TEST(test_another_key),
	    TEST(test_without_the_key),
	    TEST(test_of_a_newer_schema),
	    TEST(test_of_a_newer_schema_whatever_it_says),
	    TEST(test_of_no_store),
	    TEST(test_that_is_not_sound),
	    TEST(test_an_interrupted_one_is_cleared_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
