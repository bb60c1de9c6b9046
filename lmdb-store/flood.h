/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_FLOOD_H
#define LMDB_STORE_FLOOD_H

/*
 * A flood of denials is summed up. Denials are alike when they have the same
 * event, reason, service, caller's uid and network of the rhost. The first of
 * them begins a window of FLOOD_SECONDS; FLOOD_EACH of a window are recorded
 * each, and further ones are counted here, in the transaction that they share
 * with everything else of their turn. When the window has ended one event with
 * the count goes into the audit in their place, so that each denial is either a
 * record or in a count, whenever the agent is killed.
 *
 * There are at most FLOOD_WINDOWS_MAX windows, and beyond FLOOD_BUSY only the
 * first denial of each is recorded by itself. What would begin another one is
 * counted in one for its event and reason, whose network is FLOOD_OTHER. So the
 * audit grows by a bounded number of events a minute, whoever asks from
 * wherever; and what is the first of its kind is always recorded.
 */

#include "lmdb-store/audit_record.h"
#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

#define FLOOD_SECONDS 60
#define FLOOD_EACH 20
#define FLOOD_BUSY 256
#define FLOOD_WINDOWS_MAX 4096
#define FLOOD_USERS_MAX 16 /* that are told apart */
#define FLOOD_OTHER "elsewhere"

/* `id`: what the window is filed under. `due`: when it ends, on the clock that
 * does not jump. `recorded`: of its denials, each by itself; `count` of them
 * not, from `first` to `last` (seconds since 1970). `users`: a keyed hash of
 * each that is told apart; `more_users`: there are others. */
#define FLOOD_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(str, id)                                                             \
	F(str, event)                                                          \
	F(str, reason)                                                         \
	F(opt_str, service)                                                    \
	F(opt_str, network)                                                    \
	F(num, caller_uid)                                                     \
	F(num, due)                                                            \
	F(num, recorded)                                                       \
	F(opt_num, count)                                                      \
	F(opt_num, first)                                                      \
	F(opt_num, last)                                                       \
	F(strs, users)                                                         \
	F(opt_flag, more_users)
DECLARE_FIELDS(flood_record, FLOOD_RECORD)

/* One more denial, at `now` on the clock that does not jump. `summed`: it is in
 * the count, and is not to be recorded by itself. */
MUST_USE enum err flood_add(struct txn *txn, const struct seal *seal,
    const struct audit_record *denial, int64_t now, bool *summed);

/* The first window that ended at `until` or before. ERR_NOT_FOUND. */
MUST_USE enum err
flood_first_due(struct txn *txn, int64_t until, struct flood_record *record);

MUST_USE enum err
flood_remove(struct txn *txn, const struct flood_record *record);

#endif
