/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Claim sets and the paths into them. The first line of the input is the path,
 * and an audience at the same time; the rest is the payload. What is found has
 * to be what jansson finds by itself.
 */

#include "base/fields.h"
#include "jwt-agent/verify/claims.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Borrowed, or NULL: the whole name first, else step by step. */
static const json_t *
reference(const json_t *all, const char *path)
{
	auto_str char *steps = strdup(path);
	const json_t *at = all;
	char *rest = steps;
	size_t depth = 0;

	must(steps != NULL);
	if (path[0] == '\0')
		return NULL;
	if (json_object_get(all, path) != NULL)
		return json_object_get(all, path);
	/* the empty name is the first step to nothing */
	while (path[0] != '.' && rest != NULL && depth++ < CLAIMS_DEPTH_MAX)
		at = json_object_get(at, strsep(&rest, "."));
	return rest == NULL ? at : NULL;
}

static void
by_path(const struct claims *claims, const json_t *all, const char *path)
{
	const json_t *expected = reference(all, path);
	auto_json json_t *found = NULL;
	enum err e = claims_find(claims, path, &found);

	must(e == (expected != NULL ? OK : ERR_NOT_FOUND));
	if (e == OK)
		must(json_equal(found, expected));
}

static void
by_text(struct claims *claims, const json_t *all, const char *path)
{
	const json_t *expected = reference(all, path);
	const char *text = json_string_value(expected);
	const char *found = NULL;
	enum err e = claims_find_str(claims, path, &found);
	bool fits =
	    text != NULL && text[0] != '\0' && strlen(text) <= CLAIM_STR_MAX;

	if (expected == NULL)
		must(e == ERR_NOT_FOUND);
	else
		must(e == (fits ? OK : ERR_INVALID_CLAIM));
	if (e == OK)
		must(strcmp(found, text) == 0);
}

static bool
has_audience(const json_t *aud, const char *audience)
{
	const json_t *entry;
	size_t i;
	bool has = json_is_string(aud) &&
	    strcmp(json_string_value(aud), audience) == 0;

	json_array_foreach (aud, i, entry) {
		if (!json_is_string(entry))
			return false;
		has = has || strcmp(json_string_value(entry), audience) == 0;
	}
	return has && audience[0] != '\0';
}

static void
by_audience(const struct claims *claims, const json_t *all, char *audience)
{
	const struct texts one = {1, &audience};
	enum err e = claims_audience_has(claims, &one);

	must(e == OK || e == ERR_WRONG_AUDIENCE || e == ERR_INVALID_CLAIM);
	must((e == OK) == has_audience(json_object_get(all, "aud"), audience));
}

static void
by_number(const struct claims *claims, const json_t *all, const char *name)
{
	const json_t *expected =
	    name[0] != '\0' ? json_object_get(all, name) : NULL;
	int64_t number = -1;
	enum err e = claims_num(claims, name, &number);

	must(e == OK || e == ERR_NOT_FOUND || e == ERR_INVALID_CLAIM);
	must((e == ERR_NOT_FOUND) == (expected == NULL));
	if (e == OK)
		must(json_is_number(expected) && number >= 0 &&
		    number <= CLAIM_DATE_MAX);
}

/* libjwt keeps what jansson says, so the two must agree on every claim. */
static void
look_into(struct claims *claims, const char *payload, size_t size, char *path)
{
	auto_json json_t *all =
	    json_loadb(payload, size, JSON_REJECT_DUPLICATES, NULL);

	must(all != NULL);
	by_path(claims, all, path);
	by_text(claims, all, path);
	by_number(claims, all, path);
	by_audience(claims, all, path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
	auto_free(claims) struct claims *claims = NULL;
	auto_str char *path = NULL;
	auto_str char *payload = NULL;
	size_t payload_size;
	enum err e;

	if (line == NULL)
		return 0;
	path = strndup((const char *)data, (size_t)(line - data));
	payload_size = size - (size_t)(line + 1 - data);
	payload = malloc(payload_size + 1);
	must(path != NULL && payload != NULL);
	memcpy(payload, line + 1, payload_size);
	payload[payload_size] = '\0';
	e = claims_read((const uint8_t *)payload, payload_size, &claims);
	must(e == OK || e == ERR_MALFORMED);
	if (e == OK)
		look_into(claims, payload, payload_size, path);
	return 0;
}
