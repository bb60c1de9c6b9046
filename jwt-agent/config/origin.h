/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_ORIGIN_H
#define JWT_AGENT_CONFIG_ORIGIN_H

/* Where each key of a section was set. */

#include "base/autofree.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_KEYS_MAX 24 /* in one section */

/* All zero: nowhere. */
struct origin {
	const char *file; /* borrowed from the configuration */
	unsigned line;	  /* the first, where several add to a list */
	unsigned *items;  /* of a list: each item's line */
	size_t item_count;
};

struct origins {
	struct origin header; /* the first header of the section */
	struct origin key[CONFIG_KEYS_MAX]; /* as the kind's table is ordered */
};

static inline bool
origin_is_set(const struct origin *origin)
{
	return origin->file != NULL;
}

/* Says that the items up to `count` are from this line. ERR_NO_MEMORY. */
MUST_USE enum err
origin_add_items(struct origin *origin, size_t count, unsigned line);

/* Frees what it holds and leaves it all zero. */
void origin_clear(struct origin *origin);

void origins_clear(struct origins *origins);

#endif
