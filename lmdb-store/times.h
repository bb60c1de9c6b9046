/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_TIMES_H
#define LMDB_STORE_TIMES_H

/*
 * Indexes by time: entries of a time (seconds since 1970; what is before is as
 * 0) and an id, the earliest first. What is swept is found by them, without looking
 * at anything else.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/table.h"

#include <stdbool.h>

#define TIMES_ID_MAX 128

struct times_entry {
	int64_t time;
	char id[TIMES_ID_MAX + 1];
};

struct key times_key(int64_t time, const char *id);

/* One that is there already is not written again. */
MUST_USE enum err
times_add(struct txn *txn, enum table table, int64_t time, const char *id);

/* ERR_INTERNAL, which the transaction carries, when it is not there. */
MUST_USE enum err
times_remove(struct txn *txn, enum table table, int64_t time, const char *id);

/* The first entry, if it is at `until` or before. ERR_NOT_FOUND, ERR_STORE. */
MUST_USE enum err times_first(struct txn *txn, enum table table, int64_t until,
    struct times_entry *entry);

#endif
