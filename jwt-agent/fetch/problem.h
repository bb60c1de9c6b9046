/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_PROBLEM_H
#define JWT_AGENT_FETCH_PROBLEM_H

/*
 * Why there are no keys: a sentence for an administrator, without a full stop.
 * Text from the network may be in it, so that all but printable ASCII becomes
 * a question mark.
 */

#include "base/autofree.h"
#include "base/err.h"

#define PROBLEM_MAX 1000
/* for a URL or path, so that what follows has room */
#define PROBLEM_TEXT "%.400s"

/* "" until there is one. */
struct problem {
	char text[PROBLEM_MAX + 1];
};

/* Always ERR_KEYS_UNAVAILABLE, for the caller to return. */
__attribute__((format(printf, 2, 3))) enum err
problem_say(struct problem *problem, const char *format, ...);

#endif
