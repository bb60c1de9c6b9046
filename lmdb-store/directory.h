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

#endif
