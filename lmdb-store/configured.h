/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CONFIGURED_H
#define LMDB_STORE_CONFIGURED_H

/*
 * With which configuration the agent started last, in the table meta: a keyed
 * digest of each key that was set, so that a change of it can be told, and no
 * value is kept. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

/* `keys`: "[service sshd] audience", and the digest as base64url. */
#define CONFIGURED_RECORD(F)                                                   \
	F(num, v)                                                              \
	F(object, keys)
DECLARE_FIELDS(configured_record, CONFIGURED_RECORD)

/* ERR_NOT_FOUND before the first start. */
MUST_USE enum err
configured_get(struct txn *txn, struct configured_record *record);
MUST_USE enum err
configured_put(struct txn *txn, const struct configured_record *record);

#endif
