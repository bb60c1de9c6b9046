/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/importline.h"

#include <string.h>

/* A token in compact form begins with a header, a JSON object in base64url. */
#define TOKEN_START "eyJ"
#define REFRESH_START "jr1_"

void
importline_clear(struct importline *line)
{
	json_decref(line->json);
	line->json = NULL;
	line->size = 0;
	line->reason = NULL;
	line->detail = NULL;
}

static void
refuse(struct importline *line, const char *reason, const char *detail)
{
	json_decref(line->json);
	line->json = NULL;
	line->reason = reason;
	line->detail = detail;
}

/* One line without its end; what does not fit is read over: `*size` tells. */
static enum err
read_text(FILE *file, char text[IMPORTLINE_MAX + 1], size_t *size)
{
	int byte = getc_unlocked(file);

	*size = 0;
	if (byte == EOF)
		return ferror(file) != 0 ? ERR_IO : ERR_NOT_FOUND;
	for (; byte != EOF && byte != '\n'; byte = getc_unlocked(file)) {
		if (*size < IMPORTLINE_MAX)
			text[*size] = (char)byte;
		++*size;
	}
	return ferror(file) != 0 ? ERR_IO : OK;
}

static bool
is_blank(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (strchr(" \t\r", text[i]) == NULL || text[i] == '\0')
			return false;
	return true;
}

/* Brackets outside of strings, before anything is made of them. */
static bool
is_too_deep(const char *text, size_t size)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < size; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			depth -= depth > 0;
		if (depth > IMPORTLINE_DEPTH_MAX)
			return true;
	}
	return false;
}

static bool
names_secret(const char *name)
{
	static const char *const words[] = {"token", "secret", "password",
	    "passwd", "credential", "private", "cookie", "session_key", "hash"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(name, words[i]) != NULL)
			return true;
	return false;
}

static bool
is_token(const char *text)
{
	const char *dot = strchr(text, '.');

	if (strncmp(text, REFRESH_START, strlen(REFRESH_START)) == 0)
		return true;
	return strncmp(text, TOKEN_START, strlen(TOKEN_START)) == 0 &&
	    dot != NULL && strchr(dot + 1, '.') != NULL;
}

/* At most as deep as a line may be. */
static bool
has_token(const json_t *json)
{
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_string(json))
		return is_token(json_string_value(json));
	json_array_foreach (json, i, member)
		if (has_token(member))
			return true;
	json_object_foreach ((json_t *)(uintptr_t)json, name, member)
		if (has_token(member))
			return true;
	return false;
}

/* Of the line's own members; claims may be called anything. */
static bool
has_secret(const json_t *json)
{
	const char *name;
	json_t *member;

	json_object_foreach ((json_t *)(uintptr_t)json, name, member)
		if (names_secret(name))
			return true;
	return has_token(json);
}

static void
judge(struct importline *line, const char *text)
{
	if (line->size > IMPORTLINE_MAX) {
		refuse(line, "too-long", "the line is longer than 16 KiB");
		return;
	}
	if (is_too_deep(text, line->size)) {
		refuse(line, "too-deep", "the line is nested too deeply");
		return;
	}
	line->json = json_loadb(text, line->size, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(line->json))
		refuse(line, "not-json",
		    "the line is no JSON object, or has a member twice");
	else if (has_secret(line->json))
		refuse(line, "secret",
		    "the line carries a token or another secret, which cannot "
		    "be imported: people enrol again");
	else if (!json_is_string(json_object_get(line->json, "user")))
		refuse(line, "bad-member", "user is missing or no text");
}

enum err
importline_next(FILE *file, struct importline *line)
{
	auto_str char *text = malloc(IMPORTLINE_MAX + 1);
	enum err e;

	if (text == NULL)
		return ERR_NO_MEMORY;
	do {
		importline_clear(line);
		e = read_text(file, text, &line->size);
		line->number++;
	} while (e == OK && line->size <= IMPORTLINE_MAX &&
	    is_blank(text, line->size));
	if (e == OK)
		judge(line, text);
	explicit_bzero(text, IMPORTLINE_MAX + 1);
	return e;
}
