/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CLOCK_H
#define LMDB_STORE_CLOCK_H

/*
 * What is known of the wall clock, so that an agent that starts again can
 * tell a jump from time that passed. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

/* `boot`: the id of the boot that this is about. `offset_ms`: the wall clock
 * less the time since boot. `ahead_ms`: how far the wall clock jumped in this
 * boot, all jumps added up. */
#define CLOCK_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(str, boot)                                                           \
	F(num, offset_ms)                                                      \
	F(num, ahead_ms)
DECLARE_FIELDS(clock_record, CLOCK_RECORD)

MUST_USE enum err clock_put(struct txn *txn, const struct clock_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err clock_get(struct txn *txn, struct clock_record *record);

#endif
