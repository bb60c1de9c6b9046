/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_AUDIT_H
#define LMDB_STORE_AUDIT_H

/*
 * The audit: one record per outcome, numbered from 1 without gaps, in the
 * transaction of what it tells of. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

/* `reason`: the name of the error, "ok". `uid`: of the user that it is
 * about, -1 for none. `caller_uid`, `caller_pid`: who asked. */
#define AUDIT_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(num, seq)                                                            \
	F(num, time)                                                           \
	F(str, event)                                                          \
	F(str, outcome)                                                        \
	F(str, reason)                                                         \
	F(opt_str, detail)                                                     \
	F(opt_str, user)                                                       \
	F(num, uid)                                                            \
	F(opt_str, device)                                                     \
	F(opt_str, session)                                                    \
	F(opt_str, service)                                                    \
	F(opt_str, rhost)                                                      \
	F(opt_str, tty)                                                        \
	F(num, caller_uid)                                                     \
	F(num, caller_pid)
DECLARE_FIELDS(audit_record, AUDIT_RECORD)

/* Writes it as the newest one; sets its seq. */
MUST_USE enum err audit_append(struct txn *txn, struct audit_record *record);

/* The first record whose seq is greater; ERR_NOT_FOUND at the end. */
MUST_USE enum err
audit_next(struct txn *txn, int64_t after, struct audit_record *record);

/* The seq after which the newest `count` records come; 0 when there are no
 * more than those. */
MUST_USE enum err audit_seq_back(struct txn *txn, int64_t count, int64_t *seq);

/* Removes at most `limit` records from before `until`, the oldest first and
 * never the newest, which carries the numbering on; says how many. */
MUST_USE enum err
audit_sweep(struct txn *txn, int64_t until, size_t limit, size_t *done);

#endif
