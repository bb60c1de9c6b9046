/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static enum err
refuse(struct option_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return ERR_CONFIG;
}

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
		return refuse(error, "%s= takes yes or no, not \"%.60s\"",
		    option->name, value);
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
		return refuse(error,
		    "%s= takes %" PRId64 " to %" PRId64 " characters",
		    option->name, option->min, option->max);
	return set_text(member, value);
}

static enum err
set_path(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	if (value[0] != '/')
		return refuse(error,
		    "%s= takes an absolute path, not \"%.60s\"", option->name,
		    value);
	return set_text(member, value);
}

static int64_t
unit_seconds(const char *unit)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(units[i].name, unit) == 0)
			return units[i].seconds;
	return 0;
}

static enum err
set_seconds(const struct option *option, void *member, const char *value,
    struct option_error *error)
{
	int64_t *seconds = member;
	int64_t number, unit;
	char *end;

	errno = 0;
	number = strtoll(value, &end, 10);
	unit = unit_seconds(end);
	if (errno != 0 || end == value || unit == 0 || value[0] < '0' ||
	    value[0] > '9')
		return refuse(error,
		    "%s= takes a time such as 90, 30s, 15m, 8h or 30d, not "
		    "\"%.60s\"",
		    option->name, value);
	if (number > option->max / unit || number * unit < option->min)
		return refuse(error,
		    "%s= takes %" PRId64 " to %" PRId64 " seconds",
		    option->name, option->min, option->max);
	*seconds = number * unit;
	return OK;
}

static bool
among(const char *choices, const char *value)
{
	size_t size = strlen(value);

	if (strchr(value, '|') != NULL)
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
	if (!among(option->choices, value))
		return refuse(error, "%s= takes one of %s, not \"%.60s\"",
		    option->name, option->choices, value);
	return set_text(member, value);
}

static enum err
set_member(const struct option *option, void *object, const char *value,
    struct option_error *error)
{
	void *member = (char *)object + option->offset;

	if (option->type == OPTION_FLAG)
		return set_flag(option, member, value, error);
	if (value == NULL || value[0] == '\0')
		return refuse(error, "%s= needs a value", option->name);
	switch (option->type) {
	case OPTION_PATH:
		return set_path(option, member, value, error);
	case OPTION_SECONDS:
		return set_seconds(option, member, value, error);
	case OPTION_CHOICE:
		return set_choice(option, member, value, error);
	default:
		return set_bounded_text(option, member, value, error);
	}
}

static bool
same_section(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return strcmp(left, right) == 0;
}

enum err
options_preset(const struct option *options, size_t count, void *object,
    struct option_error *error)
{
	for (size_t i = 0; i < count; i++) {
		enum err e;

		if (options[i].preset == NULL)
			continue;
		e = set_member(&options[i], object, options[i].preset, error);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err
options_set(const struct option *options, size_t count, void *object,
    const char *section, const char *name, const char *value,
    struct option_error *error)
{
	for (size_t i = 0; i < count; i++)
		if (same_section(options[i].section, section) &&
		    strcmp(options[i].name, name) == 0)
			return set_member(&options[i], object, value, error);
	if (section == NULL)
		return refuse(error, "unknown argument \"%.60s\"", name);
	return refuse(
	    error, "unknown key \"%.60s\" in section [%.60s]", name, section);
}

void
options_clear(const struct option *options, size_t count, void *object)
{
	for (size_t i = 0; i < count; i++) {
		char **text = (void *)((char *)object + options[i].offset);

		if (options[i].type == OPTION_FLAG ||
		    options[i].type == OPTION_SECONDS)
			continue;
		free(*text);
		*text = NULL;
	}
}
