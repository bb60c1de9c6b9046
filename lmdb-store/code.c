/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/code.h"

#include "lmdb-store/key.h"

#define HASH_DOMAIN "jwt-agent login code 1"

DEFINE_FIELDS(code_record, CODE_RECORD)

enum err
code_hash(const struct seal *seal, const char code[LOGINCODE_SIZE + 1],
    char hash[CODE_HASH_SIZE + 1])
{
	uint8_t bytes[SEAL_HASH_SIZE];
	enum err e = seal_hash(
	    seal, HASH_DOMAIN, (struct slice){code, LOGINCODE_SIZE}, bytes);

	if (e == OK)
		base64url_encode(hash, bytes, sizeof(bytes));
	return e;
}

enum err
code_put(struct txn *txn, const struct code_record *record)
{
	struct key by_user = key_numbered(record->uid, record->id);
	struct key by_expiry = key_numbered(record->expires, record->hash);
	enum err e = record_put(txn, TABLE_CODE, text_slice(record->hash),
	    code_record_fields(), record);

	if (e == OK)
		e = txn_put(txn, TABLE_CODE_BY_USER, key_slice(&by_user),
		    text_slice(record->hash));
	if (e == OK)
		e = txn_put(txn, TABLE_CODE_BY_EXPIRY, key_slice(&by_expiry),
		    text_slice(""));
	return e;
}

enum err
code_get(struct txn *txn, const char *hash, struct code_record *record)
{
	return record_get(
	    txn, TABLE_CODE, text_slice(hash), code_record_fields(), record);
}

/* The record that an index has named. */
static enum err
get_indexed(struct txn *txn, struct slice hash, struct code_record *record)
{
	enum err e =
	    record_get(txn, TABLE_CODE, hash, code_record_fields(), record);

	return e == ERR_NOT_FOUND ? ERR_STORE : e;
}

enum err
code_next_of_user(
    struct txn *txn, int64_t uid, const char *after, struct code_record *record)
{
	struct key prefix = key_numbered(uid, "");
	struct key from = key_numbered(uid, after != NULL ? after : "");
	struct slice key, hash;
	enum err e =
	    txn_next(txn, TABLE_CODE_BY_USER, key_slice(&from), &key, &hash);

	if (e != OK)
		return e;
	if (!slice_has_prefix(key, key_slice(&prefix)))
		return ERR_NOT_FOUND;
	return get_indexed(txn, hash, record);
}

enum err
code_remove(struct txn *txn, const struct code_record *record)
{
	struct key by_user = key_numbered(record->uid, record->id);
	struct key by_expiry = key_numbered(record->expires, record->hash);
	enum err e = txn_delete(txn, TABLE_CODE, text_slice(record->hash));

	if (e == OK)
		e = txn_delete(txn, TABLE_CODE_BY_USER, key_slice(&by_user));
	if (e == OK)
		e = txn_delete(
		    txn, TABLE_CODE_BY_EXPIRY, key_slice(&by_expiry));
	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_STORE) : e;
}

/* The code that ended first, if that was at `now` or before. */
static enum err
next_over(struct txn *txn, int64_t now, struct code_record *record)
{
	struct slice entry;
	enum err e =
	    txn_next(txn, TABLE_CODE_BY_EXPIRY, text_slice(NULL), &entry, NULL);

	if (e != OK)
		return e;
	if (entry.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	if (key_number(entry.data) > now)
		return ERR_NOT_FOUND;
	return get_indexed(txn, slice_from(entry, KEY_NUMBER_SIZE), record);
}

enum err
code_sweep(struct txn *txn, int64_t now, size_t limit, size_t *done)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK) {
		e = next_over(txn, now, &record);
		if (e == OK)
			e = code_remove(txn, &record);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
code_count(struct txn *txn, size_t *count)
{
	return txn_entries(txn, TABLE_CODE, count);
}
