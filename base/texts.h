/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

/* Strings on the heap, and lists of them as a key of the configuration may
 * hold. */

#include "base/autofree.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define TEXTS_MAX 256

/* A copy; NULL stays NULL. ERR_NO_MEMORY. */
MUST_USE enum err text_copy(char **out, const char *text);

/* Frees the old text and puts a copy of the new one in its place, or leaves
 * it. ERR_NO_MEMORY. */
MUST_USE enum err text_replace(char **member, const char *text);

/* All zero is an empty list. */
struct texts {
	size_t count;
	char **item;
};

/* Adds a copy of the first `size` bytes. ERR_NO_MEMORY; ERR_INVALID_PARAMETER
 * when the list has TEXTS_MAX items. */
MUST_USE enum err texts_add(struct texts *texts, const char *text, size_t size);

/* `out` is all zero. ERR_NO_MEMORY. */
MUST_USE enum err texts_copy(const struct texts *texts, struct texts *out);

/* NULL is an empty list. */
bool texts_has(const struct texts *texts, const char *text);

/* A new reference, an array of strings; NULL without memory. */
json_t *texts_json(const struct texts *texts);

/* Frees the items and leaves an empty list. */
void texts_clear(struct texts *texts);

#endif
