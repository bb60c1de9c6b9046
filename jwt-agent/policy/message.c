/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/message.h"
#include "base/fields.h"
#include "jwt-agent/policy/line.h"
#include "jwt-agent/policy/number.h"
#include "jwt-agent/policy/utf8.h"

#include <stdio.h>
#include <string.h>

static const char *
characters_problem(const char *text)
{
	while (*text != '\0') {
		uint32_t character;
		size_t size = utf8_next(text, &character);

		if (size == 0)
			return "it is not UTF-8";
		if (utf8_is_control(character))
			return "there is a control character in it";
		text += size;
	}
	return NULL;
}

/* The size of the name in {name}, of which the opening brace was read; 0 when
 * it is none. */
static size_t
name_size(const char *text)
{
	size_t size = strcspn(text, "{} ");

	return text[size] == '}' ? size : 0;
}

const char *
policy_deny_problem(const char *form)
{
	size_t rest = strnlen(form, POLICY_TEXT_SIZE);

	if (rest == 0)
		return "there is nothing in it";
	if (rest == POLICY_TEXT_SIZE)
		return "it is longer than 255 bytes";
	for (const char *at = form; *at != '\0'; at++) {
		at += strcspn(at, "{}");
		if (*at == '\0')
			break;
		rest = *at == '{' ? name_size(at + 1) : 0;
		if (rest == 0)
			return "a brace does not belong to a {claim}";
		at += rest + 1;
	}
	return characters_problem(form);
}

static void
add_json(struct line *line, const json_t *json)
{
	char number[NUMBER_TEXT_SIZE];

	if (json_is_string(json)) {
		line_add_plain(
		    line, json_string_value(json), POLICY_TEXT_VALUE_MAX);
	} else if (json_is_number(json)) {
		number_text(json, number);
		line_add_plain(line, number, POLICY_TEXT_VALUE_MAX);
	} else if (json_is_boolean(json)) {
		line_add(line, json_is_true(json) ? "true" : "false");
	} else {
		line_add(line, POLICY_TEXT_NONE);
	}
}

static void
add_claim(struct line *line, const struct claims *claims, const char *name)
{
	auto_json json_t *json = NULL;

	enum err e = claims_find(claims, name, &json);

	if (e == OK)
		add_json(line, json);
	else if (e == ERR_NOT_FOUND)
		line_add(line, POLICY_TEXT_NONE);
}

void
policy_deny_text(
    const char *form, const struct claims *claims, char text[POLICY_TEXT_SIZE])
{
	struct line line = {.text = text, .size = POLICY_TEXT_SIZE};
	char copy[POLICY_TEXT_SIZE];
	char *rest = copy;

	snprintf(copy, sizeof(copy), "%s", form);
	while (rest != NULL) {
		line_add(&line, strsep(&rest, "{"));
		if (rest != NULL)
			add_claim(&line, claims, strsep(&rest, "}"));
	}
}
