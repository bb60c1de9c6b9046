/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/counter.h"

#include "lmdb-store/daily.h"

#include <stdlib.h>
#include <string.h>

DEFINE_FIELDS(counter_record, COUNTER_RECORD)

static bool
is_label(const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return size <= COUNTER_LABEL_MAX;
}

static enum err
labels_of(const char *const labels[], bool other, json_t **out)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; labels[i] != NULL; i++) {
		bool plain = !other && is_label(labels[i]);

		if (json_array_append_new(list,
			json_string(plain ? labels[i] : COUNTER_OTHER)) != 0)
			return ERR_NO_MEMORY;
	}
	if (list == NULL)
		return ERR_NO_MEMORY;
	*out = TAKE(list);
	return OK;
}

/* Parts with a zero byte between. */
static struct key
key_of(const char *name, const json_t *labels)
{
	struct key key = {0};
	const json_t *label;
	size_t i;

	key_add_text(&key, name);
	json_array_foreach (labels, i, label) {
		key_add_end(&key);
		key_add_text(&key, json_string_value(label));
	}
	return key;
}

struct key
counter_key(const struct counter_record *record)
{
	return key_of(record->name, record->labels);
}

static enum err
get(struct txn *txn, const struct key *key, struct counter_record *record)
{
	return record_get(txn, TABLE_COUNTER, key_slice(key),
	    counter_record_fields(), record);
}

/* One more. */
struct use {
	const char *name;
	const char *user; /* may be NULL */
	bool by_day;
	int64_t now;
};

static enum err
set_user(struct counter_record *record, const char *user)
{
	char *copy = user != NULL ? strdup(user) : NULL;

	if (user != NULL && copy == NULL)
		return ERR_NO_MEMORY;
	free(record->user);
	record->user = copy;
	return OK;
}

static enum err
count(struct txn *txn, const struct key *key, struct counter_record *record,
    const struct use *use)
{
	enum err e = set_user(record, use->user);

	if (e != OK)
		return e;
	record->count++;
	record->last = use->now;
	e = record_put(txn, TABLE_COUNTER, key_slice(key),
	    counter_record_fields(), record);
	return e == OK && use->by_day ? daily_add(txn, key, use->now) : e;
}

/* Counts under a new record if there is room for it. ERR_NOT_FOUND. */
static enum err
count_new(struct txn *txn, const struct key *key, json_t *labels, bool other,
    const struct use *use)
{
	auto_clear(counter_record) struct counter_record record = {
	    .labels = json_incref(labels), .since = use->now};
	size_t entries = 0;
	enum err e = txn_entries(txn, TABLE_COUNTER, &entries);

	if (e == OK && entries >= COUNTERS_MAX && !other)
		return ERR_NOT_FOUND;
	record.name = strdup(use->name);
	if (e == OK && record.name == NULL)
		e = ERR_NO_MEMORY;
	return e == OK ? count(txn, key, &record, use) : e;
}

static enum err
add(struct txn *txn, const char *const labels[], bool other,
    const struct use *use)
{
	auto_clear(counter_record) struct counter_record record = {0};
	auto_json json_t *list = NULL;
	struct key key;
	enum err e = labels_of(labels, other, &list);

	if (e != OK)
		return e;
	key = key_of(use->name, list);
	e = get(txn, &key, &record);
	if (e == ERR_NOT_FOUND)
		return count_new(txn, &key, list, other, use);
	return e == OK ? count(txn, &key, &record, use) : e;
}

static enum err
add_or_other(struct txn *txn, const char *const labels[], const struct use *use)
{
	enum err e = add(txn, labels, false, use);

	return e == ERR_NOT_FOUND ? add(txn, labels, true, use) : e;
}

enum err
counter_add(struct txn *txn, const char *name,
    const char *const labels[COUNTER_LABELS_MAX + 1], int64_t now)
{
	return add_or_other(
	    txn, labels, &(struct use){.name = name, .now = now});
}

enum err
counter_add_by(struct txn *txn, const char *name,
    const char *const labels[COUNTER_LABELS_MAX + 1], const char *user,
    int64_t now)
{
	const struct use use = {name, user, true, now};

	return add_or_other(txn, labels, &use);
}

enum err
counter_get(struct txn *txn, const char *name, const char *const labels[],
    struct counter_record *record)
{
	auto_json json_t *list = NULL;
	struct key key;
	enum err e = labels_of(labels, false, &list);

	if (e != OK)
		return e;
	key = key_of(name, list);
	return get(txn, &key, record);
}

enum err
counter_since(struct txn *txn, const struct counter_record *record,
    int64_t since, int64_t *count)
{
	struct key key = counter_key(record);

	return daily_sum(txn, &key, daily_day(since), count);
}

static enum err
rename_one(struct txn *txn, struct counter_record *record, const char *user,
    const char *to)
{
	struct key key = counter_key(record);
	enum err e;

	if (record->user == NULL || strcmp(record->user, user) != 0)
		return OK;
	e = set_user(record, to);
	return e == OK ? record_put(txn, TABLE_COUNTER, key_slice(&key),
			     counter_record_fields(), record)
		       : e;
}

enum err
counters_rename(struct txn *txn, const char *user, const char *to)
{
	auto_clear(counter_record) struct counter_record record = {0};
	struct key key = {0};
	enum err e = OK;

	while (e == OK) {
		e = record_next(txn, TABLE_COUNTER, key_slice(&key),
		    counter_record_fields(), &record);
		if (e != OK)
			break;
		key = counter_key(&record);
		e = rename_one(txn, &record, user, to);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
counter_next(struct txn *txn, const char *name, struct counter_record *record)
{
	struct key key = key_of(name, record->labels);
	enum err e = record_next(txn, TABLE_COUNTER, key_slice(&key),
	    counter_record_fields(), record);

	if (e == OK && strcmp(record->name, name) != 0)
		return ERR_NOT_FOUND;
	return e;
}
