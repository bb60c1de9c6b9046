/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CENSUS_H
#define LMDB_STORE_CENSUS_H

/*
 * How many records of a table are in each state: devices and sessions. Kept in
 * the transaction of each change, so that nobody has to go through all of them
 * to know. Reading and writing: see record.h.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

/* `of`: the name of the table. */
#define CENSUS_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(str, of)                                                             \
	F(str, state)                                                          \
	F(num, count)
DECLARE_FIELDS(census_record, CENSUS_RECORD)

/*
 * A record of the table goes over from one state to the other; NULL: it comes,
 * or goes. A number that is wrong is no reason to refuse what is counted: none
 * falls below 0, and `store check` tells.
 */
MUST_USE enum err census_move(
    struct txn *txn, enum table table, const char *from, const char *to);

/* 0 of a state that nobody is in. */
MUST_USE enum err census_get(
    struct txn *txn, enum table table, const char *state, int64_t *count);

/* In all states together. */
MUST_USE enum err census_sum(struct txn *txn, enum table table, int64_t *count);

/* What the number should be, by a walk through all records. */
MUST_USE enum err census_walk(
    struct txn *txn, enum table table, const char *state, int64_t *count);

/* What it is filed under. */
struct key census_key(const char *of, const char *state);

#endif
