/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_AUDIT_ENDS_H
#define LMDB_STORE_AUDIT_ENDS_H

/*
 * Both ends of the audit's chain, in the table meta, so that events which are
 * gone at either of them are missed, and those that retention removed are not.
 */

#include "lmdb-store/chain.h"
#include "lmdb-store/record.h"

#define AUDIT_ENDS_KEY "audit"

/* `first`: the newest event that is not kept any more, 0 for none, and its link.
 * `last`: the newest event. `heads`: over all checkpoints (checkpoint.h), if
 * there are any. `proof`: that who wrote this has the keys. */
#define AUDIT_ENDS(F)                                                          \
	F(num, v)                                                              \
	F(num, first)                                                          \
	F(str, first_link)                                                     \
	F(num, last)                                                           \
	F(str, last_link)                                                      \
	F(opt_str, heads)                                                      \
	F(opt_str, proof)
DECLARE_FIELDS(audit_ends, AUDIT_ENDS)

/* ERR_NOT_FOUND, and ERR_STORE when they were not written by who has the
 * keys. */
MUST_USE enum err audit_ends_get(
    struct txn *txn, const struct seal *seal, struct audit_ends *ends);

/* Of a chain without events. ERR_NO_MEMORY. */
MUST_USE enum err audit_ends_begin(struct audit_ends *ends);

/* A new event came, which has this link; events up to one that has this link
 * went: writes it. */
MUST_USE enum err audit_ends_move(struct txn *txn, const struct seal *seal,
    struct audit_ends *ends, int64_t last, const struct link *link);
MUST_USE enum err audit_ends_cut(struct txn *txn, const struct seal *seal,
    struct audit_ends *ends, int64_t first, const struct link *link);

/* The checkpoints are others now; NULL: there are none. */
MUST_USE enum err audit_ends_vouch(struct txn *txn, const struct seal *seal,
    struct audit_ends *ends, const struct link *heads);

/* For a step down. */
MUST_USE enum err audit_ends_remove(struct txn *txn);

#endif
