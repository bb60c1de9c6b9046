/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/caller.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

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
