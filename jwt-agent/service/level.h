/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_LEVEL_H
#define JWT_AGENT_SERVICE_LEVEL_H

/* What an alert of kind=level can measure: one row each in level.c. */

#include "jwt-agent/service/call.h"

#define LEVEL_OF_SIZE 64

/* `of`: what of several has this value; may be empty. */
struct level_value {
	bool known;
	int64_t value;
	char of[LEVEL_OF_SIZE];
};

struct level {
	const char *name; /* in of= */
	const char *unit; /* "%" or "" */
	enum err (*read)(const struct service *service, struct txn *txn,
	    int64_t now, struct level_value *out);
};

/* NULL when there is none of this name. */
const struct level *level_find(const char *name);

#endif
