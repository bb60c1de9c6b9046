/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_PASSWD_H
#define BASE_PASSWD_H

/*
 * The uid behind a name, from the name service of the calling process. It
 * may hang as long as a directory server does, which is why the agent has a
 * child ask.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <sys/types.h>

/* A passwd entry that needs more memory than this is refused. */
#define PASSWD_ENTRY_MAX (1024 * 1024)

/*
 * ERR_NO_SUCH_USER when the name service answered no,
 * ERR_DIRECTORY_UNAVAILABLE when it did not answer, ERR_NO_MEMORY.
 */
MUST_USE enum err passwd_uid(const char *name, uid_t *uid);

#endif
