/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_USER_H
#define LMDB_STORE_USER_H

/*
 * What is known of users beside their devices: one record for each uid of
 * whom something was set. Times are seconds since 1970. Reading and writing:
 * see record.h.
 */

#include "lmdb-store/record.h"

/* `user`: the name when it was written. `attributes`: texts, numbers, true and
 * false by name, from which claims are made. `asked`: when their claims were
 * to be renewed last; it rises with each request. */
#define USER_RECORD(F)                                                         \
	F(num, v)                                                              \
	F(num, uid)                                                            \
	F(str, user)                                                           \
	F(opt_object, attributes)                                              \
	F(opt_num, asked)
DECLARE_FIELDS(user_record, USER_RECORD)

MUST_USE enum err user_put(struct txn *txn, const struct user_record *record);

/* The record stays empty, without a name, when nothing was ever set. */
MUST_USE enum err
user_get(struct txn *txn, int64_t uid, struct user_record *record);

/* In the order of the digits of their uids; all zero: from the beginning. */
MUST_USE enum err user_next(struct txn *txn, struct user_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err user_remove(struct txn *txn, int64_t uid);

#endif
