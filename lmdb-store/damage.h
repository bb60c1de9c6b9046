/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_DAMAGE_H
#define LMDB_STORE_DAMAGE_H

/*
 * A store whose file is cut short, overwritten or on a disk that cannot read
 * it. LMDB maps the file and trusts its pages, so that reading what is damaged
 * may kill the process. It does so once: the process says why and leaves a
 * mark, and the next start reads the whole store in a child process first, and
 * refuses to go on with one that cannot be read.
 *
 * What is found: pages that cannot be followed, keys out of order, records
 * that cannot be read or that other tables contradict (check.h), sealed values
 * and audit events that were changed. What is not: a digit of a record that is
 * another digit now, and a page that is an older one of the same table. Only
 * the file system or the disk knows of those.
 */

#include "base/autofree.h"
#include "lmdb-store/error.h"

#include <stdbool.h>

/* In the folder of a store that killed the process that read it. */
#define DAMAGE_MARK "suspect"

/* From now on a fault in memory (SIGBUS, SIGSEGV) and an assertion of LMDB are
 * said on standard error, and the mark is left in the folder. Nothing while the
 * folder is not there: a store that is only being made is not damaged. */
void damage_watch(const char *path);

/*
 * Reads the store if there is a mark, or if it is `suspect`, and removes the
 * mark when all is well. ERR_STORE_DAMAGED with the sentence.
 */
MUST_USE enum err
damage_check(const char *path, bool suspect, struct store_error *why);

#endif
