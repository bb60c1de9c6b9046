/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_STEP_H
#define LMDB_STORE_STEP_H

/*
 * One step from a schema to the next, and back. Each way is a list of phases
 * and each phase walks one table, so that migration.c can carry a step out in
 * many small transactions and go on after a crash. What a phase does to an
 * entry must therefore hold up when the entry has been dealt with already,
 * and when either way was begun and not finished before.
 *
 * Down leaves nothing that the older jwt-agent cannot read, or would take for
 * something else, in a table that it knows: see aside.h. What it could not
 * honour is said by `losses`. Up takes back what was put aside, and makes
 * anew each index that the older one does not keep.
 *
 * A step reads records with the readers of their tables, which know every
 * older version of a record; it writes them as JSON (record_write), as those
 * functions write the newest version.
 */

#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

#define STEP_LOSSES_MAX 8

/* In place of a table: the phase runs once. */
#define STEP_ONCE TABLE_COUNT

/* An entry of a phase. `value` is valid until the first write; `key` is a
 * copy. Both are empty in a phase that runs once. */
struct step_entry {
	struct txn *txn;
	const struct seal *seal;
	const struct secret *master;
	const struct host *host;
	int64_t version; /* of the step */
	int64_t now;
	enum table table;
	struct slice key;
	struct slice value;
};

/*
 * ERR_STORE and ERR_STORE_NEWER, if the transaction carries no fault: the
 * record cannot be read. It is left as it is and counted, as it was of no use
 * before either; nothing may have been written for it.
 */
typedef enum err (*step_run)(const struct step_entry *entry);

struct phase {
	enum table table;
	step_run run; /* NULL ends the list */
};

/* What a store would lose by a step down, for people: "12 login codes". What
 * `opens` is something that was refused and would be accepted again. */
struct step_loss {
	const char *what;
	int64_t count;
	bool opens;
};

struct step_losses {
	struct step_loss loss[STEP_LOSSES_MAX];
	size_t count;
};

struct step {
	int64_t version; /* up ends in it, down in the one before */
	const char *name;
	const struct phase *up;
	const struct phase *down;
	/* May be NULL. In a transaction that only reads. */
	enum err (*losses)(
	    struct txn *txn, int64_t now, struct step_losses *losses);
};

/* A row for the losses, if there are any of them. */
void step_lose(
    struct step_losses *losses, const char *what, int64_t count, bool opens);

/* For a phase that empties its table. */
MUST_USE enum err step_delete(const struct step_entry *entry);

/* The entry's value. ERR_STORE when it is no JSON object. */
MUST_USE enum err step_parse(const struct step_entry *entry, json_t **out);

/* How many entries of an index by time are of `now` or later. */
MUST_USE enum err step_count_until(
    struct txn *txn, enum table table, int64_t now, int64_t *count);

extern const struct step step_2, step_3, step_4, step_5, step_6;

#endif
