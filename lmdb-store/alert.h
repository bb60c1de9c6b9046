/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_ALERT_H
#define LMDB_STORE_ALERT_H

/*
 * What became of each alert, so that a restart neither forgets one that fires
 * nor tells of it again. Times are seconds since 1970. Reading and writing: see
 * record.h.
 */

#include "lmdb-store/record.h"

#define ALERT_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(str, name)                                                           \
	F(flag, firing)                                                        \
	F(opt_num, fired)                                                      \
	F(opt_num, cleared)
DECLARE_FIELDS(alert_record, ALERT_RECORD)

MUST_USE enum err alert_put(struct txn *txn, const struct alert_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err
alert_get(struct txn *txn, const char *name, struct alert_record *record);

/* The first whose name comes after that of `record`; the first of all when it
 * is all zero. ERR_NOT_FOUND at the end. */
MUST_USE enum err alert_next(struct txn *txn, struct alert_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err alert_remove(struct txn *txn, const char *name);

#endif
