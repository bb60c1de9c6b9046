/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/clock.h"

#include "lmdb-store/key.h"

#define CLOCK_KEY "clock"

DEFINE_FIELDS(clock_record, CLOCK_RECORD)

enum err
clock_put(struct txn *txn, const struct clock_record *record)
{
	return record_put(txn, TABLE_META, text_slice(CLOCK_KEY),
	    clock_record_fields(), record);
}

enum err
clock_get(struct txn *txn, struct clock_record *record)
{
	return record_get(txn, TABLE_META, text_slice(CLOCK_KEY),
	    clock_record_fields(), record);
}
