/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_CACHE_H
#define JWT_AGENT_FETCH_CACHE_H

/* For how long an answer may be kept (RFC 9111, HTTP Caching). */

#include <stdint.h>

/* Seconds: what says more means this (RFC 9111 section 1.2.2). */
#define CACHE_SECONDS_MAX INT32_MAX
#define CACHE_SILENT (-1)

/* What the header fields of one response say. Begins as CACHE_UNSAID. */
struct cache {
	int64_t max_age; /* seconds, or CACHE_SILENT */
	int64_t age;	 /* seconds that it was kept on its way */
};

#define CACHE_UNSAID ((struct cache){.max_age = CACHE_SILENT})

/*
 * The value of one Cache-Control field: max-age in seconds, the smallest if
 * there are several; 0 for no-store and no-cache; CACHE_SILENT when there is
 * neither, or only what is malformed.
 */
int64_t cache_max_age(const char *value);

/* Takes in a field line, "Name: value" with any end of line. */
void cache_take(struct cache *cache, const char *line);

/* Seconds that are left, or CACHE_SILENT. */
int64_t cache_left(const struct cache *cache);

#endif
