/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_ORIGIN_H
#define JWT_AGENT_CONFIG_ORIGIN_H

/* Where each key of a section was set. */

#include <stdbool.h>

#define CONFIG_KEYS_MAX 24 /* in one section */

/* All zero: nowhere. */
struct origin {
	const char *file; /* borrowed from the configuration */
	unsigned line;	  /* the first, where several add to a list */
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

#endif
