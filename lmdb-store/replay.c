/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/replay.h"

#include "lmdb-store/key.h"

#include <string.h>

DEFINE_FIELDS(replay_record, REPLAY_RECORD)

enum err
replay_put(struct txn *txn, const char *hash, int64_t until)
{
	const struct replay_record record = {.until = until};
	struct key key = key_numbered(until, hash);
	enum err e = record_put(txn, TABLE_REPLAY, text_slice(hash),
	    replay_record_fields(), &record);

	return e != OK ? e
		       : txn_put(txn, TABLE_REPLAY_BY_EXPIRY, key_slice(&key),
			     text_slice(""));
}

enum err
replay_has(struct txn *txn, const char *hash, bool *used)
{
	struct slice value;
	enum err e = txn_get(txn, TABLE_REPLAY, text_slice(hash), &value);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*used = e == OK;
	return OK;
}

/* The index entry is read from a page that the first deletion may change. */
static enum err
remove_mark(struct txn *txn, struct slice entry)
{
	struct key key = {0};
	struct slice hash;
	enum err e;

	key_add_bytes(&key, entry.data, entry.size);
	hash = slice_from(key_slice(&key), KEY_NUMBER_SIZE);
	e = txn_delete(txn, TABLE_REPLAY, hash);
	if (e == OK)
		e = txn_delete(txn, TABLE_REPLAY_BY_EXPIRY, key_slice(&key));
	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_STORE) : e;
}

static enum err
remove_first(struct txn *txn, int64_t now)
{
	struct slice entry;
	enum err e = txn_next(
	    txn, TABLE_REPLAY_BY_EXPIRY, text_slice(NULL), &entry, NULL);

	if (e != OK)
		return e;
	if (entry.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	if (key_number(entry.data) >= now)
		return ERR_NOT_FOUND;
	return remove_mark(txn, entry);
}

enum err
replay_sweep(struct txn *txn, int64_t now, size_t limit, size_t *done)
{
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK)
		e = remove_first(txn, now);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
replay_count(struct txn *txn, size_t *count)
{
	return txn_entries(txn, TABLE_REPLAY, count);
}
