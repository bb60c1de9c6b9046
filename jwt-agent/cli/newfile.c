/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static enum err
fault(const char *path, struct file_error *error)
{
	return file_refuse(error, ERR_IO, "%s: %s", path, strerror(errno));
}

/* `status` NULL: it came there while we wrote. */
static enum err
exists(const char *path, const struct stat *status, struct file_error *error)
{
	if (status != NULL && !S_ISREG(status->st_mode))
		return file_refuse(error, ERR_USAGE,
		    "%s is no plain file: take another name; a backup goes to "
		    "standard output when it is called -",
		    path);
	return file_refuse(error, ERR_USAGE,
	    "%s is there already: take another name, or --force to replace it",
	    path);
}

void
newfile_clear(struct newfile *file)
{
	if (file->part != NULL) {
		unlink(file->part);
		free(TAKE(file->part));
		close(file->fd);
	}
}

static int
open_part(const char *part)
{
	return open(
	    part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* What a killed process left is ours, and nobody has it locked. */
static enum err
remove_leftover(const char *part, struct file_error *error)
{
	auto_fd int fd =
	    open(part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0)
		return fault(part, error);
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
		return file_refuse(error, ERR_IO,
		    "%s is there already, and none that a backup left: remove "
		    "it",
		    part);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return file_refuse(
		    error, ERR_BUSY, "another process is writing %s", part);
	return unlink(part) == 0 ? OK : fault(part, error);
}

enum err
newfile_open(struct newfile *file, const char *path, bool force,
    struct file_error *error)
{
	auto_str char *part = NULL;
	auto_fd int fd = -1;
	struct stat status;
	enum err e = OK;

	if (lstat(path, &status) == 0 && (!force || !S_ISREG(status.st_mode)))
		return exists(path, &status, error);
	if (asprintf(&part, "%s.part", path) < 0) {
		part = NULL;
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	}
	fd = open_part(part);
	if (fd < 0 && errno == EEXIST) {
		e = remove_leftover(part, error);
		if (e != OK)
			return e;
		fd = open_part(part);
	}
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
		return fault(part, error);
	*file = (struct newfile){.path = path,
	    .part = TAKE(part),
	    .fd = TAKE_FD(fd),
	    .force = force};
	return OK;
}

/* A file system that cannot rename without replacing is asked twice. */
static int
rename_new(const char *from, const char *to)
{
	struct stat status;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (lstat(to, &status) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

static enum err
sync_folder(const char *path, struct file_error *error)
{
	auto_str char *copy = strdup(path);
	auto_fd int folder = -1;

	if (copy == NULL)
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || fsync(folder) != 0)
		return fault(path, error);
	return OK;
}

enum err
newfile_publish(struct newfile *file, struct file_error *error)
{
	int failed;

	if (fsync(file->fd) != 0)
		return fault(file->part, error);
	failed = file->force ? rename(file->part, file->path)
			     : rename_new(file->part, file->path);
	if (failed != 0)
		return errno == EEXIST ? exists(file->path, NULL, error)
				       : fault(file->path, error);
	close(file->fd);
	free(TAKE(file->part));
	return sync_folder(file->path, error);
}
