/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/session.h"

#include "lmdb-store/census.h"
#include "lmdb-store/key.h"
#include "lmdb-store/times.h"

#include <string.h>

DEFINE_FIELDS(session_record, SESSION_RECORD)

bool
session_is_live(const struct session_record *record)
{
	return strcmp(record->state, SESSION_PENDING) == 0 ||
	    strcmp(record->state, SESSION_ACTIVE) == 0;
}

static struct key
device_key(const char *device, const char *id)
{
	struct key key = {0};

	key_add_text(&key, device);
	key_add_end(&key);
	key_add_text(&key, id);
	return key;
}

/* The keys that a record has in the two indexes; empty: it is not in it. */
static struct key
live_key(const struct session_record *record)
{
	if (record == NULL || !session_is_live(record))
		return (struct key){0};
	return device_key(record->device, record->id);
}

static struct key
due_key(const struct session_record *record)
{
	return record != NULL && record->due != 0
	    ? key_numbered(record->due, record->id)
	    : (struct key){0};
}

static struct key
end_key(const struct session_record *record)
{
	return record != NULL && !session_is_live(record)
	    ? key_numbered(record->ended, record->id)
	    : (struct key){0};
}

/* Every session has one, for good. */
static struct key
history_key(const struct session_record *record)
{
	return record != NULL ? device_key(record->device, record->id)
			      : (struct key){0};
}

static bool
same_key(const struct key *left, const struct key *right)
{
	return left->size == right->size && left->size <= KV_KEY_MAX &&
	    memcmp(left->data, right->data, left->size) == 0;
}

static enum err
index_move(struct txn *txn, enum table table, struct key before, struct key now)
{
	enum err e = OK;

	if (same_key(&before, &now))
		return OK;
	if (before.size > 0)
		e = txn_delete(txn, table, key_slice(&before));
	if (e == ERR_NOT_FOUND)
		return txn_fail(txn, ERR_INTERNAL);
	if (e == OK && now.size > 0)
		e = txn_put(txn, table, key_slice(&now), text_slice(""));
	return e;
}

enum err
session_put(struct txn *txn, const struct session_record *before,
    const struct session_record *now)
{
	enum err e;

	if (before != NULL && strcmp(before->id, now->id) != 0)
		return txn_fail(txn, ERR_INTERNAL);
	e = record_put(txn, TABLE_SESSION, text_slice(now->id),
	    session_record_fields(), now);
	if (e == OK)
		e = index_move(
		    txn, TABLE_SESSION_LIVE, live_key(before), live_key(now));
	if (e == OK)
		e = index_move(txn, TABLE_SESSION_BY_EXPIRY, due_key(before),
		    due_key(now));
	if (e == OK)
		e = index_move(
		    txn, TABLE_SESSION_BY_END, end_key(before), end_key(now));
	if (e == OK)
		e = index_move(txn, TABLE_SESSION_BY_DEVICE,
		    history_key(before), history_key(now));
	if (e == OK)
		e = census_move(txn, TABLE_SESSION,
		    before != NULL ? before->state : NULL, now->state);
	return e;
}

enum err
session_get(struct txn *txn, const char *id, struct session_record *record)
{
	enum err e = record_get(txn, TABLE_SESSION, text_slice(id),
	    session_record_fields(), record);

	return e == ERR_NOT_FOUND ? ERR_NO_SUCH_SESSION : e;
}

enum err
session_next(struct txn *txn, const char *after, struct session_record *record)
{
	return record_next(txn, TABLE_SESSION, text_slice(after),
	    session_record_fields(), record);
}

/* The record that an index has named. */
static enum err
get_indexed(struct txn *txn, struct slice id, struct session_record *record)
{
	enum err e =
	    record_get(txn, TABLE_SESSION, id, session_record_fields(), record);

	return e == ERR_NOT_FOUND ? ERR_STORE : e;
}

static enum err
next_live(struct txn *txn, struct slice after, struct slice prefix,
    struct session_record *record)
{
	struct slice key;
	const char *end;
	enum err e = txn_next(txn, TABLE_SESSION_LIVE, after, &key, NULL);

	if (e != OK)
		return e;
	if (!slice_has_prefix(key, prefix))
		return ERR_NOT_FOUND;
	end = memchr(key.data, '\0', key.size);
	if (end == NULL)
		return ERR_STORE;
	return get_indexed(txn,
	    slice_from(key, (size_t)(end + 1 - (const char *)key.data)),
	    record);
}

enum err
session_next_live(struct txn *txn, const char *after_device, const char *after,
    struct session_record *record)
{
	struct key from = {0};

	if (after_device != NULL && after != NULL)
		from = device_key(after_device, after);
	return next_live(txn, key_slice(&from), text_slice(NULL), record);
}

enum err
session_next_live_of_device(struct txn *txn, const char *device,
    const char *after, struct session_record *record)
{
	struct key prefix = device_key(device, "");
	struct key from = device_key(device, after != NULL ? after : "");

	return next_live(txn, key_slice(&from), key_slice(&prefix), record);
}

enum err
session_next_due(struct txn *txn, int64_t now, struct session_record *record)
{
	struct slice key;
	enum err e = txn_next(
	    txn, TABLE_SESSION_BY_EXPIRY, text_slice(NULL), &key, NULL);

	if (e != OK)
		return e;
	if (key.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	if (key_number(key.data) > now)
		return ERR_NOT_FOUND;
	return get_indexed(txn, slice_from(key, KEY_NUMBER_SIZE), record);
}

enum err
session_next_by_due(struct txn *txn, const struct session_record *after,
    struct session_record *record)
{
	struct key from = due_key(after);
	struct slice key;
	enum err e = txn_next(
	    txn, TABLE_SESSION_BY_EXPIRY, key_slice(&from), &key, NULL);

	if (e != OK)
		return e;
	if (key.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	return get_indexed(txn, slice_from(key, KEY_NUMBER_SIZE), record);
}

enum err
session_count_of_device(struct txn *txn, const char *device, int64_t *count)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = session_next_live_of_device(txn, device, NULL, &session);

	for (*count = 0; e == OK; ++*count)
		e = session_next_live_of_device(
		    txn, device, session.id, &session);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
session_live_count(struct txn *txn, size_t *count)
{
	return txn_entries(txn, TABLE_SESSION_LIVE, count);
}

enum err
session_prev_of_device(struct txn *txn, const char *device, const char *before,
    struct session_record *record)
{
	struct key prefix = device_key(device, "");
	struct key from = device_key(device, before != NULL ? before : "\xff");
	struct slice key;
	enum err e = txn_prev(
	    txn, TABLE_SESSION_BY_DEVICE, key_slice(&from), &key, NULL);

	if (e != OK)
		return e;
	if (!slice_has_prefix(key, key_slice(&prefix)))
		return ERR_NOT_FOUND;
	return get_indexed(txn, slice_from(key, prefix.size), record);
}

enum err
session_oldest_ended(
    struct txn *txn, int64_t until, struct session_record *record)
{
	struct times_entry first;
	enum err e = times_first(txn, TABLE_SESSION_BY_END, until, &first);

	return e == OK ? get_indexed(txn, text_slice(first.id), record) : e;
}

enum err
session_remove(struct txn *txn, const struct session_record *record)
{
	enum err e;

	if (session_is_live(record) || record->due != 0)
		return txn_fail(txn, ERR_INTERNAL);
	e = txn_delete(txn, TABLE_SESSION, text_slice(record->id));
	if (e == ERR_NOT_FOUND)
		return txn_fail(txn, ERR_INTERNAL);
	if (e == OK)
		e = index_move(txn, TABLE_SESSION_BY_END, end_key(record),
		    (struct key){0});
	if (e == OK)
		e = index_move(txn, TABLE_SESSION_BY_DEVICE,
		    history_key(record), (struct key){0});
	if (e == OK)
		e = census_move(txn, TABLE_SESSION, record->state, NULL);
	return e;
}

static enum err
index_ensure(struct txn *txn, enum table table, struct key key)
{
	struct slice value;
	enum err e;

	if (key.size == 0)
		return OK;
	e = txn_get(txn, table, key_slice(&key), &value);
	return e == ERR_NOT_FOUND
	    ? txn_put(txn, table, key_slice(&key), text_slice(""))
	    : e;
}

enum err
session_index(struct txn *txn, const struct session_record *record)
{
	enum err e = index_ensure(txn, TABLE_SESSION_LIVE, live_key(record));

	if (e == OK)
		e = index_ensure(txn, TABLE_SESSION_BY_EXPIRY, due_key(record));
	if (e == OK)
		e = index_ensure(txn, TABLE_SESSION_BY_END, end_key(record));
	if (e == OK)
		e = index_ensure(
		    txn, TABLE_SESSION_BY_DEVICE, history_key(record));
	return e;
}

static enum err
index_drop(struct txn *txn, enum table table, struct key key)
{
	enum err e = txn_delete(txn, table, key_slice(&key));

	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
session_unindex_due(struct txn *txn, const struct session_record *record)
{
	return index_drop(txn, TABLE_SESSION_BY_EXPIRY, due_key(record));
}

enum err
session_unindex(struct txn *txn, const struct session_record *record)
{
	enum err e = session_unindex_due(txn, record);

	return e == OK ? index_drop(txn, TABLE_SESSION_LIVE, live_key(record))
		       : e;
}
