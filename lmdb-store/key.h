/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_KEY_H
#define LMDB_STORE_KEY_H

/*
 * Keys put together from numbers and texts so that their bytes sort as the
 * parts do. A key that outgrows KV_KEY_MAX keeps counting but stores
 * nothing; every table refuses it.
 */

#include "lmdb-store/kv.h"

#include <stdbool.h>

#define KEY_NUMBER_SIZE 8

struct key {
	size_t size;
	uint8_t data[KV_KEY_MAX];
};

/* Adds 8 bytes, big-endian. The number is not negative. */
void key_add_number(struct key *key, int64_t number);

/* A number, which is not negative, and a text; and bytes, such as a key. */
struct key key_numbered(int64_t number, const char *text);
struct key key_before(int64_t number, struct slice rest);

/* Adds the bytes, or the text without its NUL. */
void key_add_bytes(struct key *key, const void *data, size_t size);
void key_add_text(struct key *key, const char *text);

/* Adds a zero byte, which ends a text of varying length. */
void key_add_end(struct key *key);

/* Borrows the key; a text, whose slice is empty when it is NULL. */
struct slice key_slice(const struct key *key);
struct slice text_slice(const char *text);

/* The 8 bytes as a number again. */
int64_t key_number(const void *data);

/* What is left of the bytes after the first `skip`, which are there. */
struct slice slice_from(struct slice slice, size_t skip);

bool slice_has_prefix(struct slice slice, struct slice prefix);

#endif
