/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/step.h"
#include "varlink/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define STEP "folder"

/* A folder that is to be the agent's. */
struct place {
	struct setup *setup;
	const char *path;
	mode_t mode;
};

static void
fail(const struct place *place, const char *what, const char *detail)
{
	setup_say(place->setup, STEP, SETUP_FAILED, place->path, "%s%s", what,
	    detail);
}

static bool
is_roots_alone(int folder)
{
	struct stat status;

	return fstat(folder, &status) == 0 && S_ISDIR(status.st_mode) &&
	    status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/*
 * Opens the folder that `path` is in, down from the root by folders that only
 * root can write in and no symbolic links: then nobody can have led us
 * somewhere else. -1 where that is not so.
 */
static int
open_parent(const char *path, const char **name)
{
	auto_fd int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_str char *copy = strdup(path);
	char *rest = copy, *part;

	*name = strrchr(path, '/') + 1;
	if (copy == NULL)
		return -1;
	copy[*name - path] = '\0';
	while ((part = strsep(&rest, "/")) != NULL) {
		int next;

		if (!is_roots_alone(folder))
			return -1;
		if (*part == '\0')
			continue;
		next = openat(folder, part,
		    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(TAKE_FD(folder));
		folder = next;
	}
	return is_roots_alone(folder) ? TAKE_FD(folder) : -1;
}

static void
give(const struct place *place, int folder)
{
	const struct setup *setup = place->setup;

	if (fchown(folder, setup->uid, setup->gid) != 0 ||
	    fchmod(folder, place->mode) != 0)
		fail(
		    place, "cannot be given to the agent: %s", strerror(errno));
	else
		setup_say(
		    place->setup, STEP, SETUP_MADE, place->path, "%s", "");
}

static void
make(const struct place *place, int parent, const char *name)
{
	auto_fd int folder = -1;

	if (place->setup->dry_run) {
		setup_say(
		    place->setup, STEP, SETUP_WANTED, place->path, "%s", "");
		return;
	}
	if (place->setup->uid == (uid_t)-1) {
		fail(place, "there is no user to give it to", "");
		return;
	}
	if (mkdirat(parent, name, 0700) == 0)
		folder = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		fail(place, "cannot be made: ", strerror(errno));
	else
		give(place, folder);
}

static void
check(const struct place *place, int folder)
{
	struct setup *setup = place->setup;
	struct stat status;

	if (fstat(folder, &status) != 0)
		fail(place, "", strerror(errno));
	else if (status.st_uid != setup->uid && status.st_uid != 0)
		fail(place, "belongs to somebody else: chown it to ",
		    DEFAULT_AGENT_USER);
	else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fail(place, "others can write in it: chmod go-w it", "");
	else if (status.st_uid == 0 && (place->mode & S_IRWXO) == 0 &&
	    setup->uid != (uid_t)-1 && !setup->dry_run)
		give(place, folder);
	else
		setup_say(setup, STEP, SETUP_KEPT, place->path, "%s", "");
}

static void
look_after(struct setup *setup, const char *file, mode_t mode)
{
	auto_str char *path = strdup(file);
	struct place place = {setup, path, mode};
	auto_fd int parent = -1, folder = -1;
	const char *name;

	if (path == NULL)
		return;
	*strrchr(path, '/') = '\0';
	if (path[0] == '\0')
		return;
	parent = open_parent(path, &name);
	if (parent < 0) {
		setup_say(setup, STEP, SETUP_LATER, path,
		    "a folder above it is a link, is missing or can be written "
		    "by others than root");
		return;
	}
	folder = openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder >= 0)
		check(&place, folder);
	else if (errno == ENOENT)
		make(&place, parent, name);
	else
		fail(&place, "is no folder: ", strerror(errno));
}

static bool
same_folder(const char *left, const char *right)
{
	size_t size = (size_t)(strrchr(left, '/') - left);

	return size == (size_t)(strrchr(right, '/') - right) &&
	    strncmp(left, right, size) == 0;
}

void
setup_places(struct setup *setup)
{
	const struct config *config = setup->config;

	look_after(setup, config->socket, 0755);
	look_after(setup, config->store, 0700);
	if (!same_folder(config->store, config->master_key))
		look_after(setup, config->master_key, 0700);
}
