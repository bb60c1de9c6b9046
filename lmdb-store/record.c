/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/record.h"

#include "lmdb-store/key.h"

#include <string.h>

/* Most records fit; a larger one is printed twice. */
#define PRINT_ROOM 1024

enum err
record_parse(struct slice value, json_t **out)
{
	json_error_t error = {0};
	json_t *json =
	    json_loadb(value.data, value.size, JSON_REJECT_DUPLICATES, &error);
	enum json_error_code code;

	if (json != NULL) {
		*out = json;
		return OK;
	}
	/* unknown: no memory even for the reader itself */
	code = json_error_code(&error);
	return code == json_error_unknown || code == json_error_out_of_memory
	    ? ERR_NO_MEMORY
	    : ERR_STORE;
}

/* Into a copy, so that a record that cannot be read changes nothing. */
static enum err
replace(const json_t *json, const struct fields *fields, void *object)
{
	auto_str char *copy = calloc(1, fields->size);
	enum err e;

	if (copy == NULL)
		return ERR_NO_MEMORY;
	e = fields_decode(fields, json, copy, NULL);
	if (e != OK)
		return e == ERR_INVALID_PARAMETER ? ERR_STORE : e;
	fields_clear(fields, object);
	memcpy(object, copy, fields->size);
	return OK;
}

static enum err
decode(enum table table, struct slice value, const struct fields *fields,
    void *object)
{
	auto_json json_t *json = NULL;
	enum err e = record_parse(value, &json);

	if (e != OK)
		return e;
	if (json_integer_value(json_object_get(json, "v")) >
	    table_version(table))
		return ERR_STORE_NEWER;
	return replace(json, fields, object);
}

enum err
record_get(struct txn *txn, enum table table, struct slice key,
    const struct fields *fields, void *object)
{
	struct slice value;
	enum err e = txn_get(txn, table, key, &value);

	return e != OK ? e : decode(table, value, fields, object);
}

enum err
record_next(struct txn *txn, enum table table, struct slice after,
    const struct fields *fields, void *object)
{
	struct slice key, value;
	enum err e = txn_next(txn, table, after, &key, &value);

	return e != OK ? e : decode(table, value, fields, object);
}

static bool
is_readable(const struct field *field, const void *object)
{
	char *const *text =
	    (const void *)((const char *)object + field->offset);

	if (field->kind != FIELD_str && field->kind != FIELD_opt_str)
		return true;
	if (*text == NULL)
		return field->kind == FIELD_opt_str;
	return strlen(*text) <= FIELD_STR_MAX;
}

/*
 * Not json_dumps(): jansson 2.14 goes on when it cannot enlarge its buffer
 * for the name of a member, and would leave that name out.
 */
static enum err
print(const json_t *json, char **out, size_t *out_size)
{
	size_t room = PRINT_ROOM, size;

	for (;;) {
		auto_str char *text = malloc(room);

		if (text == NULL)
			return ERR_NO_MEMORY;
		size = json_dumpb(json, text, room, JSON_COMPACT);
		if (size == 0)
			return ERR_NO_MEMORY;
		if (size <= room) {
			*out = TAKE(text);
			*out_size = size;
			return OK;
		}
		room = size;
	}
}

static enum err
encode(enum table table, const struct fields *fields, const void *object,
    char **out, size_t *size)
{
	auto_json json_t *json = NULL;
	enum err e;

	for (size_t i = 0; i < fields->count; i++)
		if (!is_readable(&fields->field[i], object))
			return ERR_INTERNAL;
	e = fields_encode(fields, object, &json);
	if (e != OK)
		return e;
	if (json_object_set_new(
		json, "v", json_integer(table_version(table))) != 0)
		return ERR_NO_MEMORY;
	return print(json, out, size);
}

typedef enum err (*writer)(
    struct txn *txn, unsigned int table, struct slice key, struct slice value);

static enum err
put(struct txn *txn, enum table table, struct slice key,
    const struct fields *fields, const void *object, writer write)
{
	auto_str char *text = NULL;
	size_t size;
	enum err e = encode(table, fields, object, &text, &size);

	if (e != OK)
		return txn_fail(txn, e);
	return write(txn, table, key, (struct slice){text, size});
}

enum err
record_put(struct txn *txn, enum table table, struct slice key,
    const struct fields *fields, const void *object)
{
	return put(txn, table, key, fields, object, txn_put);
}

enum err
record_append(struct txn *txn, enum table table, struct slice key,
    const struct fields *fields, const void *object)
{
	return put(txn, table, key, fields, object, txn_append);
}

enum err
record_write(
    struct txn *txn, enum table table, struct slice key, const json_t *record)
{
	auto_str char *text = NULL;
	size_t size;
	enum err e = print(record, &text, &size);

	if (e != OK)
		return txn_fail(txn, e);
	return txn_put(txn, table, key, (struct slice){text, size});
}

enum err
record_newest(struct txn *txn, enum table table, int64_t *number)
{
	struct slice key;
	enum err e = txn_prev(txn, table, text_slice(NULL), &key, NULL);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && key.size != KEY_NUMBER_SIZE)
		return ERR_STORE;
	*number = e == OK ? key_number(key.data) : 0;
	return OK;
}
