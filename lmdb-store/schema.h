/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SCHEMA_H
#define LMDB_STORE_SCHEMA_H

/*
 * The version of all tables together, which is kept in the table meta. It rises
 * with each table that comes and each change that a reader has to know; the
 * steps between the versions are the files step_N.c.
 */

#include "lmdb-store/error.h"
#include "lmdb-store/key.h"
#include "lmdb-store/table.h"

#include <stdbool.h>

/*
 * 1  the first
 * 2  jwks, replay and device_by_origin came; a device need not have a family
 * 3  marks that end, login codes, and indexes by which devices, families and
 *    sessions are counted, shown and swept
 * 4  several data keys and a hash key; signing keys that are to come, and some
 *    that only verify
 * 5  the events of the audit are linked
 * 6  families know the version of their claims; users have attributes
 */
#define SCHEMA_VERSION 6

/* What is written as the version while a step is under way: every jwt-agent
 * that does not know of steps takes it for a newer one. */
#define SCHEMA_UNDER_WAY 1000000

/* All zero is a blank store. */
struct schema {
	int64_t version; /* the step's while one is under way */
	bool under_way;
	bool down;	  /* on the way to the version before */
	int64_t phase;	  /* in the step's list */
	struct key after; /* the last entry of the phase that is done */
};

/* ERR_STORE_NEWER when a newer jwt-agent wrote the store, or began a step
 * that this one does not know: `schema` is filled then, too. */
MUST_USE enum err schema_read(struct txn *txn, struct schema *schema);

/* ERR_STORE_NEWER with a sentence: which versions they are, and the way back. */
enum err schema_refuse_newer(
    const struct schema *schema, const char *path, struct store_error *why);

MUST_USE enum err schema_write(struct txn *txn, const struct schema *schema);

#endif
