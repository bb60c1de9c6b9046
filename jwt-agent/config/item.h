/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_ITEM_H
#define JWT_AGENT_CONFIG_ITEM_H

/*
 * What a value or a list's item must look like beyond its type: something
 * that can never match is a mistake, and a mistyped requirement must not pass
 * for one.
 */

/* The end of a sentence that begins with the item, or NULL. */
const char *item_problem(const char *key, const char *item);

#endif
