/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/user.h"

#include "lmdb-store/key.h"

#include <inttypes.h>
#include <stdio.h>

DEFINE_FIELDS(user_record, USER_RECORD)

static struct key
key_of(int64_t uid)
{
	struct key key = {0};
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, uid);
	key_add_text(&key, text);
	return key;
}

enum err
user_put(struct txn *txn, const struct user_record *record)
{
	struct key key = key_of(record->uid);

	return record_put(
	    txn, TABLE_USER, key_slice(&key), user_record_fields(), record);
}

enum err
user_get(struct txn *txn, int64_t uid, struct user_record *record)
{
	struct key key = key_of(uid);
	enum err e = record_get(
	    txn, TABLE_USER, key_slice(&key), user_record_fields(), record);

	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
user_next(struct txn *txn, struct user_record *record)
{
	struct key after = {0};

	if (record->user != NULL)
		after = key_of(record->uid);
	return record_next(
	    txn, TABLE_USER, key_slice(&after), user_record_fields(), record);
}

enum err
user_remove(struct txn *txn, int64_t uid)
{
	struct key key = key_of(uid);

	return txn_delete(txn, TABLE_USER, key_slice(&key));
}
