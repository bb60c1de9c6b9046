/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/times.h"

#include <string.h>

struct key
times_key(int64_t time, const char *id)
{
	return key_numbered(time > 0 ? time : 0, id);
}

enum err
times_add(struct txn *txn, enum table table, int64_t time, const char *id)
{
	struct key key = times_key(time, id);
	struct slice value;
	enum err e;

	if (id[0] == '\0' || strlen(id) > TIMES_ID_MAX)
		return txn_fail(txn, ERR_INTERNAL);
	e = txn_get(txn, table, key_slice(&key), &value);
	if (e != ERR_NOT_FOUND)
		return e;
	return txn_put(txn, table, key_slice(&key), text_slice(""));
}

enum err
times_remove(struct txn *txn, enum table table, int64_t time, const char *id)
{
	struct key key = times_key(time, id);
	enum err e = txn_delete(txn, table, key_slice(&key));

	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_INTERNAL) : e;
}

enum err
times_first(
    struct txn *txn, enum table table, int64_t until, struct times_entry *entry)
{
	struct slice key;
	size_t size;
	enum err e = txn_next(txn, table, text_slice(NULL), &key, NULL);

	if (e != OK)
		return e;
	if (key.size <= KEY_NUMBER_SIZE ||
	    key.size > KEY_NUMBER_SIZE + TIMES_ID_MAX)
		return ERR_STORE;
	if (key_number(key.data) > until)
		return ERR_NOT_FOUND;
	size = key.size - KEY_NUMBER_SIZE;
	entry->time = key_number(key.data);
	memcpy(entry->id, slice_from(key, KEY_NUMBER_SIZE).data, size);
	entry->id[size] = '\0';
	return OK;
}
