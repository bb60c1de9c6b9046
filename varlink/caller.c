/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/caller.h"

#include "base/autofree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

static enum err
read_groups(int socket, struct caller *caller)
{
	socklen_t size = CALLER_GROUPS_MAX * sizeof(gid_t);
	gid_t *groups = malloc(size);

	if (groups == NULL)
		return ERR_NO_MEMORY;
	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0) {
		free(groups);
		return ERR_PERMISSION_DENIED;
	}
	caller->groups = groups;
	caller->group_count = size / sizeof(gid_t);
	return OK;
}

enum err
caller_read(int socket, struct caller *caller)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return ERR_PERMISSION_DENIED;
	if (peer.uid == (uid_t)-1 || peer.pid == 0)
		return ERR_PERMISSION_DENIED;
	caller->uid = peer.uid;
	caller->gid = peer.gid;
	caller->pid = peer.pid;
	return read_groups(socket, caller);
}

/* Of the process that connected; an older kernel gives the one that has its
 * pid now. */
static int
open_process(int socket, pid_t pid)
{
	int fd = -1;
	socklen_t size = sizeof(fd);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0)
		return fd;
	return pidfd_open(pid, 0);
}

/* A pidfd can be read once its process has ended. */
static bool
has_ended(int process)
{
	struct pollfd asked = {.fd = process, .events = POLLIN};

	return poll(&asked, 1, 0) != 0;
}

static void
read_name(pid_t pid, char name[CALLER_COMMAND_SIZE])
{
	auto_fd int file = -1;
	char path[32];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	size = file >= 0 ? read(file, name, CALLER_COMMAND_SIZE - 1) : 0;
	name[size > 0 ? size : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

void
caller_read_command(int socket, struct caller *caller)
{
	auto_fd int process = open_process(socket, caller->pid);
	char name[CALLER_COMMAND_SIZE];

	if (process < 0)
		return;
	read_name(caller->pid, name);
	if (has_ended(process))
		return; /* the name may be another's */
	for (char *at = name; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	memcpy(caller->command, name, sizeof(name));
}

void
caller_clear(struct caller *caller)
{
	free(caller->groups);
	*caller = (struct caller){.uid = (uid_t)-1, .gid = (gid_t)-1};
}

bool
caller_in_group(const struct caller *caller, gid_t group)
{
	if (caller->gid == group)
		return true;
	for (size_t i = 0; i < caller->group_count; i++)
		if (caller->groups[i] == group)
			return true;
	return false;
}
