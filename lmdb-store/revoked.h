/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_REVOKED_H
#define LMDB_STORE_REVOKED_H

/*
 * Marks: what is revoked without touching what it concerns, so that one write
 * does for any number of tokens. A single token is marked by name; the other
 * kinds are not-before marks, which mean everything that was issued at a
 * second or before. (That a family or a device is revoked is in its own
 * record.) A mark is kept until no token can be meant any more; an index by
 * that time leads the sweep. Times are seconds since 1970. Reading and
 * writing: see record.h.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

/* A longer value has to be hashed by the caller, for both calls. */
#define REVOKED_VALUE_MAX 256

enum revoked_kind {
	REVOKED_TOKEN,	/* one token; the other kinds are not-before marks */
	REVOKED_DEVICE, /* its id */
	REVOKED_USER,	/* the uid in digits */
	REVOKED_ISSUER, /* the claim iss */
	REVOKED_ALL,	/* the value is REVOKED_EVERYTHING */
};

#define REVOKED_EVERYTHING "*"

/* `before`: what was issued in this second or earlier is meant; 0 for a single
 * token. `until`: the last second in which the mark holds. */
#define REVOKED_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(num, until)                                                          \
	F(opt_num, before)                                                     \
	F(opt_str, reason)
DECLARE_FIELDS(revoked_record, REVOKED_RECORD)

/*
 * Writes the mark. One that is there already is only ever made stronger: it
 * keeps the later `until` and the later `before`, with the reason of that one.
 * ERR_INTERNAL for a value that is empty or too long, or a negative `until`.
 */
MUST_USE enum err revoked_put(struct txn *txn, enum revoked_kind kind,
    const char *value, const struct revoked_record *mark);

/* The mark if it holds at `now`; ERR_NOT_FOUND when there is none. */
MUST_USE enum err revoked_get(struct txn *txn, enum revoked_kind kind,
    const char *value, int64_t now, struct revoked_record *mark);

/* Gives a mark other words for why; one that is not there stays away. */
MUST_USE enum err revoked_reword(struct txn *txn, enum revoked_kind kind,
    const char *value, const char *reason);

/* All marks, whether they hold or not: the one behind `at`, which is moved
 * on (empty: the first). ERR_NOT_FOUND at the end. */
MUST_USE enum err
revoked_next(struct txn *txn, struct key *at, struct revoked_record *mark);

/* Writes the mark that revoked_next() gave once more, with other words. */
MUST_USE enum err revoked_rewrite(
    struct txn *txn, const struct key *at, const struct revoked_record *mark);

/* Removes at most `limit` marks that ended before `now`, the oldest first. */
MUST_USE enum err
revoked_sweep(struct txn *txn, int64_t now, size_t limit, size_t *done);

/* For migrations: puts the mark with this key into the index by time.
 * ERR_STORE when it cannot be read. */
MUST_USE enum err revoked_index(struct txn *txn, struct slice key);

MUST_USE enum err revoked_count(struct txn *txn, size_t *count);

#endif
