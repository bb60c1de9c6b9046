/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SWAP_H
#define LMDB_STORE_SWAP_H

/*
 * Puts another data.mdb in the place of a store's, in the directory that the
 * caller has locked. The new one is made in a directory of its own in it,
 *
 *	DIRECTORY/restoring/data.mdb
 *
 * and takes its place by one rename(2), so that whenever the machine stops
 * the old store is there whole, or the new one. The old data.mdb stays, as
 * data.mdb.until-20261121T142202Z. lock.mdb goes before: what LMDB keeps in
 * it is of the old one.
 */

#include "lmdb-store/error.h"

#include "base/autofree.h"

#include <stdint.h>

#define SWAP_DATA "data.mdb"
#define SWAP_NAME_SIZE 64

/* A directory for a data.mdb: the one that a swap takes it from, and one that
 * is of this process only, for a look at it beside the running agent. */
struct swap_place {
	char name[SWAP_NAME_SIZE];
};
struct swap_place swap_place_of_all(void);
struct swap_place swap_place_of_process(void);

/* Removes what a swap left that did not come to its end, and what processes
 * left that are gone. ERR_IO, with a sentence. */
MUST_USE enum err swap_clean_up(int directory, struct store_error *why);

/* Removes the place. ERR_IO, with a sentence. */
MUST_USE enum err swap_remove(
    int directory, const struct swap_place *place, struct store_error *why);

/* Makes the place and an empty data.mdb in it, to be written. */
MUST_USE enum err swap_begin(int directory, const struct swap_place *place,
    int *data, struct store_error *why);

/* What is in the place of all is on disk, and nobody has it open. `aside` is
 * what the old one is called now, empty when there was none. ERR_BUSY when
 * somebody reads the old one (kv_open_reader()), ERR_IO. */
MUST_USE enum err swap_end(int directory, int64_t now,
    char aside[SWAP_NAME_SIZE], struct store_error *why);

#endif
