/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Fails the Nth call of LMDB for each N, and then the Nth of ours that takes
 * memory (jansson's end the process: main.c), in a migration down to the first schema and in one back up. Afterwards the
 * migration goes on to the same end, without the store being opened again.
 */

#include "tests/lmdb-store/older.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum fault_kind {
	FAULT_STORE,
	FAULT_MEMORY,
};

static struct {
	enum fault_kind kind;
	long left; /* calls until the one that fails; 0: none does */
	bool hit;
} fault;

static bool
fails(enum fault_kind kind)
{
	if (kind != fault.kind || fault.left == 0 || --fault.left > 0)
		return false;
	fault.hit = true;
	return true;
}

#define WRAP(kind, type, name, failed, parameters, arguments)                  \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		if (fails(kind))                                               \
			return failed;                                         \
		return __real_##name arguments;                                \
	}

WRAP(FAULT_MEMORY, void *, malloc, NULL, (size_t size), (size))
WRAP(FAULT_MEMORY, void *, calloc, NULL, (size_t count, size_t size),
    (count, size))
WRAP(FAULT_MEMORY, char *, strdup, NULL, (const char *text), (text))
WRAP(FAULT_STORE, int, mdb_txn_begin, EIO,
    (MDB_env * env, MDB_txn *parent, unsigned int flags, MDB_txn **txn),
    (env, parent, flags, txn))
WRAP(FAULT_STORE, int, mdb_get, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
    (txn, dbi, key, data))
WRAP(FAULT_STORE, int, mdb_put, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data,
	unsigned int flags),
    (txn, dbi, key, data, flags))
WRAP(FAULT_STORE, int, mdb_del, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
    (txn, dbi, key, data))
WRAP(FAULT_STORE, int, mdb_stat, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_stat *stat), (txn, dbi, stat))
WRAP(FAULT_STORE, int, mdb_cursor_open, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
WRAP(FAULT_STORE, int, mdb_cursor_get, EIO,
    (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op),
    (cursor, key, data, op))

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

/* A commit that fails has dropped its transaction, too. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails(FAULT_STORE))
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return EIO;
}

/* Thousands of stores come and go: what power would leave of them is the
 * matter of migration_test. */
int fdatasync(int fd);
int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

struct image {
	char *data;
	size_t size;
};

static struct image
take_image(const struct older *older)
{
	struct image image = {.data = NULL};

	image.data = scratch_read(older->scratch->data_path, &image.size);
	return image;
}

static void
put_image(const struct older *older, const struct image *image)
{
	char lock[128];

	snprintf(lock, sizeof(lock), "%s/lock.mdb", older->scratch->store_path);
	unlink(lock);
	scratch_write(
	    older->scratch->data_path, image->data, image->size, 0600);
}

/* From the image to `to`, with the Nth call failing; false when there are not
 * so many. */
static bool
run(struct older *older, const struct image *image, int64_t to,
    enum fault_kind kind, long n, const char *expected)
{
	enum err e;
	bool hit;

	put_image(older, image);
	older_open(older, older->scratch->store_path);
	fault.kind = kind;
	fault.hit = false;
	fault.left = n;
	e = older_try_migrate(older, to);
	fault.left = 0;
	hit = fault.hit;
	assert_true(hit == (e != OK));
	if (hit)
		assert_int_equal(
		    e, kind == FAULT_STORE ? ERR_STORE : ERR_NO_MEMORY);
	assert_int_equal(older_migrate(older, to, 0), OK);
	older_assert_contents(older, expected);
	older_close(older);
	return hit;
}

static void
fail_each(struct older *older, int64_t from, int64_t to, enum fault_kind kind)
{
	auto_str char *expected = NULL;
	struct image image;
	long n = 1;

	older_fill(older);
	older_open(older, older->scratch->store_path);
	assert_int_equal(older_migrate(older, from, 0), OK);
	older_close(older);
	image = take_image(older);
	older_open(older, older->scratch->store_path);
	assert_int_equal(older_migrate(older, to, 0), OK);
	expected = older_contents(older);
	older_close(older);
	while (run(older, &image, to, kind, n, expected))
		n++;
	print_message("%ld calls failed in turn\n", n - 1);
	assert_true(n > 100);
	free(image.data);
}

static void
test_store_fails_on_the_way_down(void **state)
{
	fail_each(*state, SCHEMA_VERSION, 1, FAULT_STORE);
}

static void
test_store_fails_on_the_way_up(void **state)
{
	fail_each(*state, 1, SCHEMA_VERSION, FAULT_STORE);
}

static void
test_no_memory_on_the_way_down(void **state)
{
	fail_each(*state, SCHEMA_VERSION, 1, FAULT_MEMORY);
}

static void
test_no_memory_on_the_way_up(void **state)
{
	fail_each(*state, 1, SCHEMA_VERSION, FAULT_MEMORY);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, older_setup, older_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_store_fails_on_the_way_down),
	    TEST(test_store_fails_on_the_way_up),
	    TEST(test_no_memory_on_the_way_down),
	    TEST(test_no_memory_on_the_way_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
