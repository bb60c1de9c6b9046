/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_STATS_H
#define LMDB_STORE_STATS_H

/* How much is in a table, and since when. */

#include "lmdb-store/table.h"

#include <stddef.h>

/* `bytes`: of its pages. `oldest`, `newest`: seconds since 1970, of what stands
 * first and last; 0 where the table is empty or has no times. */
struct table_stats {
	size_t entries;
	size_t bytes;
	int64_t oldest, newest;
};

MUST_USE enum err
table_stats(struct txn *txn, enum table table, struct table_stats *out);

#endif
