/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/value.h"

const void *
config_member(const struct option *option, const struct config_section *section)
{
	return (const char *)section->object + option->offset;
}

bool
config_is_unset(const struct option *option, const void *member)
{
	switch (option->type) {
	case OPTION_FLAG:
		return false;
	case OPTION_SECONDS:
	case OPTION_SIZE:
	case OPTION_NUMBER:
		return *(const int64_t *)member == 0 &&
		    (option->preset == NULL || option->min > 0);
	case OPTION_LIST:
	case OPTION_LINES:
		return ((const struct texts *)member)->count == 0;
	default:
		return *(char *const *)member == NULL;
	}
}

json_t *
config_value_json(const struct option *option, const void *member)
{
	switch (option->type) {
	case OPTION_FLAG:
		return json_boolean(*(const bool *)member);
	case OPTION_LIST:
	case OPTION_LINES:
		return texts_json(member);
	case OPTION_SECONDS:
	case OPTION_SIZE:
	case OPTION_NUMBER:
		return config_is_unset(option, member)
		    ? json_null()
		    : json_integer(*(const int64_t *)member);
	default:
		return config_is_unset(option, member)
		    ? json_null()
		    : json_string(*(char *const *)member);
	}
}
