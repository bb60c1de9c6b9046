/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/utf8.h"

/* How many bytes a character has that begins with this one; 0: none does. */
static size_t
length_of(unsigned char first)
{
	if (first < 0x80)
		return first != 0;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

/* Surrogates, overlong forms and what lies past the last character. */
static bool
is_wrong(uint32_t character, size_t length)
{
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};

	return character < lowest[length] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff);
}

size_t
utf8_next(const char *text, uint32_t *character)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = length_of(byte[0]);
	uint32_t sum;

	if (length == 0)
		return 0;
	sum = length == 1 ? byte[0] : byte[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		sum = sum << 6 | (byte[i] & 0x3f);
	}
	if (is_wrong(sum, length))
		return 0;
	*character = sum;
	return length;
}

bool
utf8_is_control(uint32_t character)
{
	return character < ' ' || (character >= 0x7f && character < 0xa0);
}

/* Unicode's categories Cc, Cf, Zs, Zl and Zp, variation selectors and tags,
 * and the fillers that are letters by name. */
static const struct range {
	uint32_t first, last;
} unseen[] = {
    {0x00, 0x20},
    {0x7f, 0xa0},
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x600, 0x605},
    {0x61c, 0x61c},
    {0x6dd, 0x6dd},
    {0x70f, 0x70f},
    {0x115f, 0x1160},
    {0x1680, 0x1680},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x2000, 0x200f},
    {0x2028, 0x202f},
    {0x205f, 0x206f},
    {0x2800, 0x2800},
    {0x3000, 0x3000},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};

bool
utf8_is_unseen(uint32_t character)
{
	for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
		if (character >= unseen[i].first && character <= unseen[i].last)
			return true;
	return false;
}
