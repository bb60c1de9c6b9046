/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_DOCUMENT_H
#define JWT_AGENT_FETCH_DOCUMENT_H

/* What was fetched, read as JSON. */

#include "jwt-agent/fetch/problem.h"

#include <jansson.h>

/* Of objects and arrays in each other; a key set has three. With the reply
 * around it, it has to stay below what the agent reads. */
#define DOCUMENT_DEPTH_MAX 12

/* Members, items, objects and arrays. A thousand keys have half as many; 512
 * KiB of empty arrays would keep the agent from its work while it reads. */
#define DOCUMENT_VALUES_MAX 16384

/*
 * An object without a member that stands twice. What is not is
 * ERR_KEYS_UNAVAILABLE, and `problem` says that the answer of `url` is wrong
 * in this way; it does not quote it.
 */
MUST_USE enum err document_read(const char *text, size_t size, const char *url,
    json_t **out, struct problem *problem);

#endif
