/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_NEWFILE_H
#define JWT_AGENT_CLI_NEWFILE_H

/*
 * A large private file that is there as a whole or not at all. It is written
 * as FILE.part, mode 0600, and gets its name when it is on disk. A FILE.part
 * that a killed process left is replaced; one that is being written is not.
 */

#include "base/autofree.h"
#include "jwt-agent/cli/replacement.h"

#include <stdbool.h>

struct newfile {
	const char *path; /* the caller's */
	char *part;	  /* NULL: there is none (any more) */
	int fd;		  /* to be written and read; at its beginning */
	bool force;	  /* a plain file of this name may be replaced */
};

/* ERR_USAGE when the file is there and may not be replaced, or is a device or
 * whatever else but a plain file, ERR_BUSY when
 * somebody is writing it, ERR_IO, ERR_NO_MEMORY, with a sentence. */
MUST_USE enum err newfile_open(struct newfile *file, const char *path,
    bool force, struct file_error *error);

/* Syncs it and gives it its name. The same errors. */
MUST_USE enum err
newfile_publish(struct newfile *file, struct file_error *error);

/* Closes it, and removes what did not get its name. */
void newfile_clear(struct newfile *file);

#endif
