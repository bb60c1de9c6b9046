/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_ASIDE_H
#define LMDB_STORE_ASIDE_H

/*
 * What an older jwt-agent cannot read, put aside by a step down into a table
 * that it does not open, and taken back by the same step up: whole records,
 * and members of records that stay.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/step.h"

/* Puts the entry's record aside and takes it out of its table. Its indexes
 * are the caller's. */
MUST_USE enum err
aside_put(const struct step_entry *entry, const json_t *record);

/* Puts the members with these names aside, if the record has any of them,
 * and writes it without them. `names` ends with NULL. */
MUST_USE enum err aside_put_members(
    const struct step_entry *entry, json_t *record, const char *const *names);

/* Puts these members aside, to replace later what the record has by then. */
MUST_USE enum err
aside_keep(const struct step_entry *entry, const json_t *members);

/* Whether a record was put aside by this step. */
MUST_USE enum err aside_has(const struct step_entry *entry, enum table table,
    const char *id, bool *has);

/* Takes back what this entry of TABLE_ASIDE holds, if it is this step's. A
 * record that the older jwt-agent has removed or made anew stays so. What is
 * to be indexed again is the caller's: */
struct aside_taken {
	enum table table; /* TABLE_COUNT: nothing was taken back */
	struct key key;
};
MUST_USE enum err
aside_take(const struct step_entry *entry, struct aside_taken *taken);

#endif
