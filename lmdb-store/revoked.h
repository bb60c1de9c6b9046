/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_REVOKED_H
#define LMDB_STORE_REVOKED_H

/*
 * What is revoked by name: single tokens by their jti, families and devices
 * by their id. A mark holds until the last token it could concern has
 * expired. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

/* A longer name has to be hashed by the caller, for both calls. */
#define REVOKED_VALUE_MAX 256

enum revoked_kind {
	REVOKED_JTI,
	REVOKED_FAMILY,
	REVOKED_DEVICE,
};

#define REVOKED_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(num, until)
DECLARE_FIELDS(revoked_record, REVOKED_RECORD)

/* Marks it through the second `until`; a mark that holds longer stays.
 * ERR_INTERNAL for a value that is empty or too long. */
MUST_USE enum err revoked_put(
    struct txn *txn, enum revoked_kind kind, const char *value, int64_t until);

MUST_USE enum err revoked_has(struct txn *txn, enum revoked_kind kind,
    const char *value, int64_t now, bool *revoked);

#endif
