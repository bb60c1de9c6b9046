/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/requirement.h"
#include "base/fields.h"
#include "jwt-agent/policy/line.h"
#include "jwt-agent/policy/number.h"

#include <string.h>

static const char *
part_problem(const char *part, size_t size)
{
	if (size == 0)
		return "something is missing before or behind = or |";
	if (part[0] == ' ' || part[size - 1] == ' ')
		return "a blank stands beside = or |";
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)part[i] < ' ' || part[i] == '\x7f')
			return "there is a control character in it";
	return NULL;
}

static const char *
alternatives_problem(const char *text)
{
	for (;;) {
		size_t size = strcspn(text, "|");
		const char *problem = part_problem(text, size);

		if (problem != NULL || text[size] == '\0')
			return problem;
		text += size + 1;
	}
}

static bool
is_too_long(const char *item)
{
	return strnlen(item, REQUIREMENT_SIZE_MAX + 1) > REQUIREMENT_SIZE_MAX;
}

const char *
group_problem(const char *item)
{
	return is_too_long(item) ? "it is longer than 512 bytes"
				 : alternatives_problem(item);
}

const char *
requirement_problem(const char *item)
{
	size_t size = strcspn(item, "=");
	const char *problem = part_problem(item, size);

	if (is_too_long(item))
		return "it is longer than 512 bytes";
	if (problem == NULL && memchr(item, '|', size) != NULL)
		return "a | stands in the name of a claim";
	if (problem != NULL || item[size] == '\0')
		return problem;
	return alternatives_problem(item + size + 1);
}

static bool
is_among(const char *alternatives, const char *text)
{
	size_t wanted = strlen(text);

	for (;;) {
		size_t size = strcspn(alternatives, "|");

		if (size > 0 && size == wanted &&
		    memcmp(alternatives, text, size) == 0)
			return true;
		if (alternatives[size] == '\0')
			return false;
		alternatives += size + 1;
	}
}

/* The text that a value is compared by; NULL when it is none that can be. */
static const char *
text_of(const json_t *value, char number[NUMBER_TEXT_SIZE])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if (!json_is_number(value))
		return NULL;
	number_text(value, number);
	return number;
}

static void
tell_one(struct line *line, const json_t *json)
{
	char number[NUMBER_TEXT_SIZE];
	const char *text = text_of(json, number);

	if (text != NULL)
		line_add(line, text);
	else if (json_is_null(json))
		line_add(line, "null");
	else
		line_add(line, json_is_array(json) ? "[...]" : "{...}");
}

static void
tell_value(struct requirement_value *value, const json_t *json)
{
	struct line line = {.text = value->text, .size = sizeof(value->text)};
	const json_t *entry;
	size_t i;

	*value = (struct requirement_value){.is_there = true};
	if (!json_is_array(json))
		tell_one(&line, json);
	json_array_foreach (json, i, entry) {
		if (i > 0)
			line_add(&line, ", ");
		tell_one(&line, entry);
	}
}

/* ERR_NOT_FOUND leaves a value that is not there. */
static enum err
look_up(const struct claims *claims, const char *path, json_t **out,
    struct requirement_value *value)
{
	enum err e = claims_find(claims, path, out);

	if (e == OK)
		tell_value(value, *out);
	else
		*value = (struct requirement_value){.is_there = false};
	return e;
}

static bool
says_something(const json_t *value)
{
	if (json_is_string(value))
		return json_string_length(value) > 0;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_object(value))
		return json_object_size(value) > 0;
	return !json_is_null(value) && !json_is_false(value);
}

static bool
is_one_of(const json_t *value, const char *alternatives)
{
	char number[NUMBER_TEXT_SIZE];
	const char *text = text_of(value, number);

	return text != NULL && is_among(alternatives, text);
}

static bool
has_one_of(const json_t *value, const char *alternatives)
{
	const json_t *entry;
	size_t i;

	if (!json_is_array(value))
		return is_one_of(value, alternatives);
	json_array_foreach (value, i, entry)
		if (is_one_of(entry, alternatives))
			return true;
	return false;
}

static enum err
answer(enum err e, bool is_met)
{
	if (e == ERR_NOT_FOUND)
		return ERR_POLICY_DENIED;
	if (e != OK)
		return e;
	return is_met ? OK : ERR_POLICY_DENIED;
}

enum err
requirement_check(const struct claims *claims, const char *item,
    struct requirement_value *value)
{
	size_t size = strcspn(item, "=");
	char name[REQUIREMENT_SIZE_MAX + 1];
	auto_json json_t *json = NULL;
	enum err e = ERR_NOT_FOUND;

	*value = (struct requirement_value){.is_there = false};
	if (size < sizeof(name)) {
		memcpy(name, item, size);
		name[size] = '\0';
		e = look_up(claims, name, &json, value);
	}
	return answer(e,
	    item[size] == '\0' ? says_something(json)
			       : has_one_of(json, item + size + 1));
}

static bool
are_texts(const json_t *list)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (list, i, entry)
		if (!json_is_string(entry))
			return false;
	return json_is_array(list);
}

enum err
group_check(const struct claims *claims, const char *path, const char *item,
    struct requirement_value *value)
{
	auto_json json_t *json = NULL;
	enum err e = look_up(claims, path, &json, value);

	return answer(e,
	    (json_is_string(json) || are_texts(json)) &&
		has_one_of(json, item));
}

enum err
member_check(const struct claims *claims, const char *path, const char *item,
    struct requirement_value *value)
{
	auto_json json_t *json = NULL;
	enum err e = look_up(claims, path, &json, value);
	const json_t *entry;
	bool is_there = false;
	size_t i;

	json_array_foreach (json, i, entry)
		if (json_is_string(entry) &&
		    strcmp(json_string_value(entry), item) == 0)
			is_there = true;
	return answer(e, is_there && are_texts(json));
}
