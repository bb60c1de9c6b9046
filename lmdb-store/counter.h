/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_COUNTER_H
#define LMDB_STORE_COUNTER_H

/*
 * What happened how often: a name and one to COUNTER_LABELS_MAX labels, such as
 * the service and the reason. Counted in the transaction of what is counted,
 * so a count survives a restart and nothing is counted that did not happen.
 * Reading and writing: see record.h.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

#define COUNTER_LABELS_MAX 3
#define COUNTER_LABEL_MAX 64 /* bytes */

/* How many there may be of all names together. What is new beyond that, and
 * what is longer than a label or is not plain ASCII, is counted under labels
 * that are all COUNTER_OTHER. */
#define COUNTERS_MAX 1000
#define COUNTER_OTHER "other"

/* `since` and `last`: when it was counted first and last, seconds since
 * 1970. `user`: who was counted last, where that is told. */
#define COUNTER_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(str, name)                                                           \
	F(strs, labels)                                                        \
	F(num, count)                                                          \
	F(num, since)                                                          \
	F(num, last)                                                           \
	F(opt_str, user)
DECLARE_FIELDS(counter_record, COUNTER_RECORD)

/* What it is filed under. */
struct key counter_key(const struct counter_record *record);

/* Counts one more. `labels`: as many as there are up to a NULL. */
MUST_USE enum err counter_add(struct txn *txn, const char *name,
    const char *const labels[COUNTER_LABELS_MAX + 1], int64_t now);

/* The same, and by whom and on which day: see daily.h. */
MUST_USE enum err counter_add_by(struct txn *txn, const char *name,
    const char *const labels[COUNTER_LABELS_MAX + 1], const char *user,
    int64_t now);

/* One of them. ERR_NOT_FOUND. */
MUST_USE enum err counter_get(struct txn *txn, const char *name,
    const char *const labels[], struct counter_record *record);

/* How many of one that is counted by days fell on the day of `since` or a later
 * one, as far as days are kept. */
MUST_USE enum err counter_since(struct txn *txn,
    const struct counter_record *record, int64_t since, int64_t *count);

/* Puts another name in the place of a user's, wherever it is. */
MUST_USE enum err
counters_rename(struct txn *txn, const char *user, const char *to);

/*
 * The first counter of this name whose labels come after those of `record`,
 * in the order of their bytes; the first of all when `record` is all zero.
 * ERR_NOT_FOUND at the end.
 */
MUST_USE enum err
counter_next(struct txn *txn, const char *name, struct counter_record *record);

#endif
