/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/aside.h"

#include <string.h>

/* A whole record, or members of one that stayed. */
#define ASIDE_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(opt_object, record)                                                  \
	F(opt_object, members)
DECLARE_FIELDS(aside_record, ASIDE_RECORD)
DEFINE_FIELDS(aside_record, ASIDE_RECORD)

static struct key
aside_key(int64_t version, enum table table, struct slice key)
{
	struct key at = {0};

	key_add_number(&at, version);
	key_add_text(&at, table_name(table));
	key_add_end(&at);
	key_add_bytes(&at, key.data, key.size);
	return at;
}

static enum err
write_aside(const struct step_entry *entry, const struct aside_record *record)
{
	struct key at = aside_key(entry->version, entry->table, entry->key);

	return record_put(entry->txn, TABLE_ASIDE, key_slice(&at),
	    aside_record_fields(), record);
}

/* What is only read, in a record that wants to own it. */
static json_t *
borrow(const json_t *json)
{
	return (json_t *)(uintptr_t)json;
}

enum err
aside_put(const struct step_entry *entry, const json_t *record)
{
	const struct aside_record aside = {.record = borrow(record)};
	enum err e = write_aside(entry, &aside);

	return e == OK ? step_delete(entry) : e;
}

enum err
aside_keep(const struct step_entry *entry, const json_t *members)
{
	const struct aside_record aside = {.members = borrow(members)};

	return write_aside(entry, &aside);
}

/* Moves them from one object to the other. */
static enum err
move_members(json_t *from, json_t *to, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		json_t *value = json_object_get(from, names[i]);

		if (value == NULL)
			continue;
		if (json_object_set(to, names[i], value) != 0)
			return ERR_NO_MEMORY;
		json_object_del(from, names[i]);
	}
	return OK;
}

enum err
aside_put_members(
    const struct step_entry *entry, json_t *record, const char *const *names)
{
	auto_json json_t *members = json_object();
	enum err e;

	if (members == NULL)
		return txn_fail(entry->txn, ERR_NO_MEMORY);
	e = move_members(record, members, names);
	if (e != OK)
		return txn_fail(entry->txn, e);
	if (json_object_size(members) == 0)
		return OK;
	e = aside_keep(entry, members);
	return e == OK
	    ? record_write(entry->txn, entry->table, entry->key, record)
	    : e;
}

enum err
aside_has(
    const struct step_entry *entry, enum table table, const char *id, bool *has)
{
	struct key at = aside_key(entry->version, table, text_slice(id));
	struct slice value;
	enum err e = txn_get(entry->txn, TABLE_ASIDE, key_slice(&at), &value);

	*has = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum table
find_table(const char *name)
{
	enum table table = 0;

	while (table < TABLE_COUNT && strcmp(table_name(table), name) != 0)
		table++;
	return table;
}

/* ERR_STORE when the key is none of this table; another step's has no
 * table. */
static enum err
read_key(const struct step_entry *entry, struct aside_taken *out)
{
	const char *name = (const char *)entry->key.data + KEY_NUMBER_SIZE;
	const char *end = NULL;
	size_t size;

	*out = (struct aside_taken){.table = TABLE_COUNT};
	if (entry->key.size > KEY_NUMBER_SIZE)
		end = memchr(name, '\0', entry->key.size - KEY_NUMBER_SIZE);
	if (end == NULL)
		return ERR_STORE;
	if (key_number(entry->key.data) != entry->version)
		return OK;
	out->table = find_table(name);
	size =
	    entry->key.size - (size_t)(end + 1 - (const char *)entry->key.data);
	key_add_bytes(&out->key, end + 1, size);
	return out->table < TABLE_COUNT ? OK : ERR_STORE;
}

static enum err
put_back(struct txn *txn, const struct aside_taken *to, const json_t *record)
{
	struct slice value;
	enum err e = txn_get(txn, to->table, key_slice(&to->key), &value);

	return e == ERR_NOT_FOUND
	    ? record_write(txn, to->table, key_slice(&to->key), record)
	    : e;
}

static enum err
merge(struct txn *txn, const struct aside_taken *to, json_t *members)
{
	auto_json json_t *record = NULL;
	struct slice value;
	enum err e = txn_get(txn, to->table, key_slice(&to->key), &value);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	e = record_parse(value, &record);
	if (e != OK)
		return e;
	if (json_object_update(record, members) != 0)
		return txn_fail(txn, ERR_NO_MEMORY);
	return record_write(txn, to->table, key_slice(&to->key), record);
}

enum err
aside_take(const struct step_entry *entry, struct aside_taken *out)
{
	auto_clear(aside_record) struct aside_record aside = {0};
	struct aside_taken taken;
	enum err e = read_key(entry, &taken);

	if (e == OK && taken.table == TABLE_COUNT) {
		*out = taken;
		return OK;
	}
	if (e == OK)
		e = record_get(entry->txn, TABLE_ASIDE, entry->key,
		    aside_record_fields(), &aside);
	if (e == OK && aside.record != NULL)
		e = put_back(entry->txn, &taken, aside.record);
	if (e == OK && aside.members != NULL)
		e = merge(entry->txn, &taken, aside.members);
	if (e == OK)
		e = step_delete(entry);
	if (e == OK)
		*out = taken;
	return e;
}
