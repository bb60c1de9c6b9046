/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/masterkey.h"

#include "tests/lmdb-store/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char bytes[] = "0123456789abcdef0123456789ABCDEF";

static struct masterkey_file
find(const struct scratch *scratch)
{
	struct masterkey_file file;
	struct store_error why;

	assert_int_equal(
	    masterkey_find(&file, scratch->key_path, NULL, &why), OK);
	return file;
}

static void
assert_loads(const struct masterkey_file *file)
{
	auto_free(secret) struct secret *key = NULL;
	struct store_error why;

	if (masterkey_load(&key, file, &why) != OK)
		fail_msg("%s", why.text);
	assert_true(secret_equal(key, bytes, MASTERKEY_SIZE));
}

static void
assert_refused(const struct masterkey_file *file, const char *word)
{
	struct secret *key = NULL;
	struct store_error why;

	assert_int_equal(masterkey_load(&key, file, &why), ERR_CONFIG);
	assert_null(key);
	assert_non_null(strstr(why.text, file->path));
	assert_non_null(strstr(why.text, word));
}

static void
test_create_and_load(void **state)
{
	struct scratch *scratch = *state;
	struct masterkey_file file = find(scratch);
	auto_free(secret) struct secret *made = NULL, *loaded = NULL;
	struct store_error why;
	struct stat stat_of;
	char draft[128];

	assert_int_equal(masterkey_load(&loaded, &file, &why), ERR_NOT_FOUND);
	assert_int_equal(
	    masterkey_create(&made, &file, &host_system, &why), OK);
	assert_int_equal(masterkey_load(&loaded, &file, &why), OK);
	assert_int_equal(secret_size(made), MASTERKEY_SIZE);
	assert_true(secret_equal(loaded, secret_data(made), MASTERKEY_SIZE));
	assert_int_equal(stat(file.path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
	assert_int_equal(stat_of.st_nlink, 1);
	snprintf(draft, sizeof(draft), "%s.new", scratch->key_path);
	assert_int_equal(access(draft, F_OK), -1);
}

static void
test_create_is_private_under_any_umask(void **state)
{
	struct masterkey_file file = find(*state);
	auto_free(secret) struct secret *made = NULL;
	struct store_error why;
	struct stat stat_of;
	mode_t before = umask(0);

	assert_int_equal(
	    masterkey_create(&made, &file, &host_system, &why), OK);
	umask(before);
	assert_int_equal(stat(file.path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
}

static void
test_create_never_replaces(void **state)
{
	struct masterkey_file file = find(*state);
	struct secret *made = NULL;
	struct store_error why;

	scratch_write(file.path, bytes, MASTERKEY_SIZE, 0600);
	assert_int_equal(
	    masterkey_create(&made, &file, &host_system, &why), ERR_IO);
	assert_null(made);
	assert_non_null(strstr(why.text, file.path));
	assert_loads(&file);
}

static void
test_create_takes_away_an_old_draft(void **state)
{
	struct scratch *scratch = *state;
	struct masterkey_file file = find(scratch);
	auto_free(secret) struct secret *made = NULL;
	struct store_error why;
	char draft[128];

	snprintf(draft, sizeof(draft), "%s.new", scratch->key_path);
	scratch_write(draft, "half", 4, 0600);
	assert_int_equal(
	    masterkey_create(&made, &file, &host_system, &why), OK);
	assert_int_equal(access(draft, F_OK), -1);
}

static void
test_create_without_directory(void **state)
{
	struct scratch *scratch = *state;
	struct secret *made = NULL;
	struct masterkey_file file;
	struct store_error why;

	strcpy(scratch->key_path, "/nonexistent/master.key");
	file = find(scratch);
	assert_int_equal(
	    masterkey_create(&made, &file, &host_system, &why), ERR_IO);
	assert_non_null(strstr(why.text, "/nonexistent/master.key"));
}

static enum err
no_random(void *state, void *data, size_t size)
{
	(void)state;
	(void)data;
	(void)size;
	return ERR_CRYPTO;
}

static void
test_create_without_randomness(void **state)
{
	const struct host host = {NULL, host_system.now_ms, no_random};
	struct masterkey_file file = find(*state);
	struct secret *made = NULL;
	struct store_error why;

	assert_int_equal(
	    masterkey_create(&made, &file, &host, &why), ERR_CRYPTO);
	assert_null(made);
	assert_int_equal(access(file.path, F_OK), -1);
}

static void
test_modes(void **state)
{
	static const int refused[] = {0640, 0620, 0610, 0604, 0602, 0601, 0666};
	struct masterkey_file file = find(*state);

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		scratch_write(file.path, bytes, MASTERKEY_SIZE, refused[i]);
		assert_refused(&file, "chmod");
	}
	scratch_write(file.path, bytes, MASTERKEY_SIZE, 0600);
	assert_loads(&file);
	scratch_write(file.path, bytes, MASTERKEY_SIZE, 0400);
	assert_loads(&file);
}

static void
test_foreign_owner(void **state)
{
	struct masterkey_file file = find(*state);

	if (geteuid() != 0)
		skip();
	scratch_write(file.path, bytes, MASTERKEY_SIZE, 0600);
	assert_int_equal(chown(file.path, 12345, 0), 0);
	assert_refused(&file, "12345");
}

static void
test_sizes(void **state)
{
	struct masterkey_file file = find(*state);

	scratch_write(file.path, bytes, 0, 0600);
	assert_refused(&file, "has 0 bytes");
	scratch_write(file.path, bytes, MASTERKEY_SIZE - 1, 0600);
	assert_refused(&file, "has 31 bytes");
	scratch_write(file.path, bytes, MASTERKEY_SIZE + 1, 0600);
	assert_refused(&file, "has 33 bytes");
}

static void
test_things_that_are_no_files(void **state)
{
	struct masterkey_file file = find(*state);

	assert_int_equal(symlink("/dev/zero", file.path), 0);
	assert_refused(&file, "symbolic link");
	assert_int_equal(unlink(file.path), 0);
	assert_int_equal(mkfifo(file.path, 0600), 0);
	assert_refused(&file, "regular");
	assert_int_equal(unlink(file.path), 0);
	assert_int_equal(mkdir(file.path, 0700), 0);
	assert_refused(&file, "regular");
}

static void
test_credential_comes_first(void **state)
{
	struct scratch *scratch = *state;
	struct masterkey_file file;
	char credentials[96], path[128];

	snprintf(credentials, sizeof(credentials), "%s/credentials",
	    scratch->directory);
	snprintf(path, sizeof(path), "%s/master.key", credentials);
	assert_int_equal(mkdir(credentials, 0700), 0);
	setenv("CREDENTIALS_DIRECTORY", credentials, 1);
	file = find(scratch);
	assert_false(file.credential);
	assert_string_equal(file.path, scratch->key_path);

	scratch_write(path, bytes, MASTERKEY_SIZE, 0440);
	file = find(scratch);
	assert_true(file.credential);
	assert_string_equal(file.path, path);
	assert_loads(&file);
	scratch_write(path, bytes, MASTERKEY_SIZE, 0444);
	assert_refused(&file, "open to others");
	scratch_write(path, bytes, 5, 0400);
	assert_refused(&file, "has 5 bytes");
}

static void
test_path_that_is_too_long(void **state)
{
	char path[PATH_MAX + 2] = "/";
	struct masterkey_file file;
	struct store_error why;

	(void)state;
	memset(path, '/', PATH_MAX + 1);
	assert_int_equal(masterkey_find(&file, path, NULL, &why), ERR_CONFIG);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_create_and_load),
	    TEST(test_create_is_private_under_any_umask),
	    TEST(test_create_never_replaces),
	    TEST(test_create_takes_away_an_old_draft),
	    TEST(test_create_without_directory),
	    TEST(test_create_without_randomness),
	    TEST(test_modes),
	    TEST(test_foreign_owner),
	    TEST(test_sizes),
	    TEST(test_things_that_are_no_files),
	    TEST(test_credential_comes_first),
	    TEST(test_path_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
