/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/holding.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UID_TEXT_SIZE 24

DEFINE_FIELDS(holding_record, HOLDING_RECORD)

/* What all entries of a user begin with, but for what ends the uid. */
static struct key
user_key(int64_t version, int64_t uid)
{
	struct key key = key_numbered(version, "");
	char text[UID_TEXT_SIZE];

	snprintf(text, sizeof(text), "%" PRId64, uid);
	key_add_text(&key, text);
	return key;
}

struct key
holding_key(const struct holder *holder)
{
	struct key key = user_key(holder->version, holder->uid);

	key_add_end(&key);
	key_add_text(&key, holder->family);
	return key;
}

enum err
holding_has_user(struct txn *txn, int64_t version, int64_t uid, bool *any)
{
	struct key prefix = user_key(version, uid);
	struct slice key;
	enum err e;

	key_add_end(&prefix);
	e = txn_next(
	    txn, TABLE_FAMILY_BY_CLAIMS, key_slice(&prefix), &key, NULL);
	*any = e == OK && slice_has_prefix(key, key_slice(&prefix));
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
has(struct txn *txn, const struct key *key)
{
	struct slice value;

	return txn_get(txn, TABLE_FAMILY_BY_CLAIMS, key_slice(key), &value);
}

static enum err
get_counts(struct txn *txn, int64_t version, struct holding_record *record)
{
	struct key key = key_numbered(version, "");
	enum err e = record_get(txn, TABLE_HOLDING, key_slice(&key),
	    holding_record_fields(), record);

	record->version = version;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
put_counts(struct txn *txn, const struct holding_record *record)
{
	struct key key = key_numbered(record->version, "");

	if (record->devices > 0)
		return record_put(txn, TABLE_HOLDING, key_slice(&key),
		    holding_record_fields(), record);
	return txn_delete(txn, TABLE_HOLDING, key_slice(&key));
}

static enum err
count(struct txn *txn, int64_t version, int64_t devices, int64_t users)
{
	auto_clear(holding_record) struct holding_record record = {0};
	enum err e = get_counts(txn, version, &record);

	if (e != OK)
		return e;
	record.devices += devices;
	record.users += users;
	e = put_counts(txn, &record);
	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_INTERNAL) : e;
}

enum err
holding_add(struct txn *txn, const struct holder *holder)
{
	struct key key = holding_key(holder);
	bool any = false;
	enum err e = has(txn, &key);

	if (e != ERR_NOT_FOUND)
		return e;
	e = holding_has_user(txn, holder->version, holder->uid, &any);
	if (e == OK)
		e = txn_put(txn, TABLE_FAMILY_BY_CLAIMS, key_slice(&key),
		    text_slice(""));
	return e == OK ? count(txn, holder->version, 1, any ? 0 : 1) : e;
}

enum err
holding_remove(struct txn *txn, const struct holder *holder)
{
	struct key key = holding_key(holder);
	bool any = false;
	enum err e = txn_delete(txn, TABLE_FAMILY_BY_CLAIMS, key_slice(&key));

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	e = holding_has_user(txn, holder->version, holder->uid, &any);
	return e == OK ? count(txn, holder->version, -1, any ? 0 : -1) : e;
}

enum err
holding_next(struct txn *txn, int64_t after, struct holding_record *record)
{
	struct key key = key_numbered(after, "");

	return record_next(txn, TABLE_HOLDING, key_slice(&key),
	    holding_record_fields(), record);
}

/* The uid of an entry's key, which ends with a zero byte. */
static enum err
read_place(struct slice key, struct holding_place *place)
{
	const char *uid, *end;

	if (key.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	uid = slice_from(key, KEY_NUMBER_SIZE).data;
	end = memchr(uid, '\0', key.size - KEY_NUMBER_SIZE);
	if (end == NULL)
		return ERR_STORE;
	place->version = key_number(key.data);
	place->uid = strtoll(uid, NULL, 10);
	return OK;
}

enum err
holding_next_user(struct txn *txn, int64_t below, struct holding_place *place)
{
	struct key after = user_key(place->version, place->uid);
	struct slice key;
	enum err e;

	/* behind all that the user has, and before any longer number */
	key_add_bytes(&after, "\1", 1);
	e = txn_next(
	    txn, TABLE_FAMILY_BY_CLAIMS, key_slice(&after), &key, NULL);
	if (e == OK && key.size >= KEY_NUMBER_SIZE &&
	    key_number(key.data) >= below)
		return ERR_NOT_FOUND;
	return e == OK ? read_place(key, place) : e;
}

enum err
holding_count(struct txn *txn, int64_t version, struct holding_record *record)
{
	struct key prefix = key_numbered(version, "");
	struct holding_place place = {0, 0}, last = {0, 0};
	struct slice key;
	enum err e = txn_next(
	    txn, TABLE_FAMILY_BY_CLAIMS, key_slice(&prefix), &key, NULL);

	*record = (struct holding_record){.version = version};
	while (e == OK && slice_has_prefix(key, key_slice(&prefix))) {
		e = read_place(key, &place);
		record->users += record->devices == 0 || place.uid != last.uid;
		record->devices++;
		last = place;
		if (e == OK)
			e = txn_next(
			    txn, TABLE_FAMILY_BY_CLAIMS, key, &key, NULL);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
