/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/key.h"

#include <string.h>

void
key_add_bytes(struct key *key, const void *data, size_t size)
{
	if (key->size <= KV_KEY_MAX && size <= KV_KEY_MAX - key->size)
		memcpy(key->data + key->size, data, size);
	key->size += size;
}

void
key_add_number(struct key *key, int64_t number)
{
	uint8_t bytes[KEY_NUMBER_SIZE];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
	key_add_bytes(key, bytes, sizeof(bytes));
}

void
key_add_text(struct key *key, const char *text)
{
	key_add_bytes(key, text, strlen(text));
}

struct key
key_numbered(int64_t number, const char *text)
{
	return key_before(number, text_slice(text));
}

struct key
key_before(int64_t number, struct slice rest)
{
	struct key key = {0};

	key_add_number(&key, number);
	key_add_bytes(&key, rest.data, rest.size);
	return key;
}

void
key_add_end(struct key *key)
{
	key_add_bytes(key, "", 1);
}

struct slice
key_slice(const struct key *key)
{
	return (struct slice){key->data, key->size};
}

struct slice
text_slice(const char *text)
{
	return (struct slice){text, text != NULL ? strlen(text) : 0};
}

int64_t
key_number(const void *data)
{
	const uint8_t *bytes = data;
	uint64_t number = 0;

	for (size_t i = 0; i < KEY_NUMBER_SIZE; i++)
		number = number << 8 | bytes[i];
	return (int64_t)number;
}

struct slice
slice_from(struct slice slice, size_t skip)
{
	return (struct slice){
	    (const uint8_t *)slice.data + skip, slice.size - skip};
}

bool
slice_has_prefix(struct slice slice, struct slice prefix)
{
	if (prefix.size == 0)
		return true;
	return prefix.size <= slice.size &&
	    memcmp(slice.data, prefix.data, prefix.size) == 0;
}
