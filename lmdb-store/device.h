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
/* It came from elsewhere and has no tokens until it is enrolled again. */
#define DEVICE_IMPORTED "imported"

/*
 * An enrolled device has a refresh `family` and the `claims` that go into its
 * access tokens. One whose tokens another issuer makes has that `issuer` (the
 * claim iss) and an `origin`: the hash of what it is known by. `seen`: the
 * last login. `jkt`: the thumbprint of its key (RFC 7638), if it has one.
 * `fingerprint`: the hash of what it said of itself. `networks`, `oddities`:
 * see service/oddity.h. `alive`: it was so then, for sure; absent: when it was
 * made; only device_keep() changes it. A device keeps its uid.
 */
#define DEVICE_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(str, id)                                                             \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, name)                                                           \
	F(num, created)                                                        \
	F(opt_str, family)                                                     \
	F(opt_str, issuer)                                                     \
	F(opt_str, origin)                                                     \
	F(str, state)                                                          \
	F(opt_num, seen)                                                       \
	F(opt_str, seen_rhost)                                                 \
	F(opt_str, seen_service)                                               \
	F(opt_num, revoked)                                                    \
	F(opt_str, revoked_reason)                                             \
	F(opt_object, claims)                                                  \
	F(opt_str, seen_tty)                                                   \
	F(opt_str, jkt)                                                        \
	F(opt_str, fingerprint)                                                \
	F(opt_list, networks)                                                  \
	F(opt_list, oddities)                                                  \
	F(opt_num, alive)
DECLARE_FIELDS(device_record, DEVICE_RECORD)

MUST_USE enum err
device_put(struct txn *txn, const struct device_record *record);

/* ERR_NO_SUCH_DEVICE. */
MUST_USE enum err
device_get(struct txn *txn, const char *id, struct device_record *record);

/* The device of this origin. ERR_NO_SUCH_DEVICE. */
MUST_USE enum err device_get_by_origin(
    struct txn *txn, const char *origin, struct device_record *record);

/* In the order of their ids, which is that of their making. `after` NULL:
 * from the beginning; it may be the id in the record. ERR_NOT_FOUND at the
 * end. */
MUST_USE enum err
device_next(struct txn *txn, const char *after, struct device_record *record);
MUST_USE enum err device_next_of_user(struct txn *txn, int64_t uid,
    const char *after, struct device_record *record);

/* The first device of the first user whose uid is this or greater. */
MUST_USE enum err device_first_from_uid(
    struct txn *txn, int64_t uid, struct device_record *record);

MUST_USE enum err device_count(struct txn *txn, size_t *count);

/* How many devices of the user are not revoked, but no more than `limit`. */
MUST_USE enum err
device_count_active(struct txn *txn, int64_t uid, size_t limit, size_t *count);

/*
 * For the sweep: the device that was known to be alive the longest ago, if
 * that was at `until` or before, else ERR_NOT_FOUND; it was alive at `alive`;
 * it goes. Its family and sessions are not touched.
 */
MUST_USE enum err
device_oldest(struct txn *txn, int64_t until, struct device_record *record);
MUST_USE enum err
device_keep(struct txn *txn, struct device_record *record, int64_t alive);
MUST_USE enum err
device_remove(struct txn *txn, const struct device_record *record);

/* For migrations: puts the device of a record into the indexes, where it is
 * missing; takes it out of those by user and origin, where it is there. */
MUST_USE enum err
device_index(struct txn *txn, const struct device_record *record);
MUST_USE enum err
device_unindex(struct txn *txn, const struct device_record *record);

#endif
