/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/revoked.h"

#include <string.h>

DEFINE_FIELDS(revoked_record, REVOKED_RECORD)

static const char *const kinds[] = {
    [REVOKED_TOKEN] = "token",
    [REVOKED_DEVICE] = "device",
    [REVOKED_USER] = "user",
    [REVOKED_ISSUER] = "issuer",
    [REVOKED_ALL] = "all",
};

static struct key
mark_key(enum revoked_kind kind, const char *value)
{
	struct key key = {0};

	key_add_text(&key, kinds[kind]);
	key_add_end(&key);
	key_add_text(&key, value);
	return key;
}

static enum err
mark_get(struct txn *txn, const struct key *key, struct revoked_record *record)
{
	return record_get(txn, TABLE_REVOKED, key_slice(key),
	    revoked_record_fields(), record);
}

static enum err
index_drop(struct txn *txn, int64_t until, const struct key *mark)
{
	struct key key = key_before(until, key_slice(mark));
	enum err e = txn_delete(txn, TABLE_REVOKED_BY_EXPIRY, key_slice(&key));

	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_STORE) : e;
}

static enum err
write_mark(struct txn *txn, const struct key *mark,
    const struct revoked_record *record)
{
	struct key key = key_before(record->until, key_slice(mark));
	enum err e = record_put(txn, TABLE_REVOKED, key_slice(mark),
	    revoked_record_fields(), record);

	return e != OK ? e
		       : txn_put(txn, TABLE_REVOKED_BY_EXPIRY, key_slice(&key),
			     text_slice(""));
}

/* Borrows the strings of both. */
static struct revoked_record
stronger(const struct revoked_record *old, const struct revoked_record *new)
{
	struct revoked_record both = new->before > old->before ? *new : *old;

	both.until = new->until > old->until ? new->until : old->until;
	return both;
}

static enum err
strengthen(struct txn *txn, const struct key *key,
    const struct revoked_record *old, const struct revoked_record *mark)
{
	const struct revoked_record both = stronger(old, mark);
	enum err e = OK;

	if (both.until == old->until && both.before == old->before)
		return OK;
	if (both.until != old->until)
		e = index_drop(txn, old->until, key);
	return e == OK ? write_mark(txn, key, &both) : e;
}

enum err
revoked_put(struct txn *txn, enum revoked_kind kind, const char *value,
    const struct revoked_record *mark)
{
	auto_clear(revoked_record) struct revoked_record old = {0};
	size_t size = strlen(value);
	struct key key;
	enum err e;

	if (size == 0 || size > REVOKED_VALUE_MAX || mark->until < 0)
		return txn_fail(txn, ERR_INTERNAL);
	key = mark_key(kind, value);
	e = mark_get(txn, &key, &old);
	if (e == ERR_NOT_FOUND)
		return write_mark(txn, &key, mark);
	return e == OK ? strengthen(txn, &key, &old, mark) : e;
}

enum err
revoked_get(struct txn *txn, enum revoked_kind kind, const char *value,
    int64_t now, struct revoked_record *mark)
{
	auto_clear(revoked_record) struct revoked_record found = {0};
	struct key key = mark_key(kind, value);
	enum err e = mark_get(txn, &key, &found);

	if (e != OK)
		return e;
	if (now > found.until)
		return ERR_NOT_FOUND;
	revoked_record_clear(mark);
	*mark = found;
	found = (struct revoked_record){0};
	return OK;
}

enum err
revoked_next(struct txn *txn, struct key *at, struct revoked_record *mark)
{
	struct slice key;
	enum err e = txn_next(txn, TABLE_REVOKED, key_slice(at), &key, NULL);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_bytes(at, key.data, key.size);
	return mark_get(txn, at, mark);
}

enum err
revoked_rewrite(
    struct txn *txn, const struct key *at, const struct revoked_record *mark)
{
	return record_put(
	    txn, TABLE_REVOKED, key_slice(at), revoked_record_fields(), mark);
}

enum err
revoked_reword(struct txn *txn, enum revoked_kind kind, const char *value,
    const char *reason)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	struct key key = mark_key(kind, value);
	enum err e = mark_get(txn, &key, &mark);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	free(mark.reason);
	mark.reason = strdup(reason);
	return mark.reason != NULL ? revoked_rewrite(txn, &key, &mark)
				   : txn_fail(txn, ERR_NO_MEMORY);
}

/* The index entry is read from a page that the first deletion may change. */
static enum err
remove_mark(struct txn *txn, struct slice entry)
{
	struct key key = {0};
	struct slice mark;
	enum err e;

	key_add_bytes(&key, entry.data, entry.size);
	mark = slice_from(key_slice(&key), KEY_NUMBER_SIZE);
	e = txn_delete(txn, TABLE_REVOKED, mark);
	if (e == OK)
		e = txn_delete(txn, TABLE_REVOKED_BY_EXPIRY, key_slice(&key));
	return e == ERR_NOT_FOUND ? txn_fail(txn, ERR_STORE) : e;
}

enum err
revoked_sweep(struct txn *txn, int64_t now, size_t limit, size_t *done)
{
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK) {
		struct slice entry;

		e = txn_next(txn, TABLE_REVOKED_BY_EXPIRY, text_slice(NULL),
		    &entry, NULL);
		if (e == OK && entry.size <= KEY_NUMBER_SIZE)
			e = ERR_STORE;
		if (e == OK && key_number(entry.data) >= now)
			e = ERR_NOT_FOUND;
		if (e == OK)
			e = remove_mark(txn, entry);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
revoked_index(struct txn *txn, struct slice key)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	struct key at = {0};
	enum err e;

	key_add_bytes(&at, key.data, key.size);
	e = mark_get(txn, &at, &mark);
	if (e != OK)
		return e;
	at = key_before(mark.until, key_slice(&at));
	return txn_put(
	    txn, TABLE_REVOKED_BY_EXPIRY, key_slice(&at), text_slice(""));
}

enum err
revoked_count(struct txn *txn, size_t *count)
{
	return txn_entries(txn, TABLE_REVOKED, count);
}
