/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SESSION_H
#define LMDB_STORE_SESSION_H

/*
 * Login sessions, the index of those that live (pending or active) by
 * device, that of those that fall due by time, that of those that ended by
 * time, and that of all by device. Times are seconds since 1970. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

#define SESSION_PENDING "pending"
#define SESSION_ACTIVE "active"
#define SESSION_CLOSED "closed"
#define SESSION_EXPIRED "expired"
#define SESSION_REVOKED "revoked"

/*
 * `jti_hash`: which token it was, as marks of revoked.h name it; `family`: of
 * which refresh family, if it was one of ours. `expires`: that token's end.
 * `due`: when the session lapses, on the steady clock (service/clock.h), or,
 * when it was ended and its process told to go, when that has surely happened;
 * 0: neither. `boot`: the id of the boot that it belongs to. `leader` and
 * `leader_start` (clock ticks since boot, as in /proc/PID/stat): the process
 * that opened it. `outdated`: its token is to be renewed.
 */
#define SESSION_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(str, id)                                                             \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, device)                                                         \
	F(str, issuer)                                                         \
	F(str, jti_hash)                                                       \
	F(str, service)                                                        \
	F(str, state)                                                          \
	F(opt_str, tty)                                                        \
	F(opt_str, rhost)                                                      \
	F(num, created)                                                        \
	F(opt_num, opened)                                                     \
	F(num, activity)                                                       \
	F(num, expires)                                                        \
	F(opt_num, due)                                                        \
	F(opt_num, ended)                                                      \
	F(opt_str, reason)                                                     \
	F(opt_num, leader)                                                     \
	F(opt_num, leader_start)                                               \
	F(opt_str, boot)                                                       \
	F(opt_str, family)                                                     \
	F(opt_flag, outdated)
DECLARE_FIELDS(session_record, SESSION_RECORD)

/* Pending or active. */
bool session_is_live(const struct session_record *record);

/*
 * Writes `now` and keeps the indexes. `before` is the record as it is in
 * the store, NULL for a new session; the id never changes. ERR_INTERNAL when
 * `before` is not what the indexes say.
 */
MUST_USE enum err session_put(struct txn *txn,
    const struct session_record *before, const struct session_record *now);

/* ERR_NO_SUCH_SESSION. */
MUST_USE enum err
session_get(struct txn *txn, const char *id, struct session_record *record);

/*
 * All sessions by id, which is the order of their making; those that live by
 * device and id; those that live of one device by id. An `after` of NULL: from
 * the beginning; it may belong to the record. ERR_NOT_FOUND at the end.
 */
MUST_USE enum err
session_next(struct txn *txn, const char *after, struct session_record *record);
MUST_USE enum err session_next_live(struct txn *txn, const char *after_device,
    const char *after, struct session_record *record);
MUST_USE enum err session_next_live_of_device(struct txn *txn,
    const char *device, const char *after, struct session_record *record);

/* The session that fell due first, if that was at `now` or before, else
 * ERR_NOT_FOUND. With INT64_MAX: the one that is next to. */
MUST_USE enum err
session_next_due(struct txn *txn, int64_t now, struct session_record *record);

/* In the order in which they fall due; `after` NULL: from the beginning. It may
 * be the record. ERR_NOT_FOUND at the end. */
MUST_USE enum err session_next_by_due(struct txn *txn,
    const struct session_record *after, struct session_record *record);

/* How many live; of one device. */
MUST_USE enum err session_live_count(struct txn *txn, size_t *count);
MUST_USE enum err
session_count_of_device(struct txn *txn, const char *device, int64_t *count);

/* The sessions of a device, the newest first: the one that was made before
 * `before` (NULL: the newest). ERR_NOT_FOUND at the end. */
MUST_USE enum err session_prev_of_device(struct txn *txn, const char *device,
    const char *before, struct session_record *record);

/* The session that ended the longest ago, if that was at `until` or before,
 * else ERR_NOT_FOUND. It goes: ERR_INTERNAL if it lives. */
MUST_USE enum err session_oldest_ended(
    struct txn *txn, int64_t until, struct session_record *record);
MUST_USE enum err
session_remove(struct txn *txn, const struct session_record *record);

/* For migrations: puts the session of a record into the indexes, where it is
 * missing; takes it out of the one by expiry; out of that of those that live,
 * too. */
MUST_USE enum err
session_index(struct txn *txn, const struct session_record *record);
MUST_USE enum err
session_unindex_due(struct txn *txn, const struct session_record *record);
MUST_USE enum err
session_unindex(struct txn *txn, const struct session_record *record);

#endif
