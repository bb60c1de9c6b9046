/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/id.h"

#include "base/crockford.h"

#include <string.h>

/* 16 bytes are 128 bits, 26 characters hold 130: the first two are zero. */
static void
crockford(char id[ID_SIZE + 1], const uint8_t bytes[16])
{
	unsigned int bits = 2, held = 0;

	for (size_t i = 0; i < 16; i++) {
		held = (held << 8 | bytes[i]) & 0xffff;
		for (bits += 8; bits >= CROCKFORD_BITS; bits -= CROCKFORD_BITS)
			*id++ = crockford_character(
			    held >> (bits - CROCKFORD_BITS));
	}
	*id = '\0';
}

void
id_of(int64_t ms, const uint8_t random[10], char id[ID_SIZE + 1])
{
	uint8_t bytes[16];

	for (size_t i = 0; i < 6; i++)
		bytes[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
	memcpy(bytes + 6, random, 10);
	crockford(id, bytes);
}

enum err
id_new(const struct host *host, char id[ID_SIZE + 1])
{
	uint8_t random[10];
	enum err e = host_random(host, random, sizeof(random));

	if (e != OK)
		return e;
	id_of(host->now_ms(host->state), random, id);
	return OK;
}

bool
id_valid(const char *id)
{
	return strlen(id) == ID_SIZE &&
	    strspn(id, CROCKFORD_ALPHABET) == ID_SIZE;
}
