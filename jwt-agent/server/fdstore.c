/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/fdstore.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define NAME_PREFIX "session-"
#define NAME_PREFIX_SIZE (sizeof(NAME_PREFIX) - 1)
#define MESSAGE_MAX 96

static void
free_names(char **names)
{
	for (char **name = names; names != NULL && *name != NULL; name++)
		free(*name);
	free(names);
}

/* A name of ours with something else than an id behind it is nobody's. */
static void
sort(struct fdstore *store, int fd, const char *name)
{
	struct kept *kept = &store->kept[store->count];

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (strncmp(name, NAME_PREFIX, NAME_PREFIX_SIZE) != 0) {
		store->socket =
		    store->socket == FDSTORE_NO_SOCKET ? fd : FDSTORE_SOCKETS;
		return;
	}
	name += NAME_PREFIX_SIZE;
	kept->fd = fd;
	snprintf(kept->session, sizeof(kept->session), "%s",
	    id_valid(name) ? name : "");
	store->count++;
}

enum err
fdstore_open(struct fdstore *out)
{
	char **names = NULL;
	int passed = sd_listen_fds_with_names(1, &names);

	*out = (struct fdstore){.socket = FDSTORE_NO_SOCKET};
	if (passed <= 0)
		return OK;
	out->kept = calloc((size_t)passed, sizeof(*out->kept));
	for (int i = 0; out->kept != NULL && i < passed; i++)
		sort(out, SD_LISTEN_FDS_START + i, names[i]);
	free_names(names);
	return out->kept != NULL ? OK : ERR_NO_MEMORY;
}

void
fdstore_drop_rest(const struct fdstore *store)
{
	for (size_t i = 0; i < store->count; i++)
		if (store->kept[i].fd >= 0)
			fdstore_drop(store->kept[i].session);
}

void
fdstore_clear(struct fdstore *store)
{
	for (size_t i = 0; i < store->count; i++)
		if (store->kept[i].fd >= 0)
			close(store->kept[i].fd);
	free(store->kept);
	store->kept = NULL;
	store->count = 0;
}

int
fdstore_take(struct fdstore *store, const char *session)
{
	int found = -1;

	for (size_t i = 0; i < store->count; i++) {
		auto_fd int fd = -1;

		if (strcmp(store->kept[i].session, session) != 0)
			continue;
		fd = TAKE_FD(store->kept[i].fd);
		if (found < 0)
			found = TAKE_FD(fd);
	}
	return found;
}

void
fdstore_keep(const char *session, int pidfd)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof(message),
	    "FDSTORE=1\nFDNAME=" NAME_PREFIX "%s", session);
	sd_pid_notify_with_fds(0, 0, message, &pidfd, 1);
}

void
fdstore_drop(const char *session)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof(message),
	    "FDSTOREREMOVE=1\nFDNAME=" NAME_PREFIX "%s", session);
	sd_notify(0, message);
}
