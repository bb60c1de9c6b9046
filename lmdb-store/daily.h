/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_DAILY_H
#define LMDB_STORE_DAILY_H

/*
 * How much of a counter fell on which day, beside its total, which knows no
 * days. The days are those of UTC, numbered from 1970-01-01 on. There are as
 * many entries as days are kept and counters are counted so (counter.h).
 * Reading and writing: see record.h.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

#define DAILY_SECONDS 86400
#define DAILY_KEPT_MAX (INT64_C(366) * DAILY_SECONDS)

#define DAILY_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(num, day)                                                            \
	F(num, count)
DECLARE_FIELDS(daily_record, DAILY_RECORD)

/* The day of a time in seconds since 1970. */
int64_t daily_day(int64_t time);

/* One more of what is filed under `counter` in its own table. */
MUST_USE enum err
daily_add(struct txn *txn, const struct key *counter, int64_t now);

/* The sum of the days from `first` on. */
MUST_USE enum err daily_sum(
    struct txn *txn, const struct key *counter, int64_t first, int64_t *count);

/* Removes at most `limit` entries of days before this one. */
MUST_USE enum err
daily_sweep(struct txn *txn, int64_t before, size_t limit, size_t *done);

#endif
