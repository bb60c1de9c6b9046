/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/device.h"

#include "lmdb-store/census.h"
#include "lmdb-store/key.h"
#include "lmdb-store/times.h"

#include <string.h>

DEFINE_FIELDS(device_record, DEVICE_RECORD)

/* An entry that is there is not written again: it would cost a page. */
static enum err
index_put(struct txn *txn, enum table table, struct slice key, const char *id)
{
	struct slice value;
	enum err e = txn_get(txn, table, key, &value);

	if (e != ERR_NOT_FOUND)
		return e;
	return txn_put(txn, table, key, text_slice(id));
}

/* One that is not there need not be taken out. */
static enum err
index_delete(struct txn *txn, enum table table, struct slice key)
{
	struct slice value;
	enum err e = txn_get(txn, table, key, &value);

	if (e == OK)
		e = txn_delete(txn, table, key);
	return e == ERR_NOT_FOUND ? OK : e;
}

static int64_t
alive_of(const struct device_record *record)
{
	return record->alive != 0 ? record->alive : record->created;
}

enum err
device_index(struct txn *txn, const struct device_record *record)
{
	struct key key = key_numbered(record->uid, record->id);
	bool active = strcmp(record->state, DEVICE_ACTIVE) == 0;
	enum err e = index_put(txn, TABLE_DEVICE_BY_USER, key_slice(&key), "");

	if (e == OK && active)
		e = index_put(txn, TABLE_DEVICE_ACTIVE, key_slice(&key), "");
	if (e == OK && !active)
		e = index_delete(txn, TABLE_DEVICE_ACTIVE, key_slice(&key));
	if (e == OK && record->origin != NULL)
		e = index_put(txn, TABLE_DEVICE_BY_ORIGIN,
		    text_slice(record->origin), record->id);
	if (e == OK)
		e = times_add(
		    txn, TABLE_DEVICE_BY_TIME, alive_of(record), record->id);
	return e;
}

static bool
stays_active(struct txn *txn, const struct device_record *record)
{
	struct key key = key_numbered(record->uid, record->id);
	struct slice value;

	return strcmp(record->state, DEVICE_ACTIVE) == 0 &&
	    txn_get(txn, TABLE_DEVICE_ACTIVE, key_slice(&key), &value) == OK;
}

/* Before it is written. Of a device that was active and is, as each login
 * writes it, the record is not read for that. */
static enum err
count_state(struct txn *txn, const struct device_record *record)
{
	auto_clear(device_record) struct device_record before = {0};
	enum err e;

	if (stays_active(txn, record))
		return OK;
	e = device_get(txn, record->id, &before);
	if (e != OK && e != ERR_NO_SUCH_DEVICE)
		return e;
	return census_move(txn, TABLE_DEVICE, before.state, record->state);
}

enum err
device_put(struct txn *txn, const struct device_record *record)
{
	enum err e = count_state(txn, record);

	if (e == OK)
		e = record_put(txn, TABLE_DEVICE, text_slice(record->id),
		    device_record_fields(), record);
	return e == OK ? device_index(txn, record) : e;
}

enum err
device_get(struct txn *txn, const char *id, struct device_record *record)
{
	enum err e = record_get(
	    txn, TABLE_DEVICE, text_slice(id), device_record_fields(), record);

	return e == ERR_NOT_FOUND ? ERR_NO_SUCH_DEVICE : e;
}

/* The record that an index has named. */
static enum err
get_indexed(struct txn *txn, struct slice id, struct device_record *record)
{
	enum err e =
	    record_get(txn, TABLE_DEVICE, id, device_record_fields(), record);

	return e == ERR_NOT_FOUND ? ERR_STORE : e;
}

enum err
device_get_by_origin(
    struct txn *txn, const char *origin, struct device_record *record)
{
	struct slice id;
	enum err e =
	    txn_get(txn, TABLE_DEVICE_BY_ORIGIN, text_slice(origin), &id);

	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_NO_SUCH_DEVICE : e;
	return get_indexed(txn, id, record);
}

enum err
device_next(struct txn *txn, const char *after, struct device_record *record)
{
	return record_next(txn, TABLE_DEVICE, text_slice(after),
	    device_record_fields(), record);
}

enum err
device_next_of_user(struct txn *txn, int64_t uid, const char *after,
    struct device_record *record)
{
	struct key prefix = key_numbered(uid, "");
	struct key from = key_numbered(uid, after != NULL ? after : "");
	struct slice key;
	enum err e =
	    txn_next(txn, TABLE_DEVICE_BY_USER, key_slice(&from), &key, NULL);

	if (e != OK)
		return e;
	if (!slice_has_prefix(key, key_slice(&prefix)))
		return ERR_NOT_FOUND;
	return get_indexed(txn, slice_from(key, KEY_NUMBER_SIZE), record);
}

enum err
device_first_from_uid(
    struct txn *txn, int64_t uid, struct device_record *record)
{
	struct key from = key_numbered(uid, "");
	struct slice key;
	enum err e =
	    txn_seek(txn, TABLE_DEVICE_BY_USER, key_slice(&from), &key, NULL);

	if (e != OK)
		return e;
	if (key.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	return get_indexed(txn, slice_from(key, KEY_NUMBER_SIZE), record);
}

enum err
device_count(struct txn *txn, size_t *count)
{
	return txn_entries(txn, TABLE_DEVICE, count);
}

enum err
device_count_active(struct txn *txn, int64_t uid, size_t limit, size_t *count)
{
	struct key prefix = key_numbered(uid, "");
	struct key at = prefix;
	struct slice key;
	enum err e = OK;
	size_t found = 0;

	while (e == OK && found < limit) {
		e = txn_next(
		    txn, TABLE_DEVICE_ACTIVE, key_slice(&at), &key, NULL);
		if (e == OK && !slice_has_prefix(key, key_slice(&prefix)))
			e = ERR_NOT_FOUND;
		if (e != OK)
			break;
		found++;
		at = (struct key){0};
		key_add_bytes(&at, key.data, key.size);
	}
	*count = found;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
device_oldest(struct txn *txn, int64_t until, struct device_record *record)
{
	struct times_entry first;
	enum err e = times_first(txn, TABLE_DEVICE_BY_TIME, until, &first);

	return e == OK ? get_indexed(txn, text_slice(first.id), record) : e;
}

enum err
device_keep(struct txn *txn, struct device_record *record, int64_t alive)
{
	enum err e = times_remove(
	    txn, TABLE_DEVICE_BY_TIME, alive_of(record), record->id);

	if (e != OK)
		return e;
	record->alive = alive;
	return device_put(txn, record);
}

enum err
device_unindex(struct txn *txn, const struct device_record *record)
{
	struct key key = key_numbered(record->uid, record->id);
	enum err e = index_delete(txn, TABLE_DEVICE_BY_USER, key_slice(&key));

	if (e == OK)
		e = index_delete(txn, TABLE_DEVICE_ACTIVE, key_slice(&key));
	if (e == OK && record->origin != NULL)
		e = index_delete(
		    txn, TABLE_DEVICE_BY_ORIGIN, text_slice(record->origin));
	return e;
}

enum err
device_remove(struct txn *txn, const struct device_record *record)
{
	struct key key = key_numbered(record->uid, record->id);
	enum err e = txn_delete(txn, TABLE_DEVICE, text_slice(record->id));

	if (e == OK)
		e = txn_delete(txn, TABLE_DEVICE_BY_USER, key_slice(&key));
	if (e == OK)
		e = index_delete(txn, TABLE_DEVICE_ACTIVE, key_slice(&key));
	if (e == OK && record->origin != NULL)
		e = txn_delete(
		    txn, TABLE_DEVICE_BY_ORIGIN, text_slice(record->origin));
	if (e == OK)
		e = times_remove(
		    txn, TABLE_DEVICE_BY_TIME, alive_of(record), record->id);
	if (e == OK)
		e = census_move(txn, TABLE_DEVICE, record->state, NULL);
	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_INTERNAL) : e;
}
