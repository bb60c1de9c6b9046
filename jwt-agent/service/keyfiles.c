/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/keyfiles.h"

#include "jwt-agent/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define OTHERS_ANY (S_IRWXG | S_IRWXO)

/* All zero: there was no such file. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct keyfiles {
	const struct texts *paths;
	struct stamp stamp[];
};

enum err
keyfiles_new(struct keyfiles **out, const struct texts *paths)
{
	struct keyfiles *files =
	    calloc(1, sizeof(*files) + paths->count * sizeof(*files->stamp));

	if (files == NULL)
		return ERR_NO_MEMORY;
	files->paths = paths;
	*out = files;
	return OK;
}

void
keyfiles_free(struct keyfiles *files)
{
	free(files);
}

static struct stamp
stamp_of(const char *path)
{
	struct stamp stamp;
	struct stat status;

	memset(&stamp, 0, sizeof(stamp)); /* compared as bytes */
	if (stat(path, &status) != 0)
		return stamp;
	stamp.device = status.st_dev;
	stamp.inode = status.st_ino;
	stamp.size = status.st_size;
	stamp.modified = status.st_mtim;
	stamp.changed = status.st_ctim;
	return stamp;
}

bool
keyfiles_changed(const struct keyfiles *files)
{
	for (size_t i = 0; i < files->paths->count; i++) {
		struct stamp now = stamp_of(files->paths->item[i]);

		if (memcmp(&now, &files->stamp[i], sizeof(now)) != 0)
			return true;
	}
	return false;
}

__attribute__((format(printf, 3, 4))) static enum err
refuse(struct option_error *why, const char *path, const char *format, ...)
{
	char sentence[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	snprintf(why->text, sizeof(why->text), "%.50s: %s", path, sentence);
	return ERR_CONFIG;
}

static enum err
check_status(int fd, const char *path, mode_t denied, struct option_error *why,
    size_t *size)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return refuse(why, path, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(why, path, "is not a file");
	if (!config_trusts_owner(status.st_uid))
		return refuse(why, path,
		    "belongs to uid %u: neither root nor "
		    "the agent's user",
		    status.st_uid);
	if ((status.st_mode & denied) != 0)
		return refuse(why, path, "others can %s it (mode %04o)",
		    denied == OTHERS_WRITE ? "write" : "read or write",
		    status.st_mode & 07777);
	if (status.st_size > (off_t)KEYSET_SIZE_MAX)
		return refuse(
		    why, path, "is larger than %zu bytes", KEYSET_SIZE_MAX);
	*size = (size_t)status.st_size;
	return OK;
}

/* One read(2): a local file gives all of it at once or has been cut. */
static enum err
read_file(const char *path, mode_t denied, struct secret **out,
    struct option_error *why)
{
	auto_free(secret) struct secret *bytes = NULL;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t size = 0;
	enum err e;

	if (fd < 0)
		return refuse(why, path, "%s", strerror(errno));
	e = check_status(fd, path, denied, why, &size);
	if (e == OK && size == 0)
		return refuse(why, path, "is empty");
	if (e == OK)
		e = secret_zero(&bytes, size);
	if (e != OK)
		return e;
	if (read(fd, secret_bytes(bytes), size) != (ssize_t)size)
		return refuse(why, path, "could not be read");
	*out = TAKE(bytes);
	return OK;
}

static enum err
read_keys(const char *path, uint32_t algorithms, struct keyset *keys,
    struct option_error *why)
{
	auto_free(secret) struct secret *bytes = NULL;
	auto_clear(keyset) struct keyset found = {0};
	struct keyset_problem problem = {0};
	enum err e = read_file(path, OTHERS_WRITE, &bytes, why);

	if (e != OK)
		return e;
	e = keyset_read(secret_data(bytes), secret_size(bytes), algorithms,
	    &found, &problem);
	if (e == ERR_MALFORMED)
		return refuse(why, path, "%s", problem.why);
	return e == OK ? keyset_append(keys, &found) : e;
}

enum err
keyfiles_read(struct keyfiles *files, uint32_t algorithms, struct keyset *out,
    struct option_error *why)
{
	auto_clear(keyset) struct keyset keys = {0};
	enum err e = OK;

	/* taken first: a change while they are read is seen the next time */
	for (size_t i = 0; i < files->paths->count; i++)
		files->stamp[i] = stamp_of(files->paths->item[i]);
	for (size_t i = 0; i < files->paths->count && e == OK; i++)
		e = read_keys(files->paths->item[i], algorithms, &keys, why);
	if (e != OK)
		return e;
	keyset_clear(out);
	*out = keys;
	keys = (struct keyset){0};
	return OK;
}

enum err
keyfile_secret(const char *path, struct secret **out, struct option_error *why)
{
	auto_free(secret) struct secret *bytes = NULL;
	enum err e = read_file(path, OTHERS_ANY, &bytes, why);
	size_t size;

	if (e != OK)
		return e;
	size = secret_size(bytes);
	if (secret_data(bytes)[size - 1] == '\n')
		size--;
	return secret_new(out, secret_data(bytes), size);
}
