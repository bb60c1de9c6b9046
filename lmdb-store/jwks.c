/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/jwks.h"

#include "lmdb-store/key.h"

DEFINE_FIELDS(jwks_record, JWKS_RECORD)

enum err
jwks_put(struct txn *txn, const struct jwks_record *record)
{
	return record_put(txn, TABLE_JWKS, text_slice(record->name),
	    jwks_record_fields(), record);
}

enum err
jwks_get(struct txn *txn, const char *name, struct jwks_record *record)
{
	return record_get(
	    txn, TABLE_JWKS, text_slice(name), jwks_record_fields(), record);
}
