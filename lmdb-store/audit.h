/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_AUDIT_H
#define LMDB_STORE_AUDIT_H

/*
 * The audit: one record per outcome, numbered from 1 without gaps, in the
 * transaction of what it tells of, each linked to the one before it (chain.h).
 * Reading and writing: see record.h.
 * Where the chain begins and ends is in audit_ends.h. When that is missing or
 * was changed the next event is linked to nothing, so that the break stays to
 * be found.
 */

#include "lmdb-store/audit_ends.h"
#include "lmdb-store/record.h"

/* Writes it as the newest one; sets its seq. What the record owns stays the
 * caller's. */
MUST_USE enum err audit_append(
    struct txn *txn, const struct seal *seal, const struct audit_record *event);

/* Writes a record that is there once more, with something else where it said
 * who it was. ERR_INTERNAL when it is not there, ERR_STORE when what was there
 * is not what was written. */
MUST_USE enum err audit_redact(
    struct txn *txn, const struct seal *seal, struct audit_record *record);

/* The first record whose seq is greater; ERR_NOT_FOUND at the end. */
MUST_USE enum err
audit_next(struct txn *txn, int64_t after, struct audit_record *record);

/* The last record whose seq is less; ERR_NOT_FOUND before the first. */
MUST_USE enum err
audit_prev(struct txn *txn, int64_t before, struct audit_record *record);

/* The seq after which the newest `count` records come; 0 when there are no
 * more than those. */
MUST_USE enum err audit_seq_back(struct txn *txn, int64_t count, int64_t *seq);

/* Whether a record's link is right. ERR_NOT_FOUND: the record before it is
 * missing; ERR_STORE: one of the two was changed, or another was put between
 * them; ERR_NO_MEMORY, ERR_CRYPTO. */
MUST_USE enum err audit_check_link(struct txn *txn, const struct seal *seal,
    const struct audit_record *record);

/* Whether the newest event is the one that the ends tell of: ERR_STORE. */
MUST_USE enum err audit_check_last(struct txn *txn, const struct seal *seal);

/* Removes at most `limit` records from before `until`, the oldest first and
 * never the newest, which carries the numbering on; says how many. */
MUST_USE enum err audit_sweep(struct txn *txn, const struct seal *seal,
    int64_t until, size_t limit, size_t *done);

#endif
