/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/upkeep.h"

#include "lmdb-store/key.h"

DEFINE_FIELDS(upkeep_record, UPKEEP_RECORD)

enum err
upkeep_put(struct txn *txn, const struct upkeep_record *record)
{
	return record_put(txn, TABLE_UPKEEP, text_slice(record->job),
	    upkeep_record_fields(), record);
}

enum err
upkeep_get(struct txn *txn, const char *job, struct upkeep_record *record)
{
	return record_get(
	    txn, TABLE_UPKEEP, text_slice(job), upkeep_record_fields(), record);
}
