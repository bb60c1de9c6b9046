/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/logincode.h"

#include "base/crockford.h"

#include <string.h>

#define GROUP_SIZE 4
#define RANDOM_BYTES 8 /* 60 bits of them are used */

enum err
logincode_new(const struct host *host, char code[LOGINCODE_SIZE + 1])
{
	uint8_t bytes[RANDOM_BYTES];
	uint64_t bits = 0;
	enum err e = host_random(host, bytes, sizeof(bytes));

	if (e != OK)
		return e;
	memcpy(&bits, bytes, sizeof(bits));
	for (size_t i = 0; i < LOGINCODE_SIZE; i++) {
		code[i] = crockford_character((unsigned int)(bits & 31));
		bits >>= CROCKFORD_BITS;
	}
	code[LOGINCODE_SIZE] = '\0';
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(&bits, sizeof(bits));
	return OK;
}

/* Whether a hyphen stands at this place of what is shown. */
static bool
is_between(size_t place)
{
	return place % (GROUP_SIZE + 1) == GROUP_SIZE;
}

void
logincode_show(
    const char code[LOGINCODE_SIZE + 1], char shown[LOGINCODE_SHOWN_SIZE + 1])
{
	for (size_t i = 0; i < LOGINCODE_SHOWN_SIZE; i++)
		shown[i] = is_between(i) ? '-' : *code++;
	shown[LOGINCODE_SHOWN_SIZE] = '\0';
}

bool
logincode_read(const char *text, char code[LOGINCODE_SIZE + 1])
{
	char read[LOGINCODE_SIZE + 1] = "";
	size_t size = 0;

	if (strlen(text) != LOGINCODE_SHOWN_SIZE)
		return false;
	for (size_t i = 0; i < LOGINCODE_SHOWN_SIZE; i++) {
		int value = crockford_value(text[i]);

		if (is_between(i) && (text[i] == '-' || text[i] == ' '))
			continue;
		if (is_between(i) || value < 0) {
			explicit_bzero(read, sizeof(read));
			return false;
		}
		read[size++] = crockford_character((unsigned int)value);
	}
	memcpy(code, read, sizeof(read));
	explicit_bzero(read, sizeof(read));
	return true;
}
