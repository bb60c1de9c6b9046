/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/restored.h"

#include "lmdb-store/key.h"

#define RESTORED_KEY "restored"

DEFINE_FIELDS(restored_record, RESTORED_RECORD)

enum err
restored_put(struct txn *txn, const struct restored_record *record)
{
	return record_put(txn, TABLE_META, text_slice(RESTORED_KEY),
	    restored_record_fields(), record);
}

enum err
restored_get(struct txn *txn, struct restored_record *record)
{
	return record_get(txn, TABLE_META, text_slice(RESTORED_KEY),
	    restored_record_fields(), record);
}

enum err
restored_remove(struct txn *txn)
{
	return txn_delete(txn, TABLE_META, text_slice(RESTORED_KEY));
}
