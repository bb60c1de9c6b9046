/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/tokenfile.h"

#include "base/fields.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define LOCK_STEP_MS 5
#define LOCK_TRIES 3

struct tokenfile {
	int folder;
	int lock;
	char *path;
	char *name;
	char *lock_name;
	char *access_name;
	struct file_owner owner;
	struct replacement *successor;
};

void
tokenfile_free(struct tokenfile *file)
{
	if (file == NULL)
		return;
	replacement_free(file->successor);
	if (file->lock >= 0)
		close(file->lock);
	if (file->folder >= 0)
		close(file->folder);
	free(file->path);
	free(file->name);
	free(file->lock_name);
	free(file->access_name);
	free(file);
}

static char *
joined(const char *name, const char *ending)
{
	char *text;

	return asprintf(&text, "%s%s", name, ending) < 0 ? NULL : text;
}

static enum err
open_folder(struct tokenfile *file, struct file_error *error)
{
	auto_str char *folder = strdup(file->path);
	char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
	const char *place = ".";

	if (folder == NULL)
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	if (slash != NULL) {
		slash[slash == folder] = '\0';
		place = folder;
	}
	file->folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->folder >= 0)
		return OK;
	return file_refuse(
	    error, ERR_IO, "%s: %s", file->path, strerror(errno));
}

static enum err
set_names(struct tokenfile *file, const char *path, struct file_error *error)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	if (name[0] == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return file_refuse(error, ERR_IO, "%s: is a folder", path);
	file->path = strdup(path);
	file->name = strdup(name);
	file->lock_name = joined(name, ".lock");
	file->access_name = joined(name, ".access");
	if (file->path == NULL || file->name == NULL ||
	    file->lock_name == NULL || file->access_name == NULL)
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	return OK;
}

/* Root must not leave a person with files that they cannot read. */
static struct file_owner
find_owner(const struct tokenfile *file)
{
	struct stat status;

	if (geteuid() == 0 &&
	    ((fstatat(file->folder, file->name, &status, AT_SYMLINK_NOFOLLOW) ==
		     0 &&
		 S_ISREG(status.st_mode)) ||
		fstat(file->folder, &status) == 0))
		return (struct file_owner){status.st_uid, status.st_gid};
	return (struct file_owner){(uid_t)-1, (gid_t)-1};
}

enum err
tokenfile_new(
    struct tokenfile **out, const char *path, struct file_error *error)
{
	auto_free(tokenfile) struct tokenfile *file = calloc(1, sizeof(*file));
	enum err e;

	if (file == NULL)
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	file->folder = -1;
	file->lock = -1;
	e = set_names(file, path, error);
	if (e == OK)
		e = open_folder(file, error);
	if (e != OK)
		return e;
	file->owner = find_owner(file);
	*out = TAKE(file);
	return OK;
}

static enum err
own_lock(struct tokenfile *file)
{
	if (file->owner.uid == (uid_t)-1)
		return OK;
	return fchown(file->lock, file->owner.uid, file->owner.gid) == 0
	    ? OK
	    : ERR_IO;
}

/* Only a lock that we made is given an owner: another may be a link. */
static enum err
open_lock(struct tokenfile *file)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;

	for (int i = 0; i < LOCK_TRIES; i++) {
		file->lock = openat(file->folder, file->lock_name,
		    flags | O_CREAT | O_EXCL, 0600);
		if (file->lock >= 0)
			return own_lock(file);
		if (errno != EEXIST)
			return ERR_IO;
		file->lock = openat(file->folder, file->lock_name, flags);
		if (file->lock >= 0)
			return OK;
		if (errno != ENOENT)
			return ERR_IO;
	}
	return ERR_IO;
}

enum err
tokenfile_lock(struct tokenfile *file, struct file_error *error)
{
	struct stat status;

	if (open_lock(file) != OK || fstat(file->lock, &status) != 0)
		return file_refuse(
		    error, ERR_IO, "%s.lock: %s", file->path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return file_refuse(
		    error, ERR_IO, "%s.lock: is not a plain file", file->path);
	for (int waited = 0; waited < TOKENFILE_WAIT_MS;
	     waited += LOCK_STEP_MS) {
		if (flock(file->lock, LOCK_EX | LOCK_NB) == 0)
			return OK;
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		poll(NULL, 0, LOCK_STEP_MS);
	}
	return file_refuse(error, ERR_TIMEOUT,
	    "%s.lock: another process keeps it: %s", file->path,
	    strerror(errno));
}

static enum err
check_status(const struct tokenfile *file, const char *name,
    const struct stat *status, struct file_error *error)
{
	if (!S_ISREG(status->st_mode) || status->st_nlink != 1)
		return file_refuse(error, ERR_IO,
		    "%s: is not a plain file with one name", name);
	if (geteuid() != 0 && status->st_uid != geteuid())
		return file_refuse(error, ERR_PERMISSION_DENIED,
		    "%s: belongs to another user", file->path);
	if ((status->st_mode & S_IWOTH) != 0)
		return file_refuse(error, ERR_PERMISSION_DENIED,
		    "%s: everybody can write it; type: chmod 600 %s", name,
		    file->path);
	return OK;
}

static enum err
read_private(const struct tokenfile *file, const char *name,
    struct secret **out, struct file_error *error)
{
	auto_fd int fd = openat(
	    file->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	enum err e;

	if (fd < 0 && errno == ELOOP)
		return file_refuse(
		    error, ERR_IO, "%s: is a symbolic link", file->path);
	if (fd < 0 || fstat(fd, &status) != 0)
		return file_refuse(
		    error, ERR_IO, "%s: %s", file->path, strerror(errno));
	e = check_status(file, name, &status, error);
	if (e != OK)
		return e;
	e = token_read(fd, out);
	if (e != OK)
		return file_refuse(error, e, "%s: holds no token", file->path);
	return OK;
}

bool
tokenfile_is_exposed(const struct tokenfile *file)
{
	struct stat status;

	return fstatat(file->folder, file->name, &status,
		   AT_SYMLINK_NOFOLLOW) == 0 &&
	    (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

enum err
tokenfile_read(const struct tokenfile *file, struct secret **token,
    struct file_error *error)
{
	return read_private(file, file->name, token, error);
}

enum err
tokenfile_prepare(struct tokenfile *file, struct file_error *error)
{
	return replacement_new(
	    &file->successor, file->folder, file->name, &file->owner, error);
}

static enum err
commit_line(
    struct replacement *replacement, const char *line, struct file_error *error)
{
	auto_free(secret) struct secret *text = NULL;
	size_t size = strlen(line);
	enum err e = secret_zero(&text, size + 1);

	if (e != OK)
		return file_refuse(error, e, "out of memory");
	memcpy(secret_bytes(text), line, size);
	secret_bytes(text)[size] = '\n';
	return replacement_commit(
	    replacement, secret_text(text), size + 1, error);
}

enum err
tokenfile_store(struct tokenfile *file, const struct secret *token,
    struct file_error *error)
{
	return commit_line(file->successor, secret_text(token), error);
}

enum err
tokenfile_read_access(
    const struct tokenfile *file, struct secret **token, int64_t *expires)
{
	auto_free(secret) struct secret *text = NULL;
	auto_json json_t *cached = NULL;
	struct file_error error;
	json_int_t end;
	const char *value;
	size_t size;
	enum err e;

	if (read_private(file, file->access_name, &text, &error) != OK)
		return ERR_NOT_FOUND;
	cached = json_loadb(
	    secret_text(text), secret_size(text), JSON_REJECT_DUPLICATES, NULL);
	if (json_unpack(cached, "{ss% sI}", "access_token", &value, &size,
		"access_expires", &end) != 0)
		return ERR_NOT_FOUND;
	e = secret_new(token, value, size);
	if (e == OK)
		*expires = end;
	return e;
}

enum err
tokenfile_store_access(struct tokenfile *file, const struct secret *token,
    int64_t expires, struct file_error *error)
{
	auto_free(replacement) struct replacement *replacement = NULL;
	auto_json json_t *cached = json_pack("{ss sI}", "access_token",
	    secret_text(token), "access_expires", (json_int_t)expires);
	auto_str char *text =
	    cached != NULL ? json_dumps(cached, JSON_COMPACT) : NULL;
	enum err e;

	if (text == NULL)
		return file_refuse(error, ERR_NO_MEMORY, "out of memory");
	e = replacement_new(
	    &replacement, file->folder, file->access_name, &file->owner, error);
	if (e == OK)
		e = commit_line(replacement, text, error);
	explicit_bzero(text, strlen(text));
	return e;
}

static enum err
read_all(int fd, uint8_t *bytes, size_t room, size_t *size)
{
	*size = 0;
	while (*size < room) {
		ssize_t got = read(fd, bytes + *size, room - *size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return OK;
		*size += (size_t)got;
	}
	return ERR_MALFORMED;
}

enum err
token_read(int fd, struct secret **token)
{
	auto_free(secret) struct secret *room = NULL;
	const uint8_t *text;
	size_t size, lead = 0;
	enum err e = secret_zero(&room, FIELD_SECRET_MAX + 1);

	if (e == OK)
		e = read_all(fd, secret_bytes(room), secret_size(room), &size);
	if (e != OK)
		return e;
	text = secret_data(room);
	while (size > 0 && isspace(text[size - 1]))
		size--;
	while (lead < size && isspace(text[lead]))
		lead++;
	if (lead == size || memchr(text + lead, '\0', size - lead) != NULL)
		return ERR_MALFORMED;
	return secret_new(token, text + lead, size - lead);
}
