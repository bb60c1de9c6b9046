/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct replacement {
	int folder; /* borrowed */
	int fd;
	char *name;
	char *next; /* NULL: there is nothing to remove */
};

enum err
file_refuse(struct file_error *error, enum err err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return err;
}

void
replacement_free(struct replacement *replacement)
{
	if (replacement == NULL)
		return;
	if (replacement->fd >= 0)
		close(replacement->fd);
	if (replacement->next != NULL)
		unlinkat(replacement->folder, replacement->next, 0);
	free(replacement->next);
	free(replacement->name);
	free(replacement);
}

static enum err
set_names(struct replacement *replacement, const char *name)
{
	replacement->name = strdup(name);
	if (replacement->name == NULL)
		return ERR_NO_MEMORY;
	if (asprintf(&replacement->next, "%s.new", name) < 0) {
		replacement->next = NULL;
		return ERR_NO_MEMORY;
	}
	return OK;
}

static enum err
fault(const struct replacement *replacement, struct file_error *error)
{
	return file_refuse(
	    error, ERR_IO, "%s: %s", replacement->next, strerror(errno));
}

static enum err
make(struct replacement *replacement, const struct file_owner *owner,
    struct file_error *error)
{
	if (unlinkat(replacement->folder, replacement->next, 0) != 0 &&
	    errno != ENOENT)
		return fault(replacement, error);
	replacement->fd = openat(replacement->folder, replacement->next,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (replacement->fd < 0)
		return fault(replacement, error);
	/* a umask may have taken even the owner's rights */
	if (fchmod(replacement->fd, 0600) != 0)
		return fault(replacement, error);
	if (owner->uid != (uid_t)-1 &&
	    fchown(replacement->fd, owner->uid, owner->gid) != 0)
		return fault(replacement, error);
	errno = posix_fallocate(replacement->fd, 0, REPLACEMENT_MAX);
	return errno == 0 ? OK : fault(replacement, error);
}

enum err
replacement_new(struct replacement **out, int folder, const char *name,
    const struct file_owner *owner, struct file_error *error)
{
	auto_free(replacement) struct replacement *replacement =
	    calloc(1, sizeof(*replacement));
	enum err e;

	if (replacement == NULL)
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	replacement->folder = folder;
	replacement->fd = -1;
	e = set_names(replacement, name);
	if (e != OK)
		return file_refuse(error, e, "out of memory");
	e = make(replacement, owner, error);
	if (e == OK)
		*out = TAKE(replacement);
	return e;
}

static bool
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		size -= (size_t)written;
	}
	return true;
}

enum err
replacement_commit(struct replacement *replacement, const char *text,
    size_t size, struct file_error *error)
{
	if (!write_all(replacement->fd, text, size) ||
	    ftruncate(replacement->fd, (off_t)size) != 0 ||
	    fsync(replacement->fd) != 0 ||
	    renameat(replacement->folder, replacement->next,
		replacement->folder, replacement->name) != 0)
		return fault(replacement, error);
	free(TAKE(replacement->next));
	/* the new name is there whether or not this makes it durable */
	if (fsync(replacement->folder) != 0)
		return file_refuse(error, ERR_IO, "%s: %s", replacement->name,
		    strerror(errno));
	return OK;
}
