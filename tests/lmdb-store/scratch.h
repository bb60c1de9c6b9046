/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LMDB_STORE_SCRATCH_H
#define TESTS_LMDB_STORE_SCRATCH_H

/*
 * A throwaway directory with room for a store and its master key, and a
 * store in it that tests open and close.
 */

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lmdb-store/store.h"

struct scratch {
	char directory[64];
	char store_path[96];
	char key_path[96];
	char data_path[128]; /* LMDB's file */
	size_t map_start, map_max;
	struct store *store;
	struct txn *txn;
};

/* For cmocka: makes the directory; closes and removes everything. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* The same with the store open. */
int scratch_setup_open(void **state);
/* And with room for what fills a table up to its bound, which does not grow. */
int scratch_setup_large(void **state);

#define STORE_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    name, scratch_setup_open, scratch_teardown)

enum err scratch_try_open(struct scratch *scratch, struct store_error *why);

/* Each asserts that it worked. */
void scratch_open(struct scratch *scratch);
void scratch_close(struct scratch *scratch);
void scratch_reopen(struct scratch *scratch);
struct txn *scratch_begin(struct scratch *scratch, enum txn_mode mode);
void scratch_commit(struct scratch *scratch);
void scratch_abort(struct scratch *scratch);

/* A file's bytes, to be freed. */
char *scratch_read(const char *path, size_t *size);
void scratch_write(const char *path, const void *data, size_t size, int mode);

/* Removes what is in the directory. */
void scratch_wipe(const struct scratch *scratch);

/* A text on the heap, for a record. */
char *text_new(const char *text);

#endif
