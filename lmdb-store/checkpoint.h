/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CHECKPOINT_H
#define LMDB_STORE_CHECKPOINT_H

/*
 * The heads of the audit that were given out: number and link of the event
 * that was the newest one then. A head can be held against its checkpoint when
 * retention has removed the event.
 *
 * A hash over all of them stands in the ends of the chain (audit_ends.h), which
 * only the keys can write and which go with every event: no checkpoint can be
 * made, changed, left out or taken over from another store with the same keys.
 * There are at most CHECKPOINTS_MAX, the newest ones.
 */

#include "lmdb-store/audit_ends.h"

#define CHECKPOINTS_MAX 400

#define CHECKPOINT_RECORD(F)                                                   \
	F(num, v)                                                              \
	F(num, seq)                                                            \
	F(str, link)                                                           \
	F(num, time)
DECLARE_FIELDS(checkpoint_record, CHECKPOINT_RECORD)

/*
 * A head of this event was given out. `changed`: the checkpoints were not those
 * that had been written: they are all gone, and this is the first. Where the ends
 * of the chain cannot be relied on nothing is written: who checks them finds it.
 */
MUST_USE enum err checkpoint_add(struct txn *txn, const struct seal *seal,
    const struct checkpoint_record *record, bool *changed);

/* The link of an event of which a head was given out. ERR_NOT_FOUND; ERR_STORE
 * when the checkpoints are not those that were written. */
MUST_USE enum err checkpoint_find(
    struct txn *txn, const struct seal *seal, int64_t seq, struct link *out);

/* Whether they are: ERR_STORE. */
MUST_USE enum err checkpoint_check(struct txn *txn, const struct seal *seal);

/* For a step down, which has emptied the table. */
MUST_USE enum err checkpoints_forget(struct txn *txn, const struct seal *seal);

#endif
