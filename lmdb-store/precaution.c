/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/precaution.h"

#include "lmdb-store/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INFIX ".schema-"
#define SUFFIX ".backup"
#define DATE_FORMAT "%Y%m%dT%H%M%SZ"
#define DATE_SIZE 16
#define NAME_SIZE 256

/* Where the backups of a store are. */
struct place {
	char *folder;
	char *name; /* of the store, in it */
	int fd;
};

static void
place_clear(struct place *place)
{
	free(place->folder);
	free(place->name);
	if (place->fd >= 0)
		close(place->fd);
}

static enum err
no_memory(struct store_error *why)
{
	return store_refuse(why, ERR_NO_MEMORY, "out of memory");
}

/* What makes room, or another way. */
static enum err
refuse(const struct precaution *precaution, const char *what,
    struct store_error *why)
{
	return store_refuse(why, ERR_IO,
	    "the store %s is of schema %" PRId64 " and has to be migrated, but "
	    "cannot be backed up beside it first (%s): mend that, or back it "
	    "up yourself and run 'jwt-agent store migrate --no-backup'",
	    precaution->store, precaution->schema, what);
}

static enum err
find_place(struct place *place, const struct precaution *precaution,
    struct store_error *why)
{
	auto_str char *path = strdup(precaution->store);
	size_t size = path != NULL ? strlen(path) : 0;
	char *slash;

	while (size > 1 && path[size - 1] == '/')
		path[--size] = '\0';
	slash = path != NULL ? strrchr(path, '/') : NULL;
	if (slash != NULL) {
		place->name = strdup(slash + 1);
		*slash = '\0';
		place->folder = strdup(slash == path ? "/" : path);
	} else if (path != NULL) {
		place->name = strdup(path);
		place->folder = strdup(".");
	}
	if (place->name == NULL || place->folder == NULL)
		return no_memory(why);
	place->fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return place->fd >= 0 ? OK : refuse(precaution, strerror(errno), why);
}

static bool
write_name(const struct place *place, const struct precaution *precaution,
    char name[NAME_SIZE])
{
	const time_t now = (time_t)precaution->now;
	char date[DATE_SIZE + 1];
	struct tm utc;
	int size;

	if (gmtime_r(&now, &utc) == NULL ||
	    strftime(date, sizeof(date), DATE_FORMAT, &utc) != DATE_SIZE)
		return false;
	size = snprintf(name, NAME_SIZE, "%s" INFIX "%" PRId64 ".%s" SUFFIX,
	    place->name, precaution->schema, date);
	return size > 0 && size < NAME_SIZE;
}

/* The date in the name of a backup of this store; NULL for any other file. */
static const char *
date_of(const struct place *place, const char *name)
{
	size_t size = strlen(name), prefix = strlen(place->name);
	size_t tail = DATE_SIZE + sizeof(SUFFIX) - 1;

	if (strncmp(name, place->name, prefix) != 0 ||
	    strncmp(name + prefix, INFIX, sizeof(INFIX) - 1) != 0 ||
	    size < prefix + sizeof(INFIX) + tail ||
	    strcmp(name + size - (sizeof(SUFFIX) - 1), SUFFIX) != 0)
		return NULL;
	return name + size - tail;
}

/* How many backups there are, and which is the oldest. */
static size_t
count_backups(const struct place *place, char oldest[NAME_SIZE])
{
	DIR *folder = opendir(place->folder);
	const struct dirent *entry;
	size_t count = 0;

	oldest[0] = '\0';
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		const char *date = date_of(place, entry->d_name);

		if (date == NULL || strlen(entry->d_name) >= NAME_SIZE)
			continue;
		if (count++ == 0 || strcmp(date, date_of(place, oldest)) < 0)
			snprintf(oldest, NAME_SIZE, "%s", entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
	return count;
}

/* An old one that cannot be removed is no reason not to start. */
static void
remove_old(const struct place *place)
{
	char oldest[NAME_SIZE];

	while (count_backups(place, oldest) > PRECAUTION_KEPT)
		if (unlinkat(place->fd, oldest, 0) != 0)
			return;
}

static enum err
write_file(const struct precaution *precaution, struct kv *kv, int fd,
    struct store_error *why)
{
	struct store_error problem = {""};
	enum err e = backup_write(kv, precaution->schema, precaution->now, fd,
	    precaution->progress, &problem);

	if (e == OK && fsync(fd) == 0)
		return OK;
	return refuse(
	    precaution, e == OK ? strerror(errno) : problem.text, why);
}

/* Nobody else writes here while the store's directory is locked: a draft that
 * is there was left by a crash. */
static enum err
write_draft(const struct precaution *precaution, struct kv *kv,
    const struct place *place, const char *draft, struct store_error *why)
{
	auto_fd int fd = -1;
	enum err e;

	unlinkat(place->fd, draft, 0);
	fd = openat(place->fd, draft,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return refuse(precaution, strerror(errno), why);
	e = write_file(precaution, kv, fd, why);
	if (e != OK)
		unlinkat(place->fd, draft, 0);
	return e;
}

static enum err
publish(const struct precaution *precaution, const struct place *place,
    const char *draft, const char *name, struct store_error *why)
{
	if (renameat(place->fd, draft, place->fd, name) == 0 &&
	    fsync(place->fd) == 0)
		return OK;
	refuse(precaution, strerror(errno), why);
	unlinkat(place->fd, draft, 0);
	return ERR_IO;
}

enum err
precaution_take(const struct precaution *precaution, struct kv *kv, char **file,
    struct store_error *why)
{
	auto_clear(place) struct place place = {.fd = -1};
	char name[NAME_SIZE], draft[NAME_SIZE + sizeof(SUFFIX ".part")];
	auto_str char *path = NULL;
	enum err e = find_place(&place, precaution, why);

	if (e != OK)
		return e;
	if (!write_name(&place, precaution, name))
		return refuse(precaution, "its name is too long", why);
	snprintf(draft, sizeof(draft), "%s" SUFFIX ".part", place.name);
	if (asprintf(&path, "%s/%s", place.folder, name) < 0) {
		path = NULL;
		return no_memory(why);
	}
	e = write_draft(precaution, kv, &place, draft, why);
	if (e == OK)
		e = publish(precaution, &place, draft, name, why);
	if (e != OK)
		return e;
	remove_old(&place);
	*file = TAKE(path);
	return OK;
}
