/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/option_value.h"

#include "base/date.h"
#include "base/texts.h"
#include "base/url.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum err
set_flag(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	bool *flag = member;

	if (value == NULL || strcmp(value, "yes") == 0)
		*flag = true;
	else if (strcmp(value, "no") == 0)
		*flag = false;
	else
		return option_refuse(error,
		    "%s= takes yes or no, not \"%.60s\"", option->name, value);
	return OK;
}

static enum err
set_text(void *member, const char *value)
{
	char **text = member;
	char *copy = strdup(value);

	if (copy == NULL)
		return ERR_NO_MEMORY;
	free(*text);
	*text = copy;
	return OK;
}

static enum err
set_bounded_text(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	size_t size = strlen(value);

	if (size < (size_t)option->min || size > (size_t)option->max)
		return option_refuse(error,
		    "%s= takes %" PRId64 " to %" PRId64 " characters",
		    option->name, option->min, option->max);
	return set_text(member, value);
}

static enum err
set_path(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	if (value[0] != '/')
		return option_refuse(error,
		    "%s= takes an absolute path, not \"%.60s\"", option->name,
		    value);
	return set_text(member, value);
}

struct unit {
	const char *name; /* NULL ends the list */
	int64_t factor;
};

/* A number and its unit; false when it is something else. */
static bool
read_measure(const char *value, const struct unit *units, int64_t *number,
    int64_t *factor)
{
	char *end;

	errno = 0;
	*number = strtoll(value, &end, 10);
	if (errno != 0 || value[0] < '0' || value[0] > '9')
		return false;
	while (units->name != NULL && strcmp(units->name, end) != 0)
		units++;
	*factor = units->factor;
	return units->name != NULL;
}

static enum err
set_measure(const struct option *option, void *member, int64_t number,
    int64_t factor, const char *unit, struct option_error *error)
{
	int64_t *measure = member;

	if (number > option->max / factor || number * factor < option->min)
		return option_refuse(error,
		    "%s= takes %" PRId64 " to %" PRId64 " %s", option->name,
		    option->min, option->max, unit);
	*measure = number * factor;
	return OK;
}

static enum err
set_seconds(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	static const struct unit units[] = {
	    {"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};
	int64_t number, factor;

	if (!read_measure(value, units, &number, &factor))
		return option_refuse(error,
		    "%s= takes a time such as 90, 30s, 15m, 8h or 30d, not "
		    "\"%.60s\"",
		    option->name, value);
	return set_measure(option, member, number, factor, "seconds", error);
}

static enum err
set_size(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	static const struct unit units[] = {{"", 1}, {"K", INT64_C(1) << 10},
	    {"M", INT64_C(1) << 20}, {"G", INT64_C(1) << 30},
	    {"T", INT64_C(1) << 40}, {NULL, 0}};
	int64_t number, factor;

	if (!read_measure(value, units, &number, &factor))
		return option_refuse(error,
		    "%s= takes a size such as 512M or 16G, not \"%.60s\"",
		    option->name, value);
	return set_measure(option, member, number, factor, "bytes", error);
}

static enum err
set_number(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	int64_t *number = member;
	int64_t read;
	char *end;

	errno = 0;
	read = strtoll(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0')
		return option_refuse(error, "%s= takes a number, not \"%.60s\"",
		    option->name, value);
	if (errno != 0 || read < option->min || read > option->max)
		return option_refuse(error, "%s= takes %" PRId64 " to %" PRId64,
		    option->name, option->min, option->max);
	*number = read;
	return OK;
}

static enum err
set_date(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	int64_t over;

	if (!date_read(value, &over))
		return option_refuse(error,
		    "%s= takes a date such as 2026-12-31 or "
		    "2026-12-31T18:00:00Z, not \"%.60s\"",
		    option->name, value);
	return set_text(member, value);
}

static enum err
set_url(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	const char *problem = NULL;

	if (!url_is_allowed(value, &problem))
		return option_refuse(
		    error, "%s=: the URL %s", option->name, problem);
	return set_text(member, value);
}

static bool
among(const char *choices, const char *value, size_t size)
{
	if (memchr(value, '|', size) != NULL)
		return false;
	for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, value, size) == 0 &&
		    (at[size] == '|' || at[size] == '\0'))
			return true;
	}
	return false;
}

static enum err
set_choice(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	if (!among(option->choices, value, strlen(value)))
		return option_refuse(error,
		    "%s= takes one of %s, not \"%.60s\"", option->name,
		    option->choices, value);
	return set_text(member, value);
}

static enum err
add_item(const struct option *option, struct texts *list, const char *item,
    size_t size, struct option_error *error)
{
	enum err e;

	if (size < (size_t)option->min || size > (size_t)option->max)
		return option_refuse(error,
		    "%s= takes items of %" PRId64 " to %" PRId64 " characters",
		    option->name, option->min, option->max);
	if (option->choices != NULL && !among(option->choices, item, size))
		return option_refuse(error, "%s= takes %s, not \"%.*s\"",
		    option->name, option->choices, size < 60 ? (int)size : 60,
		    item);
	e = texts_add(list, item, size);
	if (e == ERR_INVALID_PARAMETER)
		return option_refuse(error, "%s= takes at most %d items",
		    option->name, TEXTS_MAX);
	return e;
}

static bool
is_blank(char character)
{
	return character == ' ' || character == '\t';
}

static enum err
add_trimmed(const struct option *option, struct texts *list, const char *item,
    size_t size, struct option_error *error)
{
	for (; size > 0 && is_blank(*item); size--)
		item++;
	while (size > 0 && is_blank(item[size - 1]))
		size--;
	if (size == 0)
		return option_refuse(
		    error, "%s= has an empty item", option->name);
	return add_item(option, list, item, size, error);
}

static enum err
add_items(const struct option *option, struct texts *list, const char *value,
    struct option_error *error)
{
	enum err e;
	size_t size;

	for (const char *at = value;; at += size + 1) {
		size = strcspn(at, ",");
		e = add_trimmed(option, list, at, size, error);
		if (e != OK || at[size] == '\0')
			return e;
	}
}

enum err
option_value_read(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	if (option->type == OPTION_FLAG)
		return set_flag(option, member, value, error);
	if (value == NULL || value[0] == '\0')
		return option_refuse(error, "%s= needs a value", option->name);
	switch (option->type) {
	case OPTION_PATH:
		return set_path(option, member, value, error);
	case OPTION_SECONDS:
		return set_seconds(option, member, value, error);
	case OPTION_SIZE:
		return set_size(option, member, value, error);
	case OPTION_CHOICE:
		return set_choice(option, member, value, error);
	case OPTION_NUMBER:
		return set_number(option, member, value, error);
	case OPTION_DATE:
		return set_date(option, member, value, error);
	case OPTION_URL:
		return set_url(option, member, value, error);
	case OPTION_LIST:
		return add_items(option, member, value, error);
	case OPTION_LINES:
		return add_item(option, member, value, strlen(value), error);
	default:
		return set_bounded_text(option, member, value, error);
	}
}

void
option_value_clear(enum option_type type, void *member)
{
	switch (type) {
	case OPTION_FLAG:
		*(bool *)member = false;
		break;
	case OPTION_SECONDS:
	case OPTION_SIZE:
	case OPTION_NUMBER:
		*(int64_t *)member = 0;
		break;
	case OPTION_LIST:
	case OPTION_LINES:
		texts_clear(member);
		break;
	default:
		free(*(char **)member);
		*(char **)member = NULL;
	}
}

enum err
option_value_copy(enum option_type type, void *member, const void *from)
{
	switch (type) {
	case OPTION_FLAG:
		*(bool *)member = *(const bool *)from;
		return OK;
	case OPTION_SECONDS:
	case OPTION_SIZE:
	case OPTION_NUMBER:
		*(int64_t *)member = *(const int64_t *)from;
		return OK;
	case OPTION_LIST:
	case OPTION_LINES:
		return texts_copy(from, member);
	default:
		if (*(char *const *)from == NULL)
			return OK;
		return set_text(member, *(char *const *)from);
	}
}
