/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_RESTORED_H
#define LMDB_STORE_RESTORED_H

/*
 * What a restore leaves in the table meta for the next start of the agent,
 * which audits it, carries out what was asked for and removes it. Reading and
 * writing: see record.h.
 */

#include "lmdb-store/record.h"

/* `time`: when it was restored; `backup`: what moment the store is of;
 * seconds since 1970. `revoke`: what was issued until the start is to be
 * refused. */
#define RESTORED_RECORD(F)                                                     \
	F(num, v)                                                              \
	F(num, time)                                                           \
	F(num, backup)                                                         \
	F(flag, revoke)
DECLARE_FIELDS(restored_record, RESTORED_RECORD)

/* Only the table meta has to be open. */
MUST_USE enum err
restored_put(struct txn *txn, const struct restored_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err restored_get(struct txn *txn, struct restored_record *record);
MUST_USE enum err restored_remove(struct txn *txn);

#endif
