/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SHIPPED_H
#define JWT_AGENT_CONFIG_SHIPPED_H

/* The alerts that are there without a line of configuration. A section of the
 * same name changes what it sets, and enabled=no puts one out. */

#include <stddef.h>

#define SHIPPED_KEYS_MAX 7

/* As it would stand in a file. */
struct shipped_key {
	const char *name;
	const char *value;
};

struct shipped_alert {
	const char *name;
	struct shipped_key keys[SHIPPED_KEYS_MAX + 1]; /* up to a NULL */
};

/* By number, NULL behind the last one. */
const struct shipped_alert *shipped_alert(size_t index);

#endif
