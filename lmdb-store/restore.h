/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_RESTORE_H
#define LMDB_STORE_RESTORE_H

/*
 * Puts a backup (backup.h) in a store's place: swap.h. Before anything is
 * replaced it is written beside the store, brought to our schema, and
 * checked as `store check` does. Called by the owner of the directory while
 * no agent runs; a dry run may be beside it.
 */

#include "base/progress.h"
#include "lmdb-store/store.h"
#include "lmdb-store/swap.h"

struct restore {
	/* given */
	const struct store_options *store;
	bool dry_run;	    /* everything but the swap */
	bool revoke_tokens; /* see restored.h */
	uint64_t total;	    /* bytes of the backup, 0: not known */
	const struct progress *reading, *checking; /* may be NULL */

	/* left */
	int64_t time;	/* what moment the backup is of */
	int64_t schema; /* of the backup */
	int64_t entries;
	bool sealed; /* there was a master key, and it opens what is sealed */
	char aside[SWAP_NAME_SIZE]; /* the old data.mdb; empty: none */
};

/*
 * Restores what the descriptor holds. ERR_STORE when the agent runs,
 * ERR_MALFORMED for what is no whole backup, ERR_STORE_NEWER, ERR_STORE_DAMAGED
 * when a check finds something wrong, ERR_CRYPTO for another master key than
 * that of the backup, ERR_BUSY, the errors of store_open(); `why` has the
 * sentence, and the old store is as it was.
 */
MUST_USE enum err
restore_run(struct restore *restore, int fd, struct store_error *why);

#endif
