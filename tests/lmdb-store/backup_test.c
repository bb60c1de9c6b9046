/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/backup.h"

#include "lmdb-store/schema.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TIME 1790000000

struct bench {
	struct scratch *scratch;
	char file[160], copy[160], copy_data[192];
	struct store_error why;
};

static void
put_device(struct scratch *scratch)
{
	auto_clear(device_record) struct device_record device =
	    sample_device("D", 1000);
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F");
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(device_put(txn, &device), OK);
	assert_int_equal(family_put(txn, &family), OK);
	scratch_commit(scratch);
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct scratch *scratch;

	assert_non_null(bench);
	scratch_setup_open((void **)&bench->scratch);
	scratch = bench->scratch;
	snprintf(
	    bench->file, sizeof(bench->file), "%s/backup", scratch->directory);
	snprintf(
	    bench->copy, sizeof(bench->copy), "%s/copy", scratch->directory);
	snprintf(bench->copy_data, sizeof(bench->copy_data), "%s/data.mdb",
	    bench->copy);
	assert_int_equal(mkdir(bench->copy, 0700), 0);
	put_device(scratch);
	scratch_close(scratch);
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

static enum err
back_up(struct bench *bench, const char *path, const struct progress *progress)
{
	auto_fd int fd =
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	bench->why.text[0] = '\0';
	return backup_write_store(
	    bench->scratch->store_path, TIME, fd, progress, &bench->why);
}

static enum err
extract(struct bench *bench, struct backup *backup)
{
	auto_fd int in = open(bench->file, O_RDONLY | O_CLOEXEC);
	auto_fd int out = open(
	    bench->copy_data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err e;

	assert_true(in >= 0 && out >= 0);
	bench->why.text[0] = '\0';
	e = backup_open(backup, in, &bench->why);
	return e == OK ? backup_extract(backup, out, 0, NULL, &bench->why) : e;
}

static void
assert_refused(struct bench *bench, const char *words)
{
	auto_clear(backup) struct backup backup = {0};

	assert_int_equal(extract(bench, &backup), ERR_MALFORMED);
	assert_non_null(strstr(bench->why.text, words));
}

static void
test_what_was_backed_up_comes_back(void **state)
{
	struct bench *bench = *state;
	struct scratch *scratch = bench->scratch;
	auto_clear(backup) struct backup backup = {0};
	auto_clear(family_record) struct family_record family = {0};
	auto_free(secret) struct secret *secret = NULL;

	assert_int_equal(back_up(bench, bench->file, NULL), OK);
	assert_int_equal(extract(bench, &backup), OK);
	assert_int_equal(backup.head.format, BACKUP_FORMAT);
	assert_int_equal(backup.head.schema, SCHEMA_VERSION);
	assert_int_equal(backup.head.time, TIME);
	assert_string_equal(backup.head.writer, PACKAGE_VERSION);

	strcpy(scratch->store_path, bench->copy);
	scratch_open(scratch);
	scratch_begin(scratch, TXN_READ);
	assert_int_equal(family_get(scratch->txn, "F", &family), OK);
	assert_int_equal(
	    family_secret(store_seal(scratch->store), &family, &secret), OK);
}

struct heard {
	uint64_t done, total;
	size_t times;
};

static void
hear(void *context, uint64_t done, uint64_t total)
{
	struct heard *heard = context;

	assert_true(done >= heard->done);
	*heard = (struct heard){done, total, heard->times + 1};
}

static void
test_progress_is_told(void **state)
{
	struct heard heard = {0};
	const struct progress progress = {hear, &heard};

	assert_int_equal(
	    back_up(*state, ((struct bench *)*state)->file, &progress), OK);
	assert_true(heard.times > 0);
	assert_true(heard.done > 0 && heard.done <= heard.total);
}

static void
test_secrets_are_sealed_in_it(void **state)
{
	struct bench *bench = *state;
	auto_str char *bytes = NULL;
	size_t size;

	assert_int_equal(back_up(bench, bench->file, NULL), OK);
	bytes = scratch_read(bench->file, &size);
	assert_non_null(memmem(bytes, size, "laptop", 6));
	assert_null(memmem(bytes, size, SAMPLE_SECRET, 32));
}

static void
test_nothing_to_back_up(void **state)
{
	struct bench *bench = *state;

	strcpy(bench->scratch->store_path, bench->copy);
	assert_int_equal(back_up(bench, bench->file, NULL), ERR_NOT_FOUND);
	assert_non_null(strstr(bench->why.text, bench->copy));
}

static void
test_no_room(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(back_up(bench, "/dev/full", NULL), ERR_IO);
	assert_non_null(strstr(bench->why.text, "No space left"));
}

static void
test_foreign_files(void **state)
{
	static const char text[1024] = "this is no backup";
	struct bench *bench = *state;

	scratch_write(bench->file, "", 0, 0600);
	assert_refused(bench, "no backup");
	scratch_write(bench->file, text, sizeof(text), 0600);
	assert_refused(bench, "no backup");
	scratch_write(bench->file, BACKUP_MAGIC, sizeof(BACKUP_MAGIC), 0600);
	assert_refused(bench, "no backup");
}

static void
test_a_later_format(void **state)
{
	struct bench *bench = *state;
	auto_str char *bytes = NULL;
	size_t size;
	char *format;

	assert_int_equal(back_up(bench, bench->file, NULL), OK);
	bytes = scratch_read(bench->file, &size);
	format = memmem(bytes, size, "\"format\":1", 10);
	assert_non_null(format);
	format[9] = '2';
	scratch_write(bench->file, bytes, size, 0600);
	assert_refused(bench, "later jwt-agent");
}

static void
test_cut_anywhere(void **state)
{
	struct bench *bench = *state;
	auto_str char *bytes = NULL;
	size_t size;

	assert_int_equal(back_up(bench, bench->file, NULL), OK);
	bytes = scratch_read(bench->file, &size);
	for (size_t cut = 1; cut < size; cut += cut < 300 ? 1 : 1009) {
		auto_clear(backup) struct backup backup = {0};

		scratch_write(bench->file, bytes, size - cut, 0600);
		assert_int_equal(extract(bench, &backup), ERR_MALFORMED);
	}
	scratch_write(bench->file, bytes, size, 0600);
}

static void
test_damaged_anywhere(void **state)
{
	struct bench *bench = *state;
	auto_str char *bytes = NULL;
	size_t size;

	assert_int_equal(back_up(bench, bench->file, NULL), OK);
	bytes = scratch_read(bench->file, &size);
	for (size_t at = 0; at < size; at += 211) {
		auto_clear(backup) struct backup backup = {0};

		bytes[at] ^= 0x10;
		scratch_write(bench->file, bytes, size, 0600);
		assert_int_equal(extract(bench, &backup), ERR_MALFORMED);
		bytes[at] ^= 0x10;
	}
}

static void
test_more_behind_it(void **state)
{
	struct bench *bench = *state;
	auto_str char *bytes = NULL;
	size_t size;

	assert_int_equal(back_up(bench, bench->file, NULL), OK);
	bytes = scratch_read(bench->file, &size);
	bytes[size] = 0; /* there is room for one more */
	scratch_write(bench->file, bytes, size + 1, 0600);
	assert_refused(bench, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_what_was_backed_up_comes_back),
	    TEST(test_progress_is_told),
	    TEST(test_secrets_are_sealed_in_it),
	    TEST(test_nothing_to_back_up),
	    TEST(test_no_room),
	    TEST(test_foreign_files),
	    TEST(test_a_later_format),
	    TEST(test_cut_anywhere),
	    TEST(test_damaged_anywhere),
	    TEST(test_more_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
