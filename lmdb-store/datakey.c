/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/datakey.h"

#include "lmdb-store/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Keys in the table meta: the prefix, and the id in hexadecimal or "hash". */
#define PREFIX "datakey/"
#define NAME_SIZE (sizeof(PREFIX) + 16)
#define HASH_ID 0
#define FIRST_ID 1
#define MASTER_KEY "master"
#define MASTER_ID 0

/* Of schema 3. */
#define OLD_KEY "data_key"

#define OLD_RECORD(F)                                                          \
	F(num, v)                                                              \
	F(num, id)                                                             \
	F(str, key)
DECLARE_FIELDS(old_record, OLD_RECORD)
DEFINE_FIELDS(old_record, OLD_RECORD)

static const struct seal_place old_place = {
    "meta", {OLD_KEY, sizeof(OLD_KEY) - 1}, "key"};

DEFINE_FIELDS(datakey_record, DATAKEY_RECORD)
DEFINE_FIELDS(master_record, MASTER_RECORD)

static void
write_name(int64_t id, char name[NAME_SIZE])
{
	if (id == HASH_ID)
		snprintf(name, NAME_SIZE, PREFIX "hash");
	else
		snprintf(name, NAME_SIZE, PREFIX "%08" PRIx32, (uint32_t)id);
}

static struct seal_place
place_of(const char *name)
{
	return (struct seal_place){
	    table_name(TABLE_META), text_slice(name), "key"};
}

/* A record stands where its id says. */
static bool
has_name(const struct datakey_record *record, const char *name)
{
	char own[NAME_SIZE];

	write_name(record->id, own);
	return record->id >= 0 && record->id <= UINT32_MAX &&
	    strcmp(own, name) == 0;
}

/* The next behind `name`, which becomes its name; the hash key is the last. */
static enum err
next_of(struct txn *txn, char name[NAME_SIZE], struct datakey_record *record)
{
	struct slice key;
	enum err e = txn_next(txn, TABLE_META, text_slice(name), &key, NULL);

	if (e != OK)
		return e;
	if (!slice_has_prefix(key, text_slice(PREFIX)))
		return ERR_NOT_FOUND;
	if (key.size >= NAME_SIZE)
		return ERR_STORE;
	snprintf(
	    name, NAME_SIZE, "%.*s", (int)key.size, (const char *)key.data);
	e = record_get(
	    txn, TABLE_META, text_slice(name), datakey_record_fields(), record);
	return e == OK && !has_name(record, name) ? ERR_STORE : e;
}

/* A seal with the master key alone, which wraps. */
static enum err
wrapper(struct seal **out, const struct secret *master, const struct host *host)
{
	auto_free(seal) struct seal *seal = NULL;
	enum err e = seal_new(&seal, host);

	if (e == OK)
		e = seal_add(seal, MASTER_ID, master);
	if (e == OK)
		*out = TAKE(seal);
	return e;
}

static enum err
put(struct txn *txn, const struct datakey_record *record)
{
	char name[NAME_SIZE];

	write_name(record->id, name);
	return record_put(
	    txn, TABLE_META, text_slice(name), datakey_record_fields(), record);
}

static enum err
wrap(const struct seal *wrapper, int64_t id, const struct secret *key,
    char **text)
{
	char name[NAME_SIZE];
	struct seal_place place;

	write_name(id, name);
	place = place_of(name);
	return seal_put(wrapper, &place, key, text);
}

static enum err
unwrap(const struct seal *wrapper, int64_t id, const char *text,
    struct secret **key)
{
	char name[NAME_SIZE];
	struct seal_place place;

	if (text == NULL)
		return ERR_CRYPTO;
	write_name(id, name);
	place = place_of(name);
	return seal_open(wrapper, &place, text, key);
}

/* The key goes into the store, wrapped. */
static enum err
keep(struct txn *txn, const struct seal *wrapper, int64_t id,
    const struct secret *key, int64_t created)
{
	auto_clear(datakey_record) struct datakey_record record = {
	    .id = id, .created = created};
	enum err e = wrap(wrapper, id, key, &record.key);

	return e == OK ? put(txn, &record) : e;
}

static enum err
make(struct txn *txn, const struct seal *wrapper, int64_t id,
    const struct host *host)
{
	auto_free(secret) struct secret *key = NULL;
	enum err e = secret_zero(&key, SEAL_KEY_SIZE);

	if (e == OK)
		e = host_random(host, secret_bytes(key), SEAL_KEY_SIZE);
	return e == OK ? keep(txn, wrapper, id, key, host_now(host)) : e;
}

static enum err
put_master(struct txn *txn, const struct master_record *record)
{
	return record_put(txn, TABLE_META, text_slice(MASTER_KEY),
	    master_record_fields(), record);
}

enum err
master_get(struct txn *txn, struct master_record *record)
{
	enum err e = record_get(txn, TABLE_META, text_slice(MASTER_KEY),
	    master_record_fields(), record);

	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
datakeys_create(
    struct txn *txn, const struct secret *master, const struct host *host)
{
	const struct master_record record = {.since = host_now(host)};
	auto_free(seal) struct seal *seal = NULL;
	enum err e = wrapper(&seal, master, host);

	if (e == OK)
		e = make(txn, seal, FIRST_ID, host);
	if (e == OK)
		e = make(txn, seal, HASH_ID, host);
	return e == OK ? put_master(txn, &record) : e;
}

/* Adds the key of a record. */
static enum err
load_one(struct seal *seal, const struct seal *wrapper,
    const struct datakey_record *record, bool next, bool *hash)
{
	auto_free(secret) struct secret *key = NULL;
	enum err e = unwrap(
	    wrapper, record->id, next ? record->next : record->key, &key);

	if (e != OK)
		return e;
	if (record->id != HASH_ID)
		return seal_add(seal, (uint32_t)record->id, key);
	*hash = true;
	return seal_set_hash(seal, key);
}

static enum err
load(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host, bool next)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	auto_free(seal) struct seal *wrap = NULL, *seal = NULL;
	char name[NAME_SIZE] = PREFIX;
	bool hash = false;
	enum err e = wrapper(&wrap, master, host);

	if (e == OK)
		e = seal_new(&seal, host);
	while (e == OK) {
		e = next_of(txn, name, &record);
		if (e == OK)
			e = load_one(seal, wrap, &record, next, &hash);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	if (!hash || seal_key_count(seal) == 0)
		return ERR_STORE;
	*out = TAKE(seal);
	return OK;
}

static enum err
open_with_next(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	auto_free(seal) struct seal *seal = NULL;
	enum err e = load(&seal, txn, master, host, true);

	if (e == OK)
		e = datakeys_replace(txn, host_now(host));
	if (e == OK)
		*out = TAKE(seal);
	return e;
}

static enum err
get_old(struct txn *txn, const struct seal *wrapper, int64_t *id,
    struct secret **key)
{
	auto_clear(old_record) struct old_record record = {0};
	enum err e = record_get(
	    txn, TABLE_META, text_slice(OLD_KEY), old_record_fields(), &record);

	if (e != OK)
		return e;
	if (record.id < 0 || record.id > UINT32_MAX)
		return ERR_STORE;
	*id = record.id;
	return seal_open(wrapper, &old_place, record.key, key);
}

static enum err
open_old(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	auto_free(secret) struct secret *key = NULL;
	auto_free(seal) struct seal *wrap = NULL, *seal = NULL;
	int64_t id = 0;
	enum err e = wrapper(&wrap, master, host);

	if (e == OK)
		e = get_old(txn, wrap, &id, &key);
	if (e == OK)
		e = seal_new(&seal, host);
	if (e == OK)
		e = seal_add(seal, (uint32_t)id, key);
	if (e == OK)
		e = seal_set_hash(seal, key);
	if (e == OK)
		*out = TAKE(seal);
	return e;
}

static enum err
open_all(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	auto_clear(master_record) struct master_record record = {0};
	auto_free(seal) struct seal *seal = NULL;
	enum err e = master_get(txn, &record);

	if (e == OK)
		e = load(&seal, txn, master, host, false);
	if (e == ERR_CRYPTO && record.next_since != 0)
		return open_with_next(out, txn, master, host);
	if (e == OK && record.next_since != 0 && !record.given)
		e = datakeys_keep(txn);
	if (e == OK)
		*out = TAKE(seal);
	return e;
}

enum err
datakeys_load(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	enum err e = open_old(out, txn, master, host);

	return e == ERR_NOT_FOUND ? load(out, txn, master, host, false) : e;
}

enum err
datakeys_open(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	enum err e = open_old(out, txn, master, host);

	return e == ERR_NOT_FOUND ? open_all(out, txn, master, host) : e;
}

typedef enum err (*changer)(struct datakey_record *record, const void *context);

/* Changes every record. */
static enum err
change_all(struct txn *txn, changer change, const void *context)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	char name[NAME_SIZE] = PREFIX;
	enum err e = OK;

	while (e == OK) {
		e = next_of(txn, name, &record);
		if (e == OK)
			e = change(&record, context);
		if (e == OK)
			e = put(txn, &record);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

struct wrappers {
	const struct seal *old, *new;
};

static enum err
wrap_next(struct datakey_record *record, const void *context)
{
	const struct wrappers *wrappers = context;
	auto_free(secret) struct secret *key = NULL;
	char *text = NULL;
	enum err e = unwrap(wrappers->old, record->id, record->key, &key);

	if (e == OK)
		e = wrap(wrappers->new, record->id, key, &text);
	if (e != OK)
		return e;
	free(record->next);
	record->next = text;
	return OK;
}

enum err
datakeys_wrap(struct txn *txn, const struct secret *master,
    const struct secret *next, bool given, const struct host *host)
{
	auto_clear(master_record) struct master_record record = {0};
	auto_free(seal) struct seal *old = NULL, *new = NULL;
	enum err e = wrapper(&old, master, host);

	if (e == OK)
		e = wrapper(&new, next, host);
	if (e == OK)
		e = change_all(txn, wrap_next, &(struct wrappers){old, new});
	if (e == OK)
		e = master_get(txn, &record);
	if (e != OK)
		return e;
	record.next_since = host_now(host);
	record.given = given;
	return put_master(txn, &record);
}

static enum err
take_next(struct datakey_record *record, const void *context)
{
	(void)context;
	if (record->next == NULL)
		return ERR_STORE;
	free(record->key);
	record->key = TAKE(record->next);
	return OK;
}

enum err
datakeys_replace(struct txn *txn, int64_t now)
{
	const struct master_record record = {.since = now};
	enum err e = change_all(txn, take_next, NULL);

	return e == OK ? put_master(txn, &record) : e;
}

static enum err
forget_next(struct datakey_record *record, const void *context)
{
	(void)context;
	free(TAKE(record->next));
	return OK;
}

enum err
datakeys_keep(struct txn *txn)
{
	auto_clear(master_record) struct master_record record = {0};
	enum err e = change_all(txn, forget_next, NULL);

	if (e == OK)
		e = master_get(txn, &record);
	if (e != OK)
		return e;
	record.next_since = 0;
	record.given = false;
	return put_master(txn, &record);
}

enum err
datakey_next(struct txn *txn, int64_t after, struct datakey_record *record)
{
	char name[NAME_SIZE] = PREFIX;
	enum err e;

	if (after != 0)
		write_name(after, name);
	e = next_of(txn, name, record);
	return e == OK && record->id == HASH_ID ? ERR_NOT_FOUND : e;
}

/* How many there are, and which is the newest. */
static enum err
survey(struct txn *txn, size_t *count, int64_t *newest)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	enum err e = OK;

	*count = 0;
	*newest = 0;
	while (e == OK) {
		e = datakey_next(txn, *newest, &record);
		if (e == OK) {
			*newest = record.id;
			(*count)++;
		}
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
datakeys_count(struct txn *txn, size_t *count)
{
	int64_t newest;

	return survey(txn, count, &newest);
}

enum err
datakeys_add(
    struct txn *txn, const struct secret *master, const struct host *host)
{
	auto_free(seal) struct seal *seal = NULL;
	int64_t newest = 0;
	size_t count = 0;
	enum err e = wrapper(&seal, master, host);

	if (e == OK)
		e = survey(txn, &count, &newest);
	if (e == OK && (count == SEAL_KEYS_MAX || newest >= UINT32_MAX))
		e = ERR_STORE;
	return e == OK ? make(txn, seal, newest + 1, host) : e;
}

enum err
datakeys_drop(struct txn *txn)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	int64_t newest = 0;
	size_t count = 0;
	enum err e = survey(txn, &count, &newest);

	while (e == OK && count-- > 1) {
		char name[NAME_SIZE];

		e = datakey_next(txn, 0, &record);
		if (e != OK)
			break;
		write_name(record.id, name);
		e = txn_delete(txn, TABLE_META, text_slice(name));
	}
	return e;
}

enum err
datakeys_up(
    struct txn *txn, const struct secret *master, const struct host *host)
{
	auto_free(secret) struct secret *key = NULL;
	auto_free(seal) struct seal *seal = NULL;
	int64_t id = 0;
	enum err e = wrapper(&seal, master, host);

	if (e == OK)
		e = get_old(txn, seal, &id, &key);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	e = keep(txn, seal, HASH_ID, key, 0);
	if (e == OK && id != HASH_ID)
		e = keep(txn, seal, id, key, 0);
	else if (e == OK)
		e = make(txn, seal, FIRST_ID, host);
	return e == OK ? txn_delete(txn, TABLE_META, text_slice(OLD_KEY)) : e;
}

static enum err
delete_all(struct txn *txn)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	enum err e = OK;

	while (e == OK) {
		char name[NAME_SIZE] = PREFIX;

		e = next_of(txn, name, &record);
		if (e == OK)
			e = txn_delete(txn, TABLE_META, text_slice(name));
	}
	if (e == ERR_NOT_FOUND)
		e = txn_delete(txn, TABLE_META, text_slice(MASTER_KEY));
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
datakeys_down(
    struct txn *txn, const struct secret *master, const struct host *host)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	auto_clear(old_record) struct old_record old = {0};
	auto_free(secret) struct secret *key = NULL;
	auto_free(seal) struct seal *seal = NULL;
	char name[NAME_SIZE];
	enum err e = wrapper(&seal, master, host);

	write_name(HASH_ID, name);
	if (e == OK)
		e = record_get(txn, TABLE_META, text_slice(name),
		    datakey_record_fields(), &record);
	if (e == OK)
		e = unwrap(seal, HASH_ID, record.key, &key);
	if (e == OK)
		e = seal_put(seal, &old_place, key, &old.key);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	e = record_put(
	    txn, TABLE_META, text_slice(OLD_KEY), old_record_fields(), &old);
	return e == OK ? delete_all(txn) : e;
}
