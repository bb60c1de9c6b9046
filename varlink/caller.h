/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_CALLER_H
#define VARLINK_CALLER_H

/* Who is on the other end of a socket, as the kernel says. */

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

#define CALLER_GROUPS_MAX 1024

struct caller {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	gid_t *groups; /* supplementary; owned */
	size_t group_count;
};

/* SO_PEERCRED and SO_PEERGROUPS. Anything that cannot be read is
 * ERR_PERMISSION_DENIED: an unknown caller is nobody, never root. */
enum err caller_read(int socket, struct caller *caller);

void caller_clear(struct caller *caller);

bool caller_in_group(const struct caller *caller, gid_t group);

#endif
