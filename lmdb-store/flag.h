/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_FLAG_H
#define LMDB_STORE_FLAG_H

/*
 * What was set of a flag while the agent ran: its state, and what holds for
 * single users instead. A state is a percentage of the users, 0 to 100; that of
 * one user is 0 or 100. What is not set is not there: a flag has a record as
 * long as it has a state or overrides. Reading and writing: see record.h.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

#define FLAG_UNSET (-1)
#define FLAG_USER_MAX 256 /* bytes of a user's name */

/* `overrides_on` and `overrides_off`: how many users there are of each. */
#define FLAG_RECORD(F)                                                         \
	F(num, v)                                                              \
	F(str, name)                                                           \
	F(num, percent)                                                        \
	F(opt_num, changed)                                                    \
	F(num, by)                                                             \
	F(num, overrides_on)                                                   \
	F(num, overrides_off)
DECLARE_FIELDS(flag_record, FLAG_RECORD)

#define FLAG_OVERRIDE_RECORD(F)                                                \
	F(num, v)                                                              \
	F(str, flag)                                                           \
	F(str, user)                                                           \
	F(num, percent)                                                        \
	F(num, changed)                                                        \
	F(num, by)
DECLARE_FIELDS(flag_override_record, FLAG_OVERRIDE_RECORD)

/* When it was set, seconds since 1970, and by which uid; percent FLAG_UNSET:
 * it is not set. */
struct flag_setting {
	int64_t percent;
	int64_t changed;
	int64_t by;
};

/* The state of a flag, or with `user` what holds for that user instead. */
MUST_USE enum err flag_read(struct txn *txn, const char *flag, const char *user,
    struct flag_setting *setting);
MUST_USE enum err flag_write(struct txn *txn, const char *flag,
    const char *user, const struct flag_setting *setting);

/* The whole record; with percent FLAG_UNSET when there is none. */
MUST_USE enum err
flag_get(struct txn *txn, const char *flag, struct flag_record *record);

/* The first override behind `at`, which moves there; ERR_NOT_FOUND. */
MUST_USE enum err flag_override_next(
    struct txn *txn, struct key *at, struct flag_override_record *record);

struct key flag_override_key(const char *flag, const char *user);

#endif
