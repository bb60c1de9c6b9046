/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_REPLAY_H
#define LMDB_STORE_REPLAY_H

/*
 * Tokens that may be used once and were: by the hash of issuer and whole
 * token, since two issuers may use the same jti. A mark is kept as long as
 * its token could be accepted; an index by that time leads the sweep. Reading
 * and writing: see record.h.
 */

#include "lmdb-store/record.h"

#define REPLAY_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(num, until)
DECLARE_FIELDS(replay_record, REPLAY_RECORD)

/* Marks a token that has no mark yet, through the second `until`. */
MUST_USE enum err replay_put(struct txn *txn, const char *hash, int64_t until);

MUST_USE enum err replay_has(struct txn *txn, const char *hash, bool *used);

/* Removes at most `limit` marks that ended before `now`, the oldest first, and
 * says how many. */
MUST_USE enum err
replay_sweep(struct txn *txn, int64_t now, size_t limit, size_t *done);

MUST_USE enum err replay_count(struct txn *txn, size_t *count);

#endif
