/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/check.h"

#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/key.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/session.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 64

struct entry {
	struct txn *txn;
	enum table table;
	struct slice key;
	struct slice value;
};

/* What is wrong with an entry, or NULL. */
typedef const char *(*check)(const struct entry *entry);

static bool
has(struct txn *txn, enum table table, const struct key *key)
{
	struct slice value;

	return txn_get(txn, table, key_slice(key), &value) == OK;
}

static bool
is_text(struct slice slice, const char *text)
{
	return slice.size == strlen(text) &&
	    memcmp(slice.data, text, slice.size) == 0;
}

/* The bytes as a text, cut if they are longer than an id may be. */
static void
copy_text(struct slice slice, char text[KV_KEY_MAX + 1])
{
	snprintf(text, KV_KEY_MAX + 1, "%.*s", (int)slice.size,
	    (const char *)slice.data);
}

static const char *
check_version(const struct entry *entry)
{
	auto_json json_t *record =
	    json_loadb(entry->value.data, entry->value.size, 0, NULL);
	const json_t *version = json_object_get(record, "v");

	if (!json_is_object(record))
		return "is not a JSON object";
	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return "has no version";
	if (json_integer_value(version) > table_version(entry->table))
		return "is of a newer version";
	return NULL;
}

static const char *
check_session(const struct entry *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	char id[KV_KEY_MAX + 1];
	struct key live = {0}, due = {0};

	copy_text(entry->key, id);
	if (session_get(entry->txn, id, &session) != OK)
		return "cannot be read";
	if (strcmp(session.id, id) != 0)
		return "has another id than its key";
	key_add_text(&live, session.device);
	key_add_end(&live);
	key_add_text(&live, id);
	key_add_number(&due, session.due);
	key_add_text(&due, id);
	if (session_is_live(&session) !=
	    has(entry->txn, TABLE_SESSION_LIVE, &live))
		return "and the index of live sessions disagree";
	if ((session.due != 0) !=
	    has(entry->txn, TABLE_SESSION_BY_EXPIRY, &due))
		return "and the index by expiry disagree";
	return NULL;
}

static const char *
check_session_live(const struct entry *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	const char *end = memchr(entry->key.data, '\0', entry->key.size);
	char id[KV_KEY_MAX + 1];

	if (end == NULL)
		return "is no key of this index";
	copy_text(slice_from(entry->key,
		      (size_t)(end + 1 - (const char *)entry->key.data)),
	    id);
	if (session_get(entry->txn, id, &session) != OK)
		return "names a session that cannot be read";
	return session_is_live(&session) &&
		strcmp(session.device, entry->key.data) == 0
	    ? NULL
	    : "names a session that is not live on this device";
}

static const char *
check_session_by_expiry(const struct entry *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	char id[KV_KEY_MAX + 1];

	if (entry->key.size <= KEY_NUMBER_SIZE)
		return "is no key of this index";
	copy_text(slice_from(entry->key, KEY_NUMBER_SIZE), id);
	if (session_get(entry->txn, id, &session) != OK)
		return "names a session that cannot be read";
	return session.due == key_number(entry->key.data)
	    ? NULL
	    : "names a session that falls due at another time";
}

static const char *
check_device(const struct entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(family_record) struct family_record family = {0};
	char id[KV_KEY_MAX + 1];
	struct key user = {0}, origin = {0};

	copy_text(entry->key, id);
	if (device_get(entry->txn, id, &device) != OK)
		return "cannot be read";
	if (strcmp(device.id, id) != 0)
		return "has another id than its key";
	key_add_number(&user, device.uid);
	key_add_text(&user, id);
	if (!has(entry->txn, TABLE_DEVICE_BY_USER, &user))
		return "is not in the index by user";
	if (device.origin != NULL)
		key_add_text(&origin, device.origin);
	if (device.origin != NULL &&
	    !has(entry->txn, TABLE_DEVICE_BY_ORIGIN, &origin))
		return "is not in the index by origin";
	if (device.family != NULL &&
	    family_get(entry->txn, device.family, &family) != OK)
		return "has a family that cannot be read";
	return NULL;
}

static const char *
check_device_by_user(const struct entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	char id[KV_KEY_MAX + 1];

	if (entry->key.size <= KEY_NUMBER_SIZE)
		return "is no key of this index";
	copy_text(slice_from(entry->key, KEY_NUMBER_SIZE), id);
	if (device_get(entry->txn, id, &device) != OK)
		return "names a device that cannot be read";
	return device.uid == key_number(entry->key.data)
	    ? NULL
	    : "names a device of another user";
}

static const char *
check_device_by_origin(const struct entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	char id[KV_KEY_MAX + 1];

	copy_text(entry->value, id);
	if (device_get(entry->txn, id, &device) != OK)
		return "names a device that cannot be read";
	return device.origin != NULL && is_text(entry->key, device.origin)
	    ? NULL
	    : "names a device of another origin";
}

static const char *
check_family(const struct entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(family_record) struct family_record family = {0};
	char id[KV_KEY_MAX + 1];

	copy_text(entry->key, id);
	if (family_get(entry->txn, id, &family) != OK)
		return "cannot be read";
	if (strcmp(family.id, id) != 0)
		return "has another id than its key";
	if (device_get(entry->txn, family.device, &device) != OK)
		return "is of a device that cannot be read";
	return NULL;
}

static const char *
check_replay_by_expiry(const struct entry *entry)
{
	struct key hash = {0};

	if (entry->key.size <= KEY_NUMBER_SIZE)
		return "is no key of this index";
	key_add_bytes(&hash, slice_from(entry->key, KEY_NUMBER_SIZE).data,
	    entry->key.size - KEY_NUMBER_SIZE);
	return has(entry->txn, TABLE_REPLAY, &hash) ? NULL : "names no mark";
}

static const check checks[TABLE_COUNT] = {
    [TABLE_SESSION] = check_session,
    [TABLE_SESSION_LIVE] = check_session_live,
    [TABLE_SESSION_BY_EXPIRY] = check_session_by_expiry,
    [TABLE_DEVICE] = check_device,
    [TABLE_DEVICE_BY_USER] = check_device_by_user,
    [TABLE_DEVICE_BY_ORIGIN] = check_device_by_origin,
    [TABLE_FAMILY] = check_family,
    [TABLE_REPLAY_BY_EXPIRY] = check_replay_by_expiry,
};

static const char *
problem_of(const struct entry *entry)
{
	const char *problem = NULL;

	if (table_version(entry->table) > 0)
		problem = check_version(entry);
	if (problem == NULL && checks[entry->table] != NULL)
		problem = checks[entry->table](entry);
	return problem;
}

/* Keys are ids, or begin with a number in binary. */
static void
show_key(struct slice key, char text[SHOWN_MAX])
{
	const unsigned char *bytes = key.data;
	size_t used = 0;

	for (size_t i = 0; i < key.size && used < SHOWN_MAX - 3; i++)
		used += (size_t)snprintf(text + used, SHOWN_MAX - used,
		    bytes[i] > ' ' && bytes[i] < 0x7f ? "%c" : "%02x",
		    bytes[i]);
}

static void
note(struct table_check *result, const struct entry *entry, const char *problem)
{
	char shown[SHOWN_MAX] = "";

	if (result->problems++ > 0)
		return;
	show_key(entry->key, shown);
	snprintf(
	    result->problem, sizeof(result->problem), "%s %s", shown, problem);
}

enum err
check_table(struct txn *txn, enum table table, struct table_check *out)
{
	struct table_check result = {.entries = 0};
	struct entry entry = {.txn = txn, .table = table};
	enum err e =
	    txn_next(txn, table, text_slice(NULL), &entry.key, &entry.value);

	while (e == OK) {
		const char *problem = problem_of(&entry);

		result.entries++;
		if (problem != NULL)
			note(&result, &entry, problem);
		e = txn_next(txn, table, entry.key, &entry.key, &entry.value);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	*out = result;
	return OK;
}
