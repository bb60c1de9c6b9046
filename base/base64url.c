/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/base64url.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

void
base64url_encode(char *text, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	unsigned int bits = 0, held = 0;

	for (size_t i = 0; i < size; i++) {
		held = held << 8 | bytes[i];
		for (bits += 8; bits >= 6; bits -= 6)
			*text++ = alphabet[held >> (bits - 6) & 63];
	}
	if (bits > 0)
		*text++ = alphabet[held << (6 - bits) & 63];
	*text = '\0';
}

enum err
base64url_decode(
    uint8_t *data, size_t *size, const char *text, size_t text_size)
{
	unsigned int bits = 0, held = 0;
	size_t used = 0;

	if (text_size % 4 == 1)
		return ERR_MALFORMED;
	for (size_t i = 0; i < text_size; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			return ERR_MALFORMED;
		held = held << 6 | (unsigned int)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			data[used++] = (uint8_t)(held >> bits);
		}
	}
	if ((held & ((1u << bits) - 1)) != 0)
		return ERR_MALFORMED;
	*size = used;
	return OK;
}
