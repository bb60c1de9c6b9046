/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_CALLER_H
#define VARLINK_CALLER_H

/* Who is on the other end of a socket, as the kernel says. */

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

#define CALLER_GROUPS_MAX 1024
#define CALLER_COMMAND_SIZE 16 /* bytes of a name, as in /proc/PID/comm */

struct caller {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	char command[CALLER_COMMAND_SIZE]; /* printable ASCII; empty: unknown */
	gid_t *groups;			   /* supplementary; owned */
	size_t group_count;
};

/* SO_PEERCRED and SO_PEERGROUPS. Anything that cannot be read is
 * ERR_PERMISSION_DENIED: an unknown caller is nobody, never root. */
enum err caller_read(int socket, struct caller *caller);

/*
 * The name of the caller's command. It is what that process calls itself, so
 * it tells people who it was and decides nothing. Stays empty when the
 * process is gone or cannot be seen.
 */
void caller_read_command(int socket, struct caller *caller);

void caller_clear(struct caller *caller);

bool caller_in_group(const struct caller *caller, gid_t group);

#endif
