/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_FORGETTING_H
#define LMDB_STORE_FORGETTING_H

/*
 * People who are being forgotten: a record in the table meta from the request
 * until nothing names them any more, so that a crash in between loses nothing.
 * Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

/*
 * `pseudonym`: what stands for the person from now on; the key. `user` and
 * `uid` (-1): who that is, either may be missing. `phase`: which kind of
 * record is looked at, and `after` its last key in base64url. `left`: something
 * of this phase could not be taken yet.
 */
#define FORGETTING_RECORD(F)                                                   \
	F(num, v)                                                              \
	F(str, pseudonym)                                                      \
	F(opt_str, user)                                                       \
	F(num, uid)                                                            \
	F(num, phase)                                                          \
	F(opt_str, after)                                                      \
	F(opt_flag, left)                                                      \
	F(num, started)                                                        \
	F(opt_num, devices)                                                    \
	F(opt_num, sessions)                                                   \
	F(opt_num, events)
DECLARE_FIELDS(forgetting_record, FORGETTING_RECORD)

MUST_USE enum err
forgetting_put(struct txn *txn, const struct forgetting_record *record);

/* The one of this pseudonym; NULL: any. ERR_NOT_FOUND. */
MUST_USE enum err forgetting_get(
    struct txn *txn, const char *pseudonym, struct forgetting_record *record);

MUST_USE enum err
forgetting_remove(struct txn *txn, const struct forgetting_record *record);

#endif
