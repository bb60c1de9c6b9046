/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_FLAG_CHANGE_H
#define LMDB_STORE_FLAG_CHANGE_H

/*
 * The last changes of flags, each with what was there before, so that it can be
 * taken back exactly. Numbered from 1 on. Times are seconds since 1970. Reading
 * and writing: see record.h.
 */

#include "lmdb-store/flag.h"

/* The oldest goes when there are more. */
#define FLAG_CHANGES_MAX 1000

/* `user`: of an override. `before` and its time and author: what the change
 * took the place of. `time` and `by`: of the change. */
#define FLAG_CHANGE_RECORD(F)                                                  \
	F(num, v)                                                              \
	F(num, seq)                                                            \
	F(str, flag)                                                           \
	F(opt_str, user)                                                       \
	F(num, before)                                                         \
	F(opt_num, before_changed)                                             \
	F(num, before_by)                                                      \
	F(num, after)                                                          \
	F(num, time)                                                           \
	F(num, by)
DECLARE_FIELDS(flag_change_record, FLAG_CHANGE_RECORD)

/* Writes the setting, and notes what it was before. */
MUST_USE enum err flag_change(struct txn *txn, const char *flag,
    const char *user, const struct flag_setting *setting);

/* Takes the last change back, which fills `record`. ERR_NOT_FOUND when there is
 * none. */
MUST_USE enum err
flag_change_undo(struct txn *txn, struct flag_change_record *record);

/* The first change after that number, 0: the oldest. ERR_NOT_FOUND. */
MUST_USE enum err flag_change_next(
    struct txn *txn, int64_t after, struct flag_change_record *record);

/* It cannot be taken back any more. */
MUST_USE enum err flag_change_remove(struct txn *txn, int64_t seq);

/* How many can be taken back. */
MUST_USE enum err flag_change_count(struct txn *txn, size_t *count);

#endif
