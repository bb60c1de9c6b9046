/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
check_owner(int fd, const char *path, struct store_error *why)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return store_refuse(why, ERR_IO,
		    "the store directory %s cannot be read: %s", path,
		    strerror(errno));
	if (stat.st_uid != 0 && stat.st_uid != geteuid())
		return store_refuse(why, ERR_CONFIG,
		    "the store directory %s belongs to uid %u: chown it to "
		    "the agent's user",
		    path, stat.st_uid);
	if ((stat.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return store_refuse(why, ERR_CONFIG,
		    "the store directory %s can be written by others: "
		    "chmod go-w %s",
		    path, path);
	return OK;
}

static enum err
lock(int fd, const char *path, struct store_error *why)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (errno == EWOULDBLOCK)
		return store_refuse(why, ERR_STORE,
		    "the store %s is in use by another process: stop that one "
		    "first",
		    path);
	return store_refuse(why, ERR_IO, "the store %s cannot be locked: %s",
	    path, strerror(errno));
}

/* So that a new directory outlives a power cut. A parent that may only be
 * searched cannot be synced, and is no reason to refuse. */
static void
sync_parent(int fd)
{
	auto_fd int parent =
	    openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (parent >= 0)
		fsync(parent);
}

static enum err
open_directory(int *out, const char *path, bool locked, struct store_error *why)
{
	auto_fd int fd = -1;
	bool made = mkdir(path, 0700) == 0;
	enum err e;

	if (!made && errno != EEXIST)
		return store_refuse(why, ERR_IO,
		    "the store directory %s cannot be made: %s", path,
		    strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return store_refuse(why, ERR_IO,
		    "the store directory %s cannot be opened: %s", path,
		    strerror(errno));
	e = check_owner(fd, path, why);
	if (e == OK && locked)
		e = lock(fd, path, why);
	if (e != OK)
		return e;
	if (made)
		sync_parent(fd);
	*out = TAKE_FD(fd);
	return OK;
}

enum err
directory_open(int *fd, const char *path, struct store_error *why)
{
	return open_directory(fd, path, true, why);
}

enum err
directory_visit(int *fd, const char *path, struct store_error *why)
{
	return open_directory(fd, path, false, why);
}

/* The file of this name, and not one that was renamed away meanwhile. */
static bool
is_current(int fd, const char *data)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && stat(data, &named) == 0 &&
	    opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

enum err
directory_read(int *out, const char *path, struct store_error *why)
{
	auto_str char *data = NULL;
	auto_fd int fd = -1;

	if (asprintf(&data, "%s/data.mdb", path) < 0) {
		data = NULL;
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	}
	fd = open(data, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return store_refuse(
		    why, ERR_NOT_FOUND, "there is no store in %s", path);
	if (fd < 0)
		return store_refuse(why, ERR_IO,
		    "the store %s cannot be "
		    "opened: %s",
		    path, strerror(errno));
	if (flock(fd, LOCK_SH | LOCK_NB) != 0 || !is_current(fd, data))
		return store_refuse(why, ERR_BUSY,
		    "the store %s is being replaced: try again", path);
	*out = TAKE_FD(fd);
	return OK;
}
