/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_RULES_H
#define LMDB_STORE_RULES_H

/* What has to hold of the entries of each table: one row a rule. */

#include "lmdb-store/entry.h"

struct rule {
	const char *name;
	const char *problem; /* what is said after the key */
	bool (*holds)(const struct entry *entry);
};

/* What is wrong with an entry that could not be read: there is no more to
 * ask of it. NULL: it could. */
const struct rule *rules_unread(enum entry_state state);

/* The rules of a table, by number; NULL behind the last one. */
const struct rule *rules_at(enum table table, size_t number);

#endif
