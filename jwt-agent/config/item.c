/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/item.h"

#include "base/date.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define UID_LAST 4294967294
#define BLANKS " \t"

static bool
is_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

/* As a mapped name is bound, so that what is listed can match. */
static const char *
user_problem(const char *item)
{
	if (item[0] == '-')
		return "is no user's name: it begins with a hyphen";
	if (strpbrk(item, "/:" BLANKS) != NULL)
		return "is no user's name: it holds a slash, a colon or a "
		       "blank";
	return is_digits(item) ? "is no user's name: it has only digits" : NULL;
}

static const char *
caller_problem(const char *item)
{
	if (!is_digits(item))
		return user_problem(item);
	errno = 0;
	if (strtoull(item, NULL, 10) > UID_LAST || errno != 0)
		return "is no uid";
	return NULL;
}

static bool
has_blank_end(const char *text, size_t size)
{
	return size > 0 &&
	    (strchr(BLANKS, text[0]) != NULL ||
		strchr(BLANKS, text[size - 1]) != NULL);
}

/* One of some, separated by bars. */
static const char *
choices_problem(const char *text)
{
	for (size_t size;; text += size + 1) {
		size = strcspn(text, "|");
		if (size == 0)
			return "has nothing on one side of a bar";
		if (has_blank_end(text, size))
			return "has a blank beside a bar";
		if (text[size] == '\0')
			return NULL;
	}
}

static const char *
claim_problem(const char *item)
{
	size_t size = strcspn(item, "=");

	if (size == 0)
		return "names no claim";
	if (item[size] == '\0')
		return strchr(item, '|') != NULL
		    ? "has choices, but no claim that takes them"
		    : NULL;
	if (item[size + 1] == '\0')
		return "has no value behind the equals sign";
	if (has_blank_end(item, size) ||
	    has_blank_end(item + size + 1, strlen(item + size + 1)))
		return "has a blank beside the equals sign";
	return choices_problem(item + size + 1);
}

static const char *
message_problem(const char *item)
{
	for (const char *at = item; (at = strpbrk(at, "{}")) != NULL; at++) {
		size_t size = strcspn(at + 1, "{}");

		if (*at == '}' || at[1 + size] != '}')
			return "has a brace without its other";
		if (size == 0)
			return "has braces that name no claim";
		at += 1 + size;
	}
	return NULL;
}

/* EVENT[:OUTCOME[:REASON]], or the name of a gauge. An asterisk stands for any
 * rest. */
static const char *
event_problem(const char *item)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	int parts = 0;

	for (size_t size;; item += size + 1) {
		size = strspn(item, allowed);
		size += item[size] == '*';
		if (size == 0 || ++parts > 3 ||
		    (item[size] != ':' && item[size] != '\0'))
			return "is not of the form EVENT:OUTCOME:REASON";
		if (item[size] == '\0')
			return NULL;
	}
}

static const char *
path_problem(const char *item)
{
	return item[0] != '/' ? "is no absolute path" : NULL;
}

static const char *
ending_problem(const char *item)
{
	size_t name;
	int64_t over;

	return date_read_item(item, &name, &over)
	    ? NULL
	    : "is not a name, a blank and a date such as 2026-12-31 or "
	      "2026-12-31T18:00:00Z";
}

static const char *
ending_version_problem(const char *item)
{
	size_t digits = strspn(item, "0123456789");

	if (digits == 0 || digits > 4 || strchr(BLANKS, item[digits]) == NULL ||
	    strtol(item, NULL, 10) == 0)
		return "does not begin with a version and a blank";
	return ending_problem(item);
}

const char *
item_problem(const char *key, const char *item)
{
	static const struct {
		const char *key;
		const char *(*problem)(const char *item);
	} checks[] = {
	    {"algorithms_until", ending_problem},
	    {"callers", caller_problem},
	    {"claim_versions_until", ending_version_problem},
	    {"deny_message", message_problem},
	    {"keys_file", path_problem},
	    {"of", event_problem},
	    {"require_claims", claim_problem},
	    {"require_groups", choices_problem},
	    {"to", event_problem},
	    {"users", user_problem},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (strcmp(checks[i].key, key) == 0)
			return checks[i].problem(item);
	return NULL;
}
