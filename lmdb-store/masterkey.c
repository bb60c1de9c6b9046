/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/masterkey.h"

#include "lmdb-store/masterkey_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum err
fault(struct store_error *why, const char *what, const char *path)
{
	return store_refuse(why, ERR_IO, "the master key %s cannot be %s: %s",
	    path, what, strerror(errno));
}

/* Cut or not, the path is in `path`. */
static bool
join(char path[PATH_MAX], const char *directory, const char *name)
{
	int size = snprintf(path, PATH_MAX, "%s%s", directory, name);

	return size > 0 && size < PATH_MAX;
}

enum err
masterkey_find(struct masterkey_file *file, const char *path,
    const char *command, struct store_error *why)
{
	const char *directory = secure_getenv("CREDENTIALS_DIRECTORY");
	struct stat stat;

	file->credential = directory != NULL &&
	    join(file->path, directory, "/" MASTERKEY_CREDENTIAL) &&
	    (lstat(file->path, &stat) == 0 || errno != ENOENT);
	file->command = file->credential ? NULL : command;
	if (file->credential || join(file->path, path, ""))
		return OK;
	return store_refuse(
	    why, ERR_CONFIG, "the path of the master key is too long");
}

bool
masterkey_is_ours(const struct masterkey_file *file)
{
	return !file->credential && file->command == NULL;
}

const char *
masterkey_name(const struct masterkey_file *file)
{
	return file->command != NULL ? "of master_key_command" : file->path;
}

static enum err
check_private(const struct masterkey_file *file, const struct stat *stat,
    struct store_error *why)
{
	mode_t refused = file->credential ? S_IRWXO : S_IRWXG | S_IRWXO;

	if ((stat->st_mode & refused) != 0)
		return store_refuse(why, ERR_CONFIG,
		    "the master key %s is open to others (mode %04o): chmod "
		    "0600 %s",
		    file->path, stat->st_mode & 07777, file->path);
	if (!file->credential && stat->st_uid != 0 && stat->st_uid != geteuid())
		return store_refuse(why, ERR_CONFIG,
		    "the master key %s belongs to uid %u: chown it to the "
		    "agent's user",
		    file->path, stat->st_uid);
	return OK;
}

static enum err
check(int fd, const struct masterkey_file *file, struct store_error *why)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return fault(why, "read", file->path);
	if (!S_ISREG(stat.st_mode))
		return store_refuse(why, ERR_CONFIG,
		    "the master key %s is not a regular file", file->path);
	if (stat.st_size != MASTERKEY_SIZE)
		return store_refuse(why, ERR_CONFIG,
		    "the master key %s has %jd bytes, not %d: put back the "
		    "file as it was made",
		    file->path, (intmax_t)stat.st_size, MASTERKEY_SIZE);
	return check_private(file, &stat, why);
}

static enum err
load_file(struct secret **out, const struct masterkey_file *file,
    struct store_error *why)
{
	auto_free(secret) struct secret *key = NULL;
	/* without waiting, should it be a pipe */
	auto_fd int fd = open(file->path,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum err e;

	if (fd < 0 && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (fd < 0 && errno == ELOOP)
		return store_refuse(why, ERR_CONFIG,
		    "the master key %s is a symbolic link", file->path);
	if (fd < 0)
		return fault(why, "opened", file->path);
	e = check(fd, file, why);
	if (e == OK && secret_zero(&key, MASTERKEY_SIZE) != OK)
		e = store_refuse(why, ERR_NO_MEMORY, "out of memory");
	if (e != OK)
		return e;
	if (read(fd, secret_bytes(key), MASTERKEY_SIZE) != MASTERKEY_SIZE)
		return fault(why, "read", file->path);
	*out = TAKE(key);
	return OK;
}

enum err
masterkey_load(struct secret **out, const struct masterkey_file *file,
    struct store_error *why)
{
	if (file->command == NULL)
		return load_file(out, file, why);
	return masterkey_command(out, file->command, MASTERKEY_COMMAND_MS, why);
}

static bool
sync_directory_of(const char *path)
{
	auto_str char *copy = strdup(path);
	char *slash = copy != NULL ? strrchr(copy, '/') : NULL;
	auto_fd int fd = -1;

	if (copy == NULL)
		return false;
	if (slash != NULL)
		slash[slash == copy ? 1 : 0] = '\0';
	fd = open(
	    slash != NULL ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0;
}

static bool
write_file(const char *path, const struct secret *key)
{
	auto_fd int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ssize_t size = (ssize_t)secret_size(key);

	return fd >= 0 && fchmod(fd, 0600) == 0 &&
	    write(fd, secret_data(key), secret_size(key)) == size &&
	    fsync(fd) == 0;
}

/* The name under which it is written first, so that a crash leaves the whole
 * key or none. */
static char *
draft_of(const char *path)
{
	char *draft = NULL;

	return asprintf(&draft, "%s.new", path) < 0 ? NULL : draft;
}

/* link() never replaces a file. */
static bool
publish(const char *path, const struct secret *key)
{
	auto_str char *draft = draft_of(path);
	bool linked;

	if (draft == NULL)
		return false;
	unlink(draft);
	linked = write_file(draft, key) && link(draft, path) == 0;
	if (unlink(draft) != 0 || !linked)
		return false;
	return sync_directory_of(path);
}

enum err
masterkey_replace(const struct masterkey_file *file, const struct secret *key,
    struct store_error *why)
{
	auto_str char *draft = draft_of(file->path);
	int problem;

	if (draft == NULL)
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	unlink(draft);
	if (write_file(draft, key) && rename(draft, file->path) == 0 &&
	    sync_directory_of(file->path))
		return OK;
	problem = errno;
	unlink(draft);
	errno = problem;
	return fault(why, "replaced", file->path);
}

enum err
masterkey_create(struct secret **out, const struct masterkey_file *file,
    const struct host *host, struct store_error *why)
{
	auto_free(secret) struct secret *key = NULL;
	enum err e = secret_zero(&key, MASTERKEY_SIZE);

	if (e == OK)
		e = host_random(host, secret_bytes(key), MASTERKEY_SIZE);
	if (e != OK)
		return store_refuse(why, e,
		    "the master key %s cannot be made: %s", file->path,
		    err_text(e));
	if (!publish(file->path, key))
		return fault(why, "written", file->path);
	*out = TAKE(key);
	return OK;
}
