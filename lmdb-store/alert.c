/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/alert.h"

#include "lmdb-store/key.h"

DEFINE_FIELDS(alert_record, ALERT_RECORD)

enum err
alert_put(struct txn *txn, const struct alert_record *record)
{
	return record_put(txn, TABLE_ALERT, text_slice(record->name),
	    alert_record_fields(), record);
}

enum err
alert_get(struct txn *txn, const char *name, struct alert_record *record)
{
	return record_get(
	    txn, TABLE_ALERT, text_slice(name), alert_record_fields(), record);
}

enum err
alert_next(struct txn *txn, struct alert_record *record)
{
	const char *after = record->name != NULL ? record->name : "";

	return record_next(
	    txn, TABLE_ALERT, text_slice(after), alert_record_fields(), record);
}

enum err
alert_remove(struct txn *txn, const char *name)
{
	return txn_delete(txn, TABLE_ALERT, text_slice(name));
}
