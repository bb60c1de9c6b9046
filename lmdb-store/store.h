/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_STORE_H
#define LMDB_STORE_STORE_H

/*
 * The store as a whole: the tables, and the seal for the secrets in them.
 * The files of the tables (device.h, family.h ...) work on a transaction of
 * it. What kv.h says of processes, threads and forks holds here.
 */

#include "lmdb-store/migration.h"
#include "lmdb-store/seal.h"

#define STORE_MAP_START ((size_t)64 << 20)
/* Sparse: the file takes the room that is used. */
#define STORE_MAP_MAX ((size_t)16 << 30)

struct store;

struct store_options {
	const char *path;	/* a directory, made if it is missing */
	const char *master_key; /* path; see masterkey.h */
	size_t map_start;	/* bytes */
	size_t map_max;
	const struct host *host;	/* outlives the store */
	const char *master_key_command; /* NULL: none; masterkey_command.h */
	const struct secret *master; /* the key itself, instead; may be NULL */
	/* of a migration and the backup before it; may be NULL */
	migration_report report;
	void *context;
};

struct masterkey_file;

/*
 * A copy of the key that the options give, or the key from where it is, and
 * where that is. ERR_NOT_FOUND when it is not there; errors of masterkey.h.
 */
MUST_USE enum err store_find_master(const struct store_options *options,
    struct masterkey_file *file, struct secret **out, struct store_error *why);

/*
 * Opens the store, or makes a new one with its master key; one of an older
 * schema is backed up (precaution.h) and migrated. When it returns an error, `why` has the sentence and an
 * existing store was not changed, but for the part of a migration that is done:
 * ERR_CONFIG (permissions, the master key missing beside an existing store),
 * ERR_CRYPTO (not its master key), ERR_STORE_NEWER, ERR_STORE_FULL,
 * ERR_STORE, ERR_IO, ERR_NO_MEMORY.
 */
MUST_USE enum err store_open(struct store **out,
    const struct store_options *options, struct store_error *why);

/* The same without a migration: the store may be of an older schema, or on its
 * way. Then nothing may be done with it but to migrate it. */
MUST_USE enum err store_open_as_is(struct store **out,
    const struct store_options *options, struct store_error *why);

const struct schema *store_schema(const struct store *store);

/* As precaution_take(): before a migration. */
MUST_USE enum err store_back_up(struct store *store,
    const struct store_options *options, char **file, struct store_error *why);

/* As migration_run(); of the options only who is told counts. */
MUST_USE enum err store_migrate(struct store *store, int64_t to,
    const struct store_options *options, struct store_error *why);

/* How much there is in the next step from where the store is. */
MUST_USE enum err store_plan(
    struct store *store, int64_t at, int64_t to, struct migration_step *out);

/* NULL is fine. No transaction may be open. */
void store_free(struct store *store);
DEFINE_AUTO_FREE(store)

/* As kv_begin() and kv_grow(). */
MUST_USE enum err
store_begin(struct store *store, enum txn_mode mode, struct txn **out);
MUST_USE enum err store_grow(struct store *store);

/* As kv_drop_dead_readers(). */
MUST_USE enum err store_drop_dead_readers(struct store *store, int *dropped);

/* As kv_open_reserve() and kv_close_reserve(). */
MUST_USE enum err store_open_reserve(struct store *store);
MUST_USE enum err store_close_reserve(struct store *store);

/* What seals and opens; the master key, which wraps the keys of that. */
const struct seal *store_seal(const struct store *store);
const struct secret *store_master(const struct store *store);

/* Takes another over, after the transaction was committed that made it. Nobody
 * holds the one before. */
void store_set_seal(struct store *store, struct seal *seal);
void store_set_master(struct store *store, struct secret *master);

/* Bytes in use and bytes of the map, for the status. */
size_t store_size(const struct store *store);
size_t store_map_size(const struct store *store);

/* What LMDB said of the last fault, for the log; never NULL. */
const char *store_problem(const struct store *store);

#endif
