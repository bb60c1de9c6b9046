/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_DIRECTORY_H
#define LMDB_STORE_DIRECTORY_H

/*
 * The directory of the store: made with mode 0700 if it is missing, trusted
 * only when nobody else can change what is in it, and locked for this
 * process. The lock lives as long as the descriptor, and in children that
 * were forked with it.
 */

#include "lmdb-store/error.h"

#include "base/autofree.h"

/* ERR_CONFIG when it belongs to neither root nor us or others can write in
 * it, ERR_STORE when another process has the lock, ERR_IO. */
MUST_USE enum err
directory_open(int *fd, const char *path, struct store_error *why);

/* The same without the lock, for what only needs a place in it. */
MUST_USE enum err
directory_visit(int *fd, const char *path, struct store_error *why);

/*
 * Opens the data.mdb in it for a process that only reads, which shares a lock
 * on that file with others of its kind: whoever replaces it (swap.h) waits for
 * them. ERR_NOT_FOUND when there is none, ERR_BUSY when it is being replaced,
 * ERR_IO.
 */
MUST_USE enum err
directory_read(int *fd, const char *path, struct store_error *why);

#endif
