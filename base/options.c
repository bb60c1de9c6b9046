/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/options.h"

#include "base/option_value.h"

#include <stdio.h>
#include <string.h>

static bool
same_section(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return strcmp(left, right) == 0;
}

static void *
member_of(const struct option *option, void *object)
{
	return (char *)object + option->offset;
}

const struct option *
options_find(const struct option *options, size_t count, const char *section,
    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (same_section(options[i].section, section) &&
		    strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

enum err
option_set(const struct option *option, void *object, const char *value,
    struct option_error *error)
{
	return option_value_read(
	    option, member_of(option, object), value, error);
}

void
option_clear(const struct option *option, void *object)
{
	option_value_clear(option->type, member_of(option, object));
}

enum err
options_preset(const struct option *options, size_t count, void *object,
    struct option_error *error)
{
	for (size_t i = 0; i < count; i++) {
		enum err e;

		if (options[i].preset == NULL)
			continue;
		e = option_set(&options[i], object, options[i].preset, error);
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
	const struct option *option =
	    options_find(options, count, section, name);

	if (option != NULL)
		return option_set(option, object, value, error);
	if (section == NULL)
		return option_refuse(error, "unknown argument \"%.60s\"", name);
	return option_refuse(
	    error, "unknown key \"%.60s\" in section [%.60s]", name, section);
}

enum err
options_inherit(const struct option *options, size_t count, void *object,
    const void *from, const bool set[])
{
	enum err e = OK;

	for (size_t i = 0; i < count && e == OK; i++) {
		if (set[i])
			continue;
		option_clear(&options[i], object);
		e = option_value_copy(options[i].type,
		    member_of(&options[i], object),
		    (const char *)from + options[i].offset);
	}
	return e;
}

void
options_clear(const struct option *options, size_t count, void *object)
{
	for (size_t i = 0; i < count; i++)
		option_clear(&options[i], object);
}
