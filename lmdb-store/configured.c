/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/configured.h"

#include "lmdb-store/key.h"

#define CONFIGURED_KEY "configured"

DEFINE_FIELDS(configured_record, CONFIGURED_RECORD)

enum err
configured_get(struct txn *txn, struct configured_record *record)
{
	return record_get(txn, TABLE_META, text_slice(CONFIGURED_KEY),
	    configured_record_fields(), record);
}

enum err
configured_put(struct txn *txn, const struct configured_record *record)
{
	return record_put(txn, TABLE_META, text_slice(CONFIGURED_KEY),
	    configured_record_fields(), record);
}
