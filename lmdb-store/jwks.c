/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/jwks.h"

#include "lmdb-store/key.h"

#include <string.h>

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

enum err
jwks_next_name(struct txn *txn, const char *after, char name[JWKS_NAME_SIZE])
{
	struct slice key;
	enum err e = txn_next(txn, TABLE_JWKS, text_slice(after), &key, NULL);

	if (e != OK)
		return e;
	memcpy(name, key.data, key.size);
	name[key.size] = '\0';
	return OK;
}

enum err
jwks_remove(struct txn *txn, const char *name)
{
	return txn_delete(txn, TABLE_JWKS, text_slice(name));
}
