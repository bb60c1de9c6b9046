/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LMDB_STORE_OLDER_H
#define TESTS_LMDB_STORE_OLDER_H

/*
 * Stores of older schemas, opened without being migrated: those in fixtures/,
 * which older versions of jwt-agent made, and one that holds something of
 * everything.
 */

#include "lmdb-store/migration.h"
#include "tests/lmdb-store/scratch.h"

struct older {
	struct scratch *scratch;
	struct kv *kv;
	struct seal *seal;
	struct secret *master;
};

/* For cmocka: an older in a scratch directory. */
int older_setup(void **state);
int older_teardown(void **state);

/* Puts the fixture of this schema, with its master key, into the directory. */
void older_unpack(const struct older *older, int schema);

/* A store of the newest schema, with records of all kinds. */
void older_fill(struct older *older);

/* The store in `path`, under the master key of the scratch directory. */
void older_open(struct older *older, const char *path);
void older_close(struct older *older);

struct txn *older_begin(struct older *older, enum txn_mode mode);

/* One transaction for each `chunk` entries; the time stands still. */
enum err older_migrate(struct older *older, int64_t to, size_t chunk);

/* The same, and nothing else, at once. */
enum err older_try_migrate(struct older *older, int64_t to);
struct schema older_schema(struct older *older);

/* Everything in all tables but how far a migration is and the data keys, as a
 * text; secrets are opened, as no two seals are the same. */
char *older_contents(struct older *older);

/* Shows where the first difference is. */
void older_assert_contents(struct older *older, const char *expected);

/* The migration is over, and what the newest jwt-agent checks holds. */
void older_assert_sound(struct older *older);

#endif
