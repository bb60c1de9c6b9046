/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SCHEMA_H
#define LMDB_STORE_SCHEMA_H

/*
 * The version of all tables together, which is kept in the table meta. It rises
 * with each table that comes and each change that a reader has to know.
 */

#include "lmdb-store/table.h"

#include <stdbool.h>

#define SCHEMA_VERSION 1

/*
 * Reads the version. `*blank`: the store has none yet, it is new. Otherwise
 * ERR_STORE_NEWER when a newer jwt-agent wrote it.
 */
MUST_USE enum err schema_check(struct txn *txn, bool *blank);

/* Writes the version into a new store. */
MUST_USE enum err schema_create(struct txn *txn);

#endif
