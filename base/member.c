/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/member.h"

#include <string.h>

const char *
member_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

bool
member_is(const json_t *object, const char *name, const char *text)
{
	const char *is = json_string_value(json_object_get(object, name));

	return is != NULL && strcmp(is, text) == 0;
}
