/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_UPKEEP_H
#define LMDB_STORE_UPKEEP_H

/*
 * When each job of the upkeep was done last, and what came of it. Times are
 * seconds since 1970. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

#define UPKEEP_OK "ok"
#define UPKEEP_DUE "due" /* it was done, and somebody has to act on it */
#define UPKEEP_FAILED "failed"
#define UPKEEP_SKIPPED "skipped" /* the configuration does not ask for it */

/* `done`: when it was done last, whatever came of it; `good`: when it did not
 * fail last; absent: never. `detail`: a sentence about `outcome`. */
#define UPKEEP_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(str, job)                                                            \
	F(str, outcome)                                                        \
	F(num, began)                                                          \
	F(num, done)                                                           \
	F(opt_num, good)                                                       \
	F(opt_str, detail)
DECLARE_FIELDS(upkeep_record, UPKEEP_RECORD)

MUST_USE enum err
upkeep_put(struct txn *txn, const struct upkeep_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err
upkeep_get(struct txn *txn, const char *job, struct upkeep_record *record);

#endif
