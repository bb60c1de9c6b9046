/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_REFUSALS_H
#define LMDB_STORE_REFUSALS_H

/*
 * How many logins of a user were refused lately: one record for each uid,
 * from the first refusal of a span of time to the success that ends it or
 * to the sweep. Times are seconds since 1970. Reading and writing: see
 * record.h.
 */

#include "lmdb-store/record.h"

#define REFUSALS_RECORD(F)                                                     \
	F(num, v)                                                              \
	F(num, uid)                                                            \
	F(num, since)                                                          \
	F(num, count)
DECLARE_FIELDS(refusals_record, REFUSALS_RECORD)

/* Counts one more; the count begins anew `span` seconds after its first. */
MUST_USE enum err
refusals_add(struct txn *txn, int64_t uid, int64_t now, int64_t span);

/* ERR_NOT_FOUND when there were none. */
MUST_USE enum err
refusals_get(struct txn *txn, int64_t uid, struct refusals_record *record);

MUST_USE enum err
refusals_remove(struct txn *txn, const struct refusals_record *record);

/* Removes at most `limit` counts that began at `until` or before, the oldest
 * first, and says how many. */
MUST_USE enum err
refusals_sweep(struct txn *txn, int64_t until, size_t limit, size_t *done);

#endif
