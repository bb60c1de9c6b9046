/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_DATAKEY_H
#define LMDB_STORE_DATAKEY_H

/*
 * The keys that the store's secrets are sealed under, in the table meta: each
 * is wrapped (sealed) under the master key. One of them is the hash key, under
 * which nothing is sealed: it makes the hashes of seal_hash(), which must stay
 * the same when data keys are rotated.
 *
 * While the master key is being replaced each is there twice, wrapped under
 * the old and under the new one, so that either opens the store until the new
 * one is surely in its place. Times are seconds since 1970.
 */

#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

/* `id`: 0 for the hash key. `created`: 0: it is not known. `key`: wrapped under
 * the master key; `next`: under the one that is to come. */
#define DATAKEY_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(num, id)                                                             \
	F(opt_num, created)                                                    \
	F(str, key)                                                            \
	F(opt_str, next)
DECLARE_FIELDS(datakey_record, DATAKEY_RECORD)

/* The master key: `since` when, and since when another is to take its place.
 * `given`: somebody has to put it there, so that it may take time. */
#define MASTER_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(opt_num, since)                                                      \
	F(opt_num, next_since)                                                 \
	F(opt_flag, given)
DECLARE_FIELDS(master_record, MASTER_RECORD)

/* Makes the first data key and the hash key of a new store. The faults of a
 * write, ERR_CRYPTO. */
MUST_USE enum err datakeys_create(
    struct txn *txn, const struct secret *master, const struct host *host);

/*
 * Opens them all, or that of schema 3, with the master key or with the one that is to come, which
 * then takes its place for good: what was wrapped under the old one goes. A key
 * that was to come and did not, though nobody was to put it there, goes too.
 * ERR_CRYPTO when the master key is neither, ERR_STORE when a key is missing.
 */
MUST_USE enum err datakeys_open(struct seal **out, struct txn *txn,
    const struct secret *master, const struct host *host);

/* Reads them all, and changes nothing. */
MUST_USE enum err datakeys_load(struct seal **out, struct txn *txn,
    const struct secret *master, const struct host *host);

/* Wraps each under `next`, too, which is to become the master key. ERR_CRYPTO,
 * the faults of a write. */
MUST_USE enum err datakeys_wrap(struct txn *txn, const struct secret *master,
    const struct secret *next, bool given, const struct host *host);

/* The key that was to come has come, or does not. */
MUST_USE enum err datakeys_replace(struct txn *txn, int64_t now);
MUST_USE enum err datakeys_keep(struct txn *txn);

/* Makes one more, which is the newest: datakeys_load() has it. */
MUST_USE enum err datakeys_add(
    struct txn *txn, const struct secret *master, const struct host *host);

/* Removes all data keys but the newest. */
MUST_USE enum err datakeys_drop(struct txn *txn);

/* How many data keys there are. */
MUST_USE enum err datakeys_count(struct txn *txn, size_t *count);

/*
 * Schema 3 had one data key, which made the hashes, too. Up: it becomes the hash
 * key, which opens what it sealed (its id there is 0), and the first data key,
 * or there is a new one if it was the hash key before. Down: the hash key becomes
 * the one data key; what is sealed has been sealed under it (seal_older()).
 * Either may have been done already.
 */
MUST_USE enum err datakeys_up(
    struct txn *txn, const struct secret *master, const struct host *host);
MUST_USE enum err datakeys_down(
    struct txn *txn, const struct secret *master, const struct host *host);

/* In the order of their ids; `after` 0: from the beginning. ERR_NOT_FOUND at
 * the end. */
MUST_USE enum err
datakey_next(struct txn *txn, int64_t after, struct datakey_record *record);

/* An old store has no such record: it is all zero then. */
MUST_USE enum err master_get(struct txn *txn, struct master_record *record);

#endif
