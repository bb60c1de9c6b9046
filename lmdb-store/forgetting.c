/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/forgetting.h"

#include "lmdb-store/key.h"

#define PREFIX "forgetting "

DEFINE_FIELDS(forgetting_record, FORGETTING_RECORD)

static struct key
key_of(const char *pseudonym)
{
	struct key key = {0};

	key_add_text(&key, PREFIX);
	key_add_text(&key, pseudonym);
	return key;
}

enum err
forgetting_put(struct txn *txn, const struct forgetting_record *record)
{
	struct key key = key_of(record->pseudonym);

	return record_put(txn, TABLE_META, key_slice(&key),
	    forgetting_record_fields(), record);
}

static enum err
first(struct txn *txn, struct forgetting_record *record)
{
	struct slice key;
	enum err e = txn_next(txn, TABLE_META, text_slice(PREFIX), &key, NULL);

	if (e == OK && !slice_has_prefix(key, text_slice(PREFIX)))
		e = ERR_NOT_FOUND;
	return e == OK ? record_get(txn, TABLE_META, key,
			     forgetting_record_fields(), record)
		       : e;
}

enum err
forgetting_get(
    struct txn *txn, const char *pseudonym, struct forgetting_record *record)
{
	struct key key;

	if (pseudonym == NULL)
		return first(txn, record);
	key = key_of(pseudonym);
	return record_get(txn, TABLE_META, key_slice(&key),
	    forgetting_record_fields(), record);
}

enum err
forgetting_remove(struct txn *txn, const struct forgetting_record *record)
{
	struct key key = key_of(record->pseudonym);
	enum err e = txn_delete(txn, TABLE_META, key_slice(&key));

	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_INTERNAL) : e;
}
