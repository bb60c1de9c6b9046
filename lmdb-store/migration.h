/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_MIGRATION_H
#define LMDB_STORE_MIGRATION_H

/*
 * Takes a store from one schema to another, step by step (step.h), in
 * transactions of bounded size. How far it has come is in each of them, so
 * that after a crash it goes on where it was, or turns back. Until a step is
 * done no jwt-agent but one that knows this step opens the store: to all
 * others it is of a newer schema.
 */

#include "lmdb-store/schema.h"
#include "lmdb-store/step.h"

/* Entries in one transaction. Each may write a page in five tables, and LMDB
 * keeps the pages of a transaction in memory: some ten MiB. */
#define MIGRATION_CHUNK 512

struct migration_progress {
	int64_t from, to; /* of this step */
	const char *name;
	size_t done, total; /* entries; bytes of a backup, whose ends are one */
	int64_t unreadable; /* entries that were left alone, of all steps */
};

typedef void (*migration_report)(
    void *context, const struct migration_progress *progress);

struct migration {
	struct kv *kv;
	const struct seal *seal;
	const struct secret *master; /* what wraps the seal's keys */
	const struct host *host;
	int64_t now;
	size_t chunk; /* entries in one transaction; 0: MIGRATION_CHUNK */
	migration_report report; /* after each transaction; may be NULL */
	void *context;
};

/*
 * Migrates to `to`, which is from 1 to SCHEMA_VERSION. The store's tables are
 * open, and no transaction is. `unreadable`: entries that were left alone as
 * they cannot be read. ERR_STORE_FULL, ERR_STORE, ERR_IO, ERR_NO_MEMORY,
 * ERR_CRYPTO: what was committed stays, and the next call goes on.
 */
MUST_USE enum err migration_run(
    const struct migration *migration, int64_t to, int64_t *unreadable);

/* One step of the way, before it is taken. */
struct migration_step {
	int64_t from, to;
	const char *name;
	size_t entries; /* to be looked at */
	struct step_losses losses;
};

/* The next step from `at` on the way to `to`; both are ends of steps, and
 * differ. */
MUST_USE enum err migration_plan(struct txn *txn, int64_t at, int64_t to,
    int64_t now, struct migration_step *out);

#endif
