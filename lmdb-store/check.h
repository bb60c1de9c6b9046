/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CHECK_H
#define LMDB_STORE_CHECK_H

/*
 * Whether what the store holds can be read and agrees with itself: records
 * are of a version that is known, indexes say what the records say, both
 * ways, sealed values open, and the audit goes on without gaps. What has to
 * hold is a table of rules: lmdb-store/rules.h.
 *
 * A check goes in steps, each in a transaction of its own, so that the store
 * is used meanwhile and nothing but the place is kept between them. What a
 * rule compares it reads in one step: what is written in between is no
 * problem.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/seal.h"
#include "lmdb-store/table.h"

/* How many findings of one step are told; the others are counted. */
#define CHECK_FINDINGS_MAX 16
#define CHECK_KEY_SIZE 200

/* Where a check has got to. All zero: at the beginning. */
struct check_place {
	unsigned int table;
	struct key after; /* the key looked at last; empty: none yet */
};

/* A rule that does not hold. */
struct check_finding {
	const char *rule;
	const char *problem;	  /* "is not in the index by user" */
	char key[CHECK_KEY_SIZE]; /* of the entry; printable */
};

struct check_step {
	enum table table;
	int64_t entries;  /* that this step looked at */
	int64_t problems; /* rules that did not hold */
	bool last;	  /* the table is through */
	struct check_finding finding[CHECK_FINDINGS_MAX];
	size_t findings;
};

/*
 * Looks at up to `limit` entries of one table and moves the place on.
 * Without a seal (NULL) sealed values are not opened. A problem is an outcome,
 * no error: ERR_NOT_FOUND behind the last table, ERR_STORE when a table
 * cannot be walked, ERR_NO_MEMORY.
 */
MUST_USE enum err check_step(struct txn *txn, const struct seal *seal,
    struct check_place *place, size_t limit, struct check_step *out);

/* The same for a whole table or the whole store in one transaction, for
 * stores that nobody else uses. check_table() adds to `out`. */
struct check_total {
	int64_t entries;
	int64_t problems;
	enum table table; /* of the first problem */
	struct check_finding first;
};

MUST_USE enum err check_table(struct txn *txn, const struct seal *seal,
    enum table table, struct check_total *out);
MUST_USE enum err
check_all(struct txn *txn, const struct seal *seal, struct check_total *out);

#endif
