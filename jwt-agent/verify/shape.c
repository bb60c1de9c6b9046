/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/shape.h"

/* The first byte behind the string whose opening quote was before `at`. */
static const uint8_t *
skip_string(const uint8_t *at, const uint8_t *end)
{
	while (at < end && *at != '"')
		at += *at == '\\' && end - at > 1 ? 2 : 1;
	return at < end ? at + 1 : end;
}

static const uint8_t *
skip_space(const uint8_t *at, const uint8_t *end)
{
	while (at < end &&
	    (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

bool
shape_is_sane(const uint8_t *text, size_t size, size_t depth, size_t members)
{
	const uint8_t *end = text + size;
	const uint8_t *at = skip_space(text, end);
	size_t open = 0;

	if (at == end || *at != '{')
		return false;
	while (at < end) {
		switch (*at++) {
		case '\0':
			return false;
		case '"':
			at = skip_string(at, end);
			break;
		case '{':
		case '[':
			if (open++ == depth)
				return false;
			break;
		case '}':
		case ']':
			if (open-- == 0)
				return false;
			break;
		case ':':
			if (members-- == 0)
				return false;
			break;
		default:
			break;
		}
	}
	return true;
}
