/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_PRECAUTION_H
#define LMDB_STORE_PRECAUTION_H

/*
 * The backup that is made before a store is migrated: beside its directory,
 * as STORE.schema-N.DATE.backup (DATE is UTC, as 20260131T235959Z), mode 0600,
 * in the form of backup.h. The newest few are kept.
 */

#include "base/progress.h"
#include "lmdb-store/error.h"
#include "lmdb-store/kv.h"

#define PRECAUTION_KEPT 3

struct precaution {
	const char *store; /* the directory */
	int64_t schema;
	int64_t now;
	const struct progress *progress; /* may be NULL */
};

/*
 * Makes it, on disk as a whole or not at all; `file` is its new path. No
 * transaction of kv is open. ERR_IO, ERR_DISK_FULL, ERR_STORE, ERR_NO_MEMORY
 * with a sentence.
 */
MUST_USE enum err precaution_take(const struct precaution *precaution,
    struct kv *kv, char **file, struct store_error *why);

#endif
