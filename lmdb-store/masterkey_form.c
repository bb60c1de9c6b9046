/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/masterkey_form.h"

#include "base/base64url.h"

#include <ctype.h>
#include <string.h>

static int
digit_of(char character)
{
	const char digits[] = "0123456789abcdef";
	const char *place = strchr(digits, tolower((unsigned char)character));

	return character != '\0' && place != NULL ? (int)(place - digits) : -1;
}

static bool
decode_hex(const char *text, size_t size, uint8_t key[MASTERKEY_SIZE])
{
	if (size != 2 * (size_t)MASTERKEY_SIZE)
		return false;
	for (size_t i = 0; i < MASTERKEY_SIZE; i++) {
		int high = digit_of(text[2 * i]);
		int low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* `text` becomes the other alphabet's. */
static bool
decode_base64(char *text, size_t size, uint8_t key[MASTERKEY_SIZE])
{
	size_t done = 0;

	if (size == BASE64URL_TEXT_SIZE((size_t)MASTERKEY_SIZE) + 1 &&
	    text[size - 1] == '=')
		size--;
	if (size != BASE64URL_TEXT_SIZE((size_t)MASTERKEY_SIZE))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
	}
	return base64url_decode(key, &done, text, size) == OK &&
	    done == MASTERKEY_SIZE;
}

static bool
decode_text(char *text, size_t size, uint8_t key[MASTERKEY_SIZE])
{
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		size--;
	while (size > 0 && isspace((unsigned char)text[0])) {
		text++;
		size--;
	}
	return decode_hex(text, size, key) || decode_base64(text, size, key);
}

enum err
masterkey_decode(const void *data, size_t size, struct secret **out)
{
	auto_free(secret) struct secret *key = NULL, *text = NULL;

	if (size == MASTERKEY_SIZE)
		return secret_new(out, data, size);
	if (size > MASTERKEY_OUTPUT_MAX)
		return ERR_MALFORMED;
	if (secret_zero(&key, MASTERKEY_SIZE) != OK ||
	    secret_new(&text, data, size) != OK)
		return ERR_NO_MEMORY;
	if (!decode_text((char *)secret_bytes(text), size, secret_bytes(key)))
		return ERR_MALFORMED;
	*out = TAKE(key);
	return OK;
}
