/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_KV_H
#define LMDB_STORE_KV_H

/*
 * Ordered tables of keys and values with transactions, over LMDB. Nothing
 * else includes <lmdb.h>. Every commit is durable. One process at a time
 * opens a directory (it holds a lock on it) and uses it from one thread;
 * whoever forks does so before kv_open(). Others may read beside it:
 * kv_open_reader().
 *
 * A transaction carries its error. After a fault on it (but not after
 * ERR_NOT_FOUND) every further call on it, the commit too, returns that same
 * fault, so that nothing half-done is ever committed. ERR_STORE_GROW is one
 * of them: free the transaction, kv_grow(), do the work again.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "lmdb-store/error.h"

#include <stddef.h>
#include <stdint.h>

/* LMDB's own limit for the bytes of a key. */
#define KV_KEY_MAX 511
#define KV_TABLES_MAX 64
/* No value is larger; one that seems to be is damage. */
#define KV_VALUE_MAX ((size_t)1 << 20)

/* Borrowed bytes. */
struct slice {
	const void *data;
	size_t size;
};

struct kv;
struct txn;

struct kv_options {
	const char *path; /* a directory */
	size_t map_start; /* bytes */
	size_t map_max;
};

enum txn_mode {
	TXN_READ,
	TXN_WRITE,
};

/*
 * Opens the directory, made with mode 0700 if it is missing. ERR_CONFIG when
 * it belongs to somebody else or others can write in it, ERR_STORE when
 * another process has it open or LMDB refuses it, ERR_IO, ERR_NO_MEMORY;
 * `why` has the sentence. The tables are not open yet: txn_open_tables().
 */
MUST_USE enum err kv_open(
    struct kv **out, const struct kv_options *options, struct store_error *why);

/*
 * Opens what another process may be writing, for reading only: does not lock
 * the directory and changes nothing in it, but for LMDB's lock.mdb, which it
 * makes if it is missing; whoever calls this is the owner of the directory,
 * so that the agent can open that file. Only TXN_READ can begin. As long as
 * one is open the writer uses no page again that was freed since it began, so
 * that the store grows. Errors as kv_open(), ERR_NOT_FOUND when there is no
 * store, ERR_BUSY when it is being replaced.
 */
MUST_USE enum err
kv_open_reader(struct kv **out, const char *path, struct store_error *why);

/* Closes; NULL is fine. No transaction may be open. */
void kv_free(struct kv *kv);
DEFINE_AUTO_FREE(kv)

/*
 * Doubles the map, to at most map_max: ERR_STORE_FULL when it is that large
 * already. ERR_INTERNAL while a transaction is open, ERR_STORE.
 */
MUST_USE enum err kv_grow(struct kv *kv);

/*
 * Beyond map_max there is a reserve for what makes room, revokes and sweeps:
 * one part in KV_RESERVE_PART of it. The map stays larger than map_max until
 * the reserve is closed, and no smaller than what is in use then. Errors as
 * kv_grow().
 */
#define KV_RESERVE_PART 16
MUST_USE enum err kv_open_reserve(struct kv *kv);
MUST_USE enum err kv_close_reserve(struct kv *kv);

/* Bytes in use, freed pages among them; bytes of the map. */
size_t kv_size(const struct kv *kv);
size_t kv_map_size(const struct kv *kv);

/* What the last fault of LMDB was, for the log; never NULL. */
const char *kv_problem(const struct kv *kv);

/*
 * Writes the tables as one moment had them to the descriptor, as a data.mdb
 * without free pages. In either kind of kv, before its tables are open too.
 * LMDB uses a thread of its own and 2 MiB. ERR_INTERNAL while a transaction
 * is open; ERR_STORE, also when the descriptor does not take it: kv_problem()
 * says why.
 */
MUST_USE enum err kv_copy(struct kv *kv, int fd);

/* Gives the places of readers that died without a word free again, and with
 * them the pages that they kept from being used; says how many. ERR_STORE. */
MUST_USE enum err kv_drop_dead_readers(struct kv *kv, int *dropped);

/* Whether the file is shorter than what its first pages say is in use, as it
 * also is when the last pages were free before they were written. */
bool kv_is_short(const struct kv *kv);

/* Reads every byte of every table that the file has, its list of free pages
 * among them. ERR_STORE_DAMAGED, if it does not kill the process. */
MUST_USE enum err kv_read_all(struct kv *kv);

/* ERR_INTERNAL when a second writing transaction is asked for, or one of a
 * reader's kv, ERR_NO_MEMORY, or a fault of the store: ERR_DISK_FULL,
 * ERR_STORE_READ_ONLY, ERR_STORE_DAMAGED, ERR_STORE (anything else). A store
 * whose last commit failed is open again with the next transaction for which
 * the cause is gone. */
MUST_USE enum err kv_begin(struct kv *kv, enum txn_mode mode, struct txn **out);

/* Frees the transaction in every case. ERR_STORE_GROW, ERR_STORE, or the
 * fault that it carries. */
MUST_USE enum err txn_commit(struct txn *txn);

/* Drops what was not committed; NULL is fine. */
void txn_free(struct txn *txn);
DEFINE_AUTO_FREE(txn)

/*
 * Opens the tables, in the first writing transaction; those that are missing
 * are made. Afterwards a table is its place in the list. `names` lives on
 * and holds `count` names, at most KV_TABLES_MAX. In a reading transaction, which is
 * to be committed then, nothing is made: ERR_NOT_FOUND when one is missing.
 */
MUST_USE enum err
txn_open_tables(struct txn *txn, const char *const *names, size_t count);

/* The fault that the transaction carries, or OK. */
enum err txn_error(const struct txn *txn);

/* Makes the transaction carry `e` unless it carries one already; returns
 * what it carries. For the layers above, after a write that fell short. */
enum err txn_fail(struct txn *txn, enum err e);

/* How often something was written or deleted, or tried to be. */
size_t txn_writes(const struct txn *txn);

/*
 * What is read stays valid until the next write or the end of the
 * transaction. A key that is empty or longer than KV_KEY_MAX is in no table:
 * looking for it is ERR_NOT_FOUND, storing it ERR_INTERNAL.
 */
MUST_USE enum err txn_get(
    struct txn *txn, unsigned int table, struct slice key, struct slice *value);

/* Writes, over an older value too. */
MUST_USE enum err txn_put(
    struct txn *txn, unsigned int table, struct slice key, struct slice value);

/* The same for a key that is greater than all others: fills pages wholly.
 * ERR_INTERNAL when it is not. */
MUST_USE enum err txn_append(
    struct txn *txn, unsigned int table, struct slice key, struct slice value);

/* ERR_NOT_FOUND when it is not there. */
MUST_USE enum err
txn_delete(struct txn *txn, unsigned int table, struct slice key);

/*
 * Walking in the order of the bytes of the keys: the first entry whose key
 * is `from` or greater; the first that is greater than `after` (the very
 * first when that is empty); the last that is less than `before` (the very
 * last when that is empty). ERR_NOT_FOUND at the end. `value` may be NULL.
 */
MUST_USE enum err txn_seek(struct txn *txn, unsigned int table,
    struct slice from, struct slice *key, struct slice *value);
MUST_USE enum err txn_next(struct txn *txn, unsigned int table,
    struct slice after, struct slice *key, struct slice *value);
MUST_USE enum err txn_prev(struct txn *txn, unsigned int table,
    struct slice before, struct slice *key, struct slice *value);

/* Bytes of the pages that the table has; bytes of pages that are free: of those
 * LMDB tells in reading transactions only, so that in a writing one it is what
 * was committed before. */
MUST_USE enum err
txn_table_bytes(struct txn *txn, unsigned int table, size_t *bytes);
MUST_USE enum err txn_free_bytes(struct txn *txn, size_t *bytes);

/* How many entries the table has. */
MUST_USE enum err
txn_entries(struct txn *txn, unsigned int table, size_t *entries);

#endif
