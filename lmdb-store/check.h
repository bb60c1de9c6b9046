/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CHECK_H
#define LMDB_STORE_CHECK_H

/*
 * Whether what a table holds can be read and agrees with the other tables:
 * records are of a version that is known, and what an index says is what the
 * records say, both ways.
 */

#include "lmdb-store/table.h"

#define CHECK_PROBLEM_MAX 160

struct table_check {
	int64_t entries;
	int64_t problems; /* entries with which something is wrong */
	char problem[CHECK_PROBLEM_MAX]; /* the first of them, or "" */
};

/* Reads the whole table, inside a transaction that only reads. A problem is
 * an outcome, no error; ERR_STORE when the table itself cannot be walked. */
MUST_USE enum err
check_table(struct txn *txn, enum table table, struct table_check *out);

#endif
