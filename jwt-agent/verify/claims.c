/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/claims.h"
#include "base/fields.h"
#include "jwt-agent/verify/plain.h"
#include "jwt-agent/verify/shape.h"

#include <errno.h>
#include <jwt.h>
#include <math.h>
#include <string.h>

struct claims {
	jwt_t *jwt;
	json_t *kept; /* strings that claims_find_str() has lent out */
};

static bool
is_set(const struct claims *claims, const char *name)
{
	/* by no name libjwt would give all of them */
	if (name[0] == '\0')
		return false;
	/* -1 is a value, too: only errno tells it from no value */
	errno = 0;
	return jwt_get_grant_int(claims->jwt, name) != -1 || errno != ENOENT;
}

enum err
claims_new(struct claims **out)
{
	auto_free(claims) struct claims *claims = calloc(1, sizeof(*claims));

	if (claims == NULL || jwt_new(&claims->jwt) != 0)
		return ERR_NO_MEMORY;
	*out = TAKE(claims);
	return OK;
}

/* libjwt gives one number for bad JSON and for no memory, and jansson may drop
 * a character without memory and say nothing: malloc tells. */
static enum err
add_json(struct claims *claims, const char *text, enum err otherwise)
{
	int result;

	errno = 0;
	result = jwt_add_grants_json(claims->jwt, text);
	if (errno == ENOMEM)
		return ERR_NO_MEMORY;
	return result == 0 ? OK : otherwise;
}

static enum err
add_plain(struct claims *claims, const struct plain *plain)
{
	for (size_t i = 0; i < plain->count; i++) {
		const struct plain_member *member = &plain->members[i];
		int result = member->is_text
		    ? jwt_add_grant(claims->jwt, member->name, member->text)
		    : jwt_add_grant_int(
			  claims->jwt, member->name, member->number);

		/* nothing is twice and all of it is ASCII */
		if (result != 0)
			return ERR_NO_MEMORY;
	}
	return OK;
}

static enum err
add_any(struct claims *claims, const uint8_t *text, size_t size)
{
	if (!shape_is_sane(text, size, CLAIMS_DEPTH_MAX, CLAIMS_MEMBERS_MAX))
		return ERR_MALFORMED;
	return add_json(claims, (const char *)text, ERR_MALFORMED);
}

enum err
claims_read(const uint8_t *text, size_t size, struct claims **out)
{
	auto_free(claims) struct claims *claims = NULL;
	struct plain plain;
	enum err e = claims_new(&claims);

	if (e == OK)
		e = plain_read(text, size, &plain)
		    ? add_plain(claims, &plain)
		    : add_any(claims, text, size);
	if (e == OK)
		*out = TAKE(claims);
	return e;
}

void
claims_free(struct claims *claims)
{
	if (claims == NULL)
		return;
	jwt_free(claims->jwt);
	json_decref(claims->kept);
	free(claims);
}

enum err
claims_str(const struct claims *claims, const char *name, const char **out)
{
	const char *value = jwt_get_grant(claims->jwt, name);

	if (value == NULL)
		return is_set(claims, name) ? ERR_INVALID_CLAIM : ERR_NOT_FOUND;
	if (value[0] == '\0' || strlen(value) > CLAIM_STR_MAX)
		return ERR_INVALID_CLAIM;
	*out = value;
	return OK;
}

static enum err
date_of(const json_t *value, int64_t *out)
{
	double number;

	if (!json_is_number(value))
		return ERR_INVALID_CLAIM;
	number = floor(json_number_value(value));
	if (!(number >= 0 && number <= (double)CLAIM_DATE_MAX))
		return ERR_INVALID_CLAIM;
	*out = (int64_t)number;
	return OK;
}

enum err
claims_num(const struct claims *claims, const char *name, int64_t *out)
{
	auto_json json_t *value = NULL;
	int64_t number = jwt_get_grant_int(claims->jwt, name);
	enum err e;

	/* libjwt says 0 or -1 for everything that is no integer, and where
	 * long is short something else for one that does not fit */
	if (sizeof(long) >= sizeof(number) && number > 0 &&
	    number <= CLAIM_DATE_MAX) {
		*out = number;
		return OK;
	}
	e = claims_json(claims, name, &value);
	return e == OK ? date_of(value, out) : e;
}

enum err
claims_json(const struct claims *claims, const char *name, json_t **out)
{
	auto_str char *text = NULL;
	auto_json json_t *value = NULL;

	if (!is_set(claims, name))
		return ERR_NOT_FOUND;
	errno = 0;
	text = jwt_get_grants_json(claims->jwt, name);
	if (text != NULL)
		value = json_loads(text, JSON_DECODE_ANY, NULL);
	if (value == NULL || errno == ENOMEM)
		return ERR_NO_MEMORY;
	*out = TAKE(value);
	return OK;
}

/* The member that is reached from `from` by the names between the dots of
 * `path`, which is cut into them; takes the reference to `from`. */
static enum err
descend(json_t *from, char *path, json_t **out)
{
	auto_json json_t *at = from;
	const char *name;

	for (size_t depth = 1; (name = strsep(&path, ".")) != NULL; depth++) {
		json_t *next = json_object_get(at, name);

		if (next == NULL || depth == CLAIMS_DEPTH_MAX)
			return ERR_NOT_FOUND;
		json_incref(next);
		json_decref(at);
		at = next;
	}
	*out = TAKE(at);
	return OK;
}

enum err
claims_find(const struct claims *claims, const char *path, json_t **out)
{
	enum err e = claims_json(claims, path, out);
	auto_str char *first = NULL;
	json_t *top = NULL;
	char *rest;

	if (e != ERR_NOT_FOUND || strchr(path, '.') == NULL)
		return e;
	first = rest = strdup(path);
	if (first == NULL)
		return ERR_NO_MEMORY;
	strsep(&rest, ".");
	e = claims_json(claims, first, &top);
	return e == OK ? descend(top, rest, out) : e;
}

/* Keeps a value alive as long as the set; takes the reference to it. */
static enum err
keep(struct claims *claims, json_t *value)
{
	if (claims->kept == NULL)
		claims->kept = json_array();
	/* json_array_append_new() lets go of the value also when it fails */
	if (json_array_append_new(claims->kept, value) != 0)
		return ERR_NO_MEMORY;
	return OK;
}

enum err
claims_find_str(struct claims *claims, const char *path, const char **out)
{
	json_t *value = NULL;
	const char *text;
	enum err e = claims_str(claims, path, out);

	if (e != ERR_NOT_FOUND)
		return e;
	e = claims_find(claims, path, &value);
	if (e == OK)
		e = keep(claims, value);
	if (e != OK)
		return e;
	text = json_string_value(value);
	if (text == NULL || text[0] == '\0' || strlen(text) > CLAIM_STR_MAX)
		return ERR_INVALID_CLAIM;
	*out = text;
	return OK;
}

/* An empty audience is nobody's. */
static bool
is_meant(const struct texts *audience, const char *text)
{
	return text[0] != '\0' && texts_has(audience, text);
}

static enum err
audience_among(const json_t *list, const struct texts *audience)
{
	enum err e = ERR_WRONG_AUDIENCE;
	const json_t *entry;
	size_t i;

	if (!json_is_array(list))
		return ERR_INVALID_CLAIM;
	json_array_foreach (list, i, entry) {
		if (!json_is_string(entry))
			return ERR_INVALID_CLAIM;
		if (is_meant(audience, json_string_value(entry)))
			e = OK;
	}
	return e;
}

enum err
claims_audience_has(const struct claims *claims, const struct texts *audience)
{
	auto_json json_t *list = NULL;
	const char *only = jwt_get_grant(claims->jwt, "aud");
	enum err e;

	if (audience == NULL || audience->count == 0)
		return ERR_WRONG_AUDIENCE;
	if (only != NULL)
		return is_meant(audience, only) ? OK : ERR_WRONG_AUDIENCE;
	e = claims_json(claims, "aud", &list);
	if (e == ERR_NOT_FOUND)
		return ERR_WRONG_AUDIENCE;
	return e == OK ? audience_among(list, audience) : e;
}

/* Sets {name: value}; takes the reference to `value`, which may be NULL. */
static enum err
set_new(struct claims *claims, const char *name, json_t *value)
{
	auto_json json_t *object = json_object();
	auto_str char *text = NULL;

	if (object == NULL || json_object_set_new(object, name, value) != 0)
		return ERR_NO_MEMORY;
	text = json_dumps(object, JSON_COMPACT);
	if (text == NULL)
		return ERR_NO_MEMORY;
	return add_json(claims, text, ERR_INTERNAL);
}

enum err
claims_set_str(struct claims *claims, const char *name, const char *value)
{
	json_t *json = json_string(value);

	/* jansson refuses what is not UTF-8, and says no more than that */
	return json != NULL ? set_new(claims, name, json) : ERR_INTERNAL;
}

enum err
claims_set_num(struct claims *claims, const char *name, int64_t value)
{
	return set_new(claims, name, json_integer(value));
}

enum err
claims_set_json(struct claims *claims, const char *name, const json_t *value)
{
	return set_new(claims, name, json_deep_copy(value));
}

enum err
claims_text(const struct claims *claims, char **out)
{
	char *text = jwt_get_grants_json(claims->jwt, NULL);

	if (text == NULL)
		return ERR_NO_MEMORY;
	*out = text;
	return OK;
}
