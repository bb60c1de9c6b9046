/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/fields.h"

#include <stdio.h>
#include <string.h>

static const char no_memory[] = "does not fit in memory";

/* Reads one JSON value into its member; NULL, or what is wrong with it. */
typedef const char *(*reader)(const json_t *json, void *member);
/* A new reference to the member's JSON; NULL when memory is out. */
typedef json_t *(*writer)(const void *member);
typedef void (*clearer)(void *member);

static const char *
read_str(const json_t *json, void *member)
{
	char **str = member;

	if (!json_is_string(json))
		return "is not a string";
	if (json_string_length(json) > FIELD_STR_MAX)
		return "is too long";
	if (strlen(json_string_value(json)) != json_string_length(json))
		return "holds a NUL";
	*str = strdup(json_string_value(json));
	return *str != NULL ? NULL : no_memory;
}

static const char *
read_secret(const json_t *json, void *member)
{
	struct secret **secret = member;
	size_t size = json_string_length(json);

	if (!json_is_string(json))
		return "is not a string";
	if (size > FIELD_SECRET_MAX)
		return "is too long";
	if (secret_new(secret, json_string_value(json), size) != OK)
		return no_memory;
	return NULL;
}

static const char *
read_num(const json_t *json, void *member)
{
	int64_t *num = member;

	if (!json_is_integer(json))
		return "is not a whole number";
	*num = json_integer_value(json);
	return NULL;
}

static const char *
read_flag(const json_t *json, void *member)
{
	bool *flag = member;

	if (!json_is_boolean(json))
		return "is not true or false";
	*flag = json_is_true(json);
	return NULL;
}

static const char *
read_object(const json_t *json, void *member)
{
	json_t **object = member;

	if (!json_is_object(json))
		return "is not an object";
	*object = json_deep_copy(json);
	return *object != NULL ? NULL : no_memory;
}

static const char *
read_list(const json_t *json, void *member)
{
	json_t **list = member;

	if (!json_is_array(json))
		return "is not an array";
	*list = json_deep_copy(json);
	return *list != NULL ? NULL : no_memory;
}

static const char *
read_strs(const json_t *json, void *member)
{
	const json_t *item;
	size_t i;

	json_array_foreach (json, i, item) {
		if (!json_is_string(item))
			return "is not an array of strings";
	}
	return read_list(json, member);
}

static json_t *
write_str(const void *member)
{
	const char *const *str = member;

	return *str != NULL ? json_string(*str) : json_null();
}

static json_t *
write_secret(const void *member)
{
	const struct secret *const *secret = member;

	if (*secret == NULL)
		return json_null();
	return json_stringn(secret_text(*secret), secret_size(*secret));
}

static json_t *
write_num(const void *member)
{
	const int64_t *num = member;

	return json_integer(*num);
}

static json_t *
write_opt_num(const void *member)
{
	const int64_t *num = member;

	return *num != 0 ? json_integer(*num) : json_null();
}

static json_t *
write_flag(const void *member)
{
	const bool *flag = member;

	return json_boolean(*flag);
}

static json_t *
write_json(const void *member)
{
	json_t *const *json = member;

	return *json != NULL ? json_incref(*json) : json_null();
}

static void
clear_str(void *member)
{
	char **str = member;

	free(*str);
}

static void
clear_secret(void *member)
{
	struct secret **secret = member;

	secret_free(*secret);
}

static void
clear_json(void *member)
{
	json_t **json = member;

	json_decref(*json);
}

static const struct kind {
	const char *varlink;
	bool optional;
	reader read;
	writer write;
	clearer clear;
} kinds[] = {
    [FIELD_str] = {"string", false, read_str, write_str, clear_str},
    [FIELD_opt_str] = {"?string", true, read_str, write_str, clear_str},
    [FIELD_secret] = {"string", false, read_secret, write_secret, clear_secret},
    [FIELD_opt_secret] = {"?string", true, read_secret, write_secret,
	clear_secret},
    [FIELD_num] = {"int", false, read_num, write_num, NULL},
    [FIELD_opt_num] = {"?int", true, read_num, write_opt_num, NULL},
    [FIELD_flag] = {"bool", false, read_flag, write_flag, NULL},
    [FIELD_opt_flag] = {"?bool", true, read_flag, write_flag, NULL},
    [FIELD_object] = {"object", false, read_object, write_json, clear_json},
    [FIELD_opt_object] = {"?object", true, read_object, write_json, clear_json},
    [FIELD_list] = {"[]object", false, read_list, write_json, clear_json},
    [FIELD_strs] = {"[]string", false, read_strs, write_json, clear_json},
    [FIELD_opt_list] = {"?[]object", true, read_list, write_json, clear_json},
};

bool
field_is_optional(enum field_kind kind)
{
	return kinds[kind].optional;
}

const char *
field_varlink_type(enum field_kind kind)
{
	return kinds[kind].varlink;
}

static void *
member_of(void *object, const struct field *field)
{
	return (char *)object + field->offset;
}

static const void *
const_member_of(const void *object, const struct field *field)
{
	return (const char *)object + field->offset;
}

static enum err
refuse(struct field_error *error, const char *member, const char *problem)
{
	if (error != NULL) {
		snprintf(error->member, sizeof(error->member), "%s", member);
		error->problem = problem;
	}
	return problem == no_memory ? ERR_NO_MEMORY : ERR_INVALID_PARAMETER;
}

static enum err
decode_member(const struct field *field, const json_t *json, void *object,
    struct field_error *error)
{
	const json_t *value = json_object_get(json, field->name);
	const char *problem;

	if (value == NULL || json_is_null(value))
		return field_is_optional(field->kind)
		    ? OK
		    : refuse(error, field->name, "is missing");
	problem = kinds[field->kind].read(value, member_of(object, field));
	return problem == NULL ? OK : refuse(error, field->name, problem);
}

static bool
knows(const struct fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->field[i].name, name) == 0)
			return true;
	return false;
}

static enum err
refuse_unknown(
    const struct fields *fields, const json_t *json, struct field_error *error)
{
	/* the iterator of jansson takes its object without const, and reads */
	json_t *object = (json_t *)(uintptr_t)json;

	for (void *at = json_object_iter(object); at != NULL;
	     at = json_object_iter_next(object, at))
		if (!knows(fields, json_object_iter_key(at)))
			return refuse(
			    error, json_object_iter_key(at), "is unknown");
	return OK;
}

enum err
fields_decode(const struct fields *fields, const json_t *json, void *object,
    struct field_error *error)
{
	enum err e = OK;

	if (!json_is_object(json))
		return refuse(error, fields->name, "is not an object");
	e = refuse_unknown(fields, json, error);
	for (size_t i = 0; i < fields->count && e == OK; i++)
		e = decode_member(&fields->field[i], json, object, error);
	if (e != OK)
		fields_clear(fields, object);
	return e;
}

enum err
fields_encode(const struct fields *fields, const void *object, json_t **out)
{
	/* not json_object(): PostgreSQL has a function of that name, which
	 * is found before jansson's when the module runs in its process */
	auto_json json_t *json = json_pack("{}");

	if (json == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->field[i];
		json_t *value =
		    kinds[field->kind].write(const_member_of(object, field));

		if (value != NULL && json_is_null(value))
			continue;
		/* takes the reference, and refuses a NULL value */
		if (json_object_set_new(json, field->name, value) != 0)
			return ERR_NO_MEMORY;
	}
	*out = TAKE(json);
	return OK;
}

void
fields_clear(const struct fields *fields, void *object)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->field[i];

		if (kinds[field->kind].clear != NULL)
			kinds[field->kind].clear(member_of(object, field));
	}
	memset(object, 0, fields->size);
}
