/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/swap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define SWAPPED "restoring"
#define VISITED "checking."
#define LOCK "lock.mdb"
#define PATH_SIZE (SWAP_NAME_SIZE + sizeof(SWAP_DATA))
#define ASIDE SWAP_DATA ".until-"
#define NAMES_MAX 10 /* in one second */

static enum err
fault(const char *what, struct store_error *why)
{
	return store_refuse(why, ERR_IO, "%s: %s", what, strerror(errno));
}

struct swap_place
swap_place_of_all(void)
{
	return (struct swap_place){SWAPPED};
}

struct swap_place
swap_place_of_process(void)
{
	struct swap_place place;

	snprintf(place.name, sizeof(place.name), VISITED "%ld", (long)getpid());
	return place;
}

/* It was there, or it was not: either is fine. */
static bool
removed(int directory, const char *name, int flags)
{
	return unlinkat(directory, name, flags) == 0 || errno == ENOENT;
}

static bool
removed_from(int directory, const struct swap_place *place, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", place->name, name);
	return removed(directory, path, 0);
}

enum err
swap_remove(
    int directory, const struct swap_place *place, struct store_error *why)
{
	if (!removed_from(directory, place, SWAP_DATA) ||
	    !removed_from(directory, place, LOCK) ||
	    !removed(directory, place->name, AT_REMOVEDIR))
		return fault("what a restore has left cannot be removed", why);
	return OK;
}

/* The name of an old data.mdb that has its own name still. */
static bool
is_premature(int directory, const char *name)
{
	struct stat data, aside;

	return strncmp(name, ASIDE, strlen(ASIDE)) == 0 &&
	    fstatat(directory, SWAP_DATA, &data, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(directory, name, &aside, AT_SYMLINK_NOFOLLOW) == 0 &&
	    data.st_ino == aside.st_ino;
}

/* The place of a process that is gone. */
static bool
is_forsaken(const char *name)
{
	const size_t size = strlen(VISITED);

	return strncmp(name, VISITED, size) == 0 &&
	    strlen(name) < SWAP_NAME_SIZE &&
	    kill((pid_t)strtol(name + size, NULL, 10), 0) != 0 &&
	    errno == ESRCH;
}

static enum err
clean_up_entry(int directory, const char *name, struct store_error *why)
{
	struct swap_place place;

	if (is_premature(directory, name) && !removed(directory, name, 0))
		return fault(
		    "the second name of the store cannot be removed", why);
	if (!is_forsaken(name))
		return OK;
	snprintf(place.name, sizeof(place.name), "%s", name);
	return swap_remove(directory, &place, why);
}

static enum err
clean_up_entries(int directory, struct store_error *why)
{
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;
	enum err e = OK;

	if (stream == NULL) {
		e = fault("the store directory cannot be read", why);
		if (copy >= 0)
			close(copy);
		return e;
	}
	while (e == OK && (entry = readdir(stream)) != NULL)
		e = clean_up_entry(directory, entry->d_name, why);
	closedir(stream);
	return e;
}

enum err
swap_clean_up(int directory, struct store_error *why)
{
	const struct swap_place place = swap_place_of_all();
	enum err e = swap_remove(directory, &place, why);

	return e == OK ? clean_up_entries(directory, why) : e;
}

enum err
swap_begin(int directory, const struct swap_place *place, int *data,
    struct store_error *why)
{
	char path[PATH_SIZE];
	int fd;

	if (mkdirat(directory, place->name, 0700) != 0)
		return fault(
		    "the directory for the new store cannot be made", why);
	snprintf(path, sizeof(path), "%s/%s", place->name, SWAP_DATA);
	fd = openat(directory, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault("the new store cannot be made", why);
	*data = fd;
	return OK;
}

static enum err
refuse_readers(int old, struct store_error *why)
{
	if (old < 0 || flock(old, LOCK_EX | LOCK_NB) == 0)
		return OK;
	return store_refuse(why, ERR_BUSY,
	    "a backup of this store is being made: wait for its end");
}

/* A second name for the old one, that is free. */
static enum err
put_aside(int directory, int64_t now, char aside[SWAP_NAME_SIZE],
    struct store_error *why)
{
	const time_t time = (time_t)now;
	char stamp[32];
	struct tm utc;

	if (gmtime_r(&time, &utc) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc) == 0)
		snprintf(stamp, sizeof(stamp), "%lld", (long long)now);
	for (int i = 0; i < NAMES_MAX; i++) {
		snprintf(aside, SWAP_NAME_SIZE, ASIDE "%s%s%.0d", stamp,
		    i > 0 ? "-" : "", i);
		if (linkat(directory, SWAP_DATA, directory, aside, 0) == 0)
			return OK;
		if (errno != EEXIST)
			break;
	}
	return fault("the old store cannot be put aside", why);
}

static enum err
replace(int directory, struct store_error *why)
{
	if (!removed(directory, LOCK, 0))
		return fault("lock.mdb cannot be removed", why);
	if (fsync(directory) != 0 ||
	    renameat(directory, SWAPPED "/" SWAP_DATA, directory, SWAP_DATA) !=
		0 ||
	    fsync(directory) != 0)
		return fault("the new store cannot take its place", why);
	return OK;
}

enum err
swap_end(int directory, int64_t now, char aside[SWAP_NAME_SIZE],
    struct store_error *why)
{
	auto_fd int old =
	    openat(directory, SWAP_DATA, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err e = refuse_readers(old, why);

	aside[0] = '\0';
	if (e == OK && old >= 0)
		e = put_aside(directory, now, aside, why);
	if (e == OK)
		e = replace(directory, why);
	return e == OK ? swap_clean_up(directory, why) : e;
}
