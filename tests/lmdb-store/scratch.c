/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lmdb-store/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE_MAP ((size_t)64 << 20)

int
scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	assert_non_null(scratch);
	unsetenv("CREDENTIALS_DIRECTORY");
	strcpy(scratch->directory, "/tmp/store-test-XXXXXX");
	assert_non_null(mkdtemp(scratch->directory));
	snprintf(scratch->store_path, sizeof(scratch->store_path), "%s/store",
	    scratch->directory);
	snprintf(scratch->key_path, sizeof(scratch->key_path), "%s/master.key",
	    scratch->directory);
	snprintf(scratch->data_path, sizeof(scratch->data_path), "%s/data.mdb",
	    scratch->store_path);
	scratch->map_start = (size_t)1 << 20;
	scratch->map_max = (size_t)16 << 20;
	*state = scratch;
	return 0;
}

int
scratch_setup_open(void **state)
{
	scratch_setup(state);
	scratch_open(*state);
	return 0;
}

int
scratch_setup_large(void **state)
{
	struct scratch *scratch;

	scratch_setup(state);
	scratch = *state;
	scratch->map_start = scratch->map_max = LARGE_MAP;
	scratch_open(scratch);
	return 0;
}

static int
remove_one(
    const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat;
	(void)type;
	return where->level == 0 ? 0 : remove(path);
}

void
scratch_wipe(const struct scratch *scratch)
{
	assert_int_equal(
	    nftw(scratch->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int
scratch_teardown(void **state)
{
	struct scratch *scratch = *state;

	txn_free(scratch->txn);
	store_free(scratch->store);
	scratch_wipe(scratch);
	rmdir(scratch->directory);
	free(scratch);
	return 0;
}

enum err
scratch_try_open(struct scratch *scratch, struct store_error *why)
{
	const struct store_options options = {
	    .path = scratch->store_path,
	    .master_key = scratch->key_path,
	    .map_start = scratch->map_start,
	    .map_max = scratch->map_max,
	    .host = &host_system,
	};

	return store_open(&scratch->store, &options, why);
}

void
scratch_open(struct scratch *scratch)
{
	struct store_error why;

	if (scratch_try_open(scratch, &why) != OK)
		fail_msg("%s", why.text);
}

void
scratch_close(struct scratch *scratch)
{
	store_free(TAKE(scratch->store));
}

void
scratch_reopen(struct scratch *scratch)
{
	scratch_close(scratch);
	scratch_open(scratch);
}

struct txn *
scratch_begin(struct scratch *scratch, enum txn_mode mode)
{
	assert_int_equal(store_begin(scratch->store, mode, &scratch->txn), OK);
	return scratch->txn;
}

void
scratch_commit(struct scratch *scratch)
{
	assert_int_equal(txn_commit(TAKE(scratch->txn)), OK);
}

void
scratch_abort(struct scratch *scratch)
{
	txn_free(TAKE(scratch->txn));
}

char *
scratch_read(const char *path, size_t *size)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	char *data;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &stat), 0);
	data = malloc((size_t)stat.st_size + 1);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)stat.st_size), stat.st_size);
	*size = (size_t)stat.st_size;
	return data;
}

void
scratch_write(const char *path, const void *data, size_t size, int mode)
{
	auto_fd int fd = -1;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (int)size);
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
}

char *
text_new(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	return copy;
}
