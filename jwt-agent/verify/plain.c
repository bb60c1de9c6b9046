/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/plain.h"

#include <string.h>

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

static bool
take(struct reader *reader, uint8_t c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static bool
read_string(struct reader *reader, char *out, size_t max)
{
	size_t size = 0;

	if (!take(reader, '"'))
		return false;
	while (reader->at < reader->end && *reader->at != '"') {
		uint8_t c = *reader->at++;

		if (c < ' ' || c > '~' || c == '\\' || size == max)
			return false;
		out[size++] = (char)c;
	}
	out[size] = '\0';
	return take(reader, '"');
}

static bool
read_number(struct reader *reader, long *out)
{
	const uint8_t *first = reader->at;
	long number = 0;

	while (reader->at < reader->end && *reader->at >= '0' &&
	    *reader->at <= '9') {
		if (reader->at - first == PLAIN_DIGITS_MAX)
			return false;
		number = number * 10 + (*reader->at++ - '0');
	}
	*out = number;
	/* JSON has no number that begins with a superfluous 0 */
	return reader->at > first && (*first != '0' || reader->at - first == 1);
}

static bool
read_member(struct reader *reader, struct plain_member *out)
{
	if (!read_string(reader, out->name, PLAIN_NAME_MAX) ||
	    out->name[0] == '\0' || !take(reader, ':'))
		return false;
	out->is_text = reader->at < reader->end && *reader->at == '"';
	if (out->is_text)
		return read_string(reader, out->text, PLAIN_TEXT_MAX);
	return read_number(reader, &out->number);
}

bool
plain_read(const uint8_t *text, size_t size, struct plain *out)
{
	struct reader reader = {text, text + size};

	out->count = 0;
	if (!take(&reader, '{'))
		return false;
	do {
		struct plain_member *member = &out->members[out->count];

		if (out->count == PLAIN_MEMBERS_MAX ||
		    !read_member(&reader, member) ||
		    plain_find(out, member->name) != NULL)
			return false;
		out->count++;
	} while (take(&reader, ','));
	return take(&reader, '}') && reader.at == reader.end;
}

const struct plain_member *
plain_find(const struct plain *plain, const char *name)
{
	for (size_t i = 0; i < plain->count; i++)
		if (strcmp(plain->members[i].name, name) == 0)
			return &plain->members[i];
	return NULL;
}
