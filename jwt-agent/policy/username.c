/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/username.h"
#include "jwt-agent/policy/utf8.h"

#include <stdint.h>
#include <string.h>

static const char *
character_problem(uint32_t character)
{
	switch (character) {
	case '/':
		return "contains a slash";
	case ':':
		return "contains a colon";
	default:
		return utf8_is_unseen(character)
		    ? "contains white space or a control character"
		    : NULL;
	}
}

static const char *
characters_problem(const char *name)
{
	const char *problem = NULL;

	while (problem == NULL && *name != '\0') {
		uint32_t character;
		size_t size = utf8_next(name, &character);

		if (size == 0)
			return "is not UTF-8";
		problem = character_problem(character);
		name += size;
	}
	return problem;
}

const char *
user_name_problem(const char *name)
{
	size_t size = strnlen(name, USER_NAME_MAX + 1);

	if (size == 0)
		return "is empty";
	if (size > USER_NAME_MAX)
		return "is too long";
	if (name[0] == '-')
		return "begins with a hyphen";
	/* programs take such a name for a uid */
	if (strspn(name, "0123456789") == size)
		return "consists of digits";
	return characters_problem(name);
}
