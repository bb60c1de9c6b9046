/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SCHEMA_H
#define LMDB_STORE_SCHEMA_H

/*
 * The version of all tables together, which is kept in the table meta. It rises
 * with each table that comes and each change that a reader has to know.
 */

#include "lmdb-store/table.h"

#include <stdbool.h>

/*
 * 1  the first
 * 2  jwks, replay and device_by_origin came; a device need not have a family
 * 3  marks that end, login codes, and indexes by which devices, families and
 *    sessions are counted, shown and swept
 */
#define SCHEMA_VERSION 3

/* What a store is to this jwt-agent. */
enum schema_state {
	SCHEMA_BLANK, /* it is new: it has no version yet */
	SCHEMA_OLDER,
	SCHEMA_CURRENT,
};

/* Reads the version. ERR_STORE_NEWER when a newer jwt-agent wrote it. */
MUST_USE enum err schema_check(struct txn *txn, enum schema_state *state);

/* Makes the indexes that an older store does not have; its tables are open. So
 * far no record had to be changed. */
MUST_USE enum err schema_upgrade(struct txn *txn);

/* Writes the version into a new or an older store. */
MUST_USE enum err schema_write(struct txn *txn);

#endif
