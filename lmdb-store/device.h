/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_DEVICE_H
#define LMDB_STORE_DEVICE_H

/*
 * Devices, and the index by the uid of their users. Times are seconds since
 * 1970. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

#define DEVICE_ACTIVE "active"
#define DEVICE_REVOKED "revoked"

/* `family`: id of its refresh family. `seen`: the last login. `claims` go
 * into every access token. A device keeps its uid. */
#define DEVICE_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(str, id)                                                             \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, name)                                                           \
	F(num, created)                                                        \
	F(str, family)                                                         \
	F(str, state)                                                          \
	F(opt_num, seen)                                                       \
	F(opt_str, seen_rhost)                                                 \
	F(opt_str, seen_service)                                               \
	F(opt_num, revoked)                                                    \
	F(opt_str, revoked_reason)                                             \
	F(opt_object, claims)
DECLARE_FIELDS(device_record, DEVICE_RECORD)

MUST_USE enum err
device_put(struct txn *txn, const struct device_record *record);

/* ERR_NO_SUCH_DEVICE. */
MUST_USE enum err
device_get(struct txn *txn, const char *id, struct device_record *record);

/* In the order of their ids, which is that of their making. `after` NULL:
 * from the beginning; it may be the id in the record. ERR_NOT_FOUND at the
 * end. */
MUST_USE enum err
device_next(struct txn *txn, const char *after, struct device_record *record);
MUST_USE enum err device_next_of_user(struct txn *txn, int64_t uid,
    const char *after, struct device_record *record);

MUST_USE enum err device_count(struct txn *txn, size_t *count);

#endif
