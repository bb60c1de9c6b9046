/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/credential.h"

#include "jwt-agent/setup/program.h"
#include "lmdb-store/masterkey.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SYSTEMD_CREDS "/usr/bin/systemd-creds"
#define NAME "--name=" MASTERKEY_CREDENTIAL
#define ENCRYPTED_MAX ((size_t)64 * 1024)

/* Not bound to what the firmware measures (PCRs): an update of the firmware
 * would take the key away, and with it the store. */
static enum err
encrypt(const struct secret *key, struct secret **out)
{
	const char *argv[] = {
	    SYSTEMD_CREDS, "encrypt", NAME, "--tpm2-pcrs=", "-", "-", NULL};

	return program_run(argv, key, ENCRYPTED_MAX, out);
}

static enum err
decrypt(const struct secret *encrypted, struct secret **out)
{
	const char *argv[] = {SYSTEMD_CREDS, "decrypt", NAME, "-", "-", NULL};

	return program_run(argv, encrypted, MASTERKEY_SIZE, out);
}

static enum err
try_out(const struct secret *encrypted, const struct secret *key)
{
	auto_free(secret) struct secret *again = NULL;
	enum err e = decrypt(encrypted, &again);

	if (e != OK)
		return e;
	return secret_equal(again, secret_data(key), secret_size(key))
	    ? OK
	    : ERR_CRYPTO;
}

static bool
write_all(int fd, const struct secret *text)
{
	return fd >= 0 &&
	    write(fd, secret_data(text), secret_size(text)) ==
	    (ssize_t)secret_size(text) &&
	    fsync(fd) == 0;
}

static bool
sync_folder(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

/* The file is there whole or not at all, and link() replaces nothing. */
static enum err
publish(const char *path, const struct secret *text)
{
	auto_str char *folder = strdup(path);
	auto_str char *draft = NULL;
	auto_fd int fd = -1;
	bool linked;

	if (folder == NULL || asprintf(&draft, "%s.new", path) < 0) {
		draft = NULL;
		return ERR_NO_MEMORY;
	}
	*strrchr(folder, '/') = '\0';
	mkdir(folder, 0700);
	unlink(draft);
	fd = open(
	    draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	linked = write_all(fd, text) && link(draft, path) == 0;
	unlink(draft);
	return linked && sync_folder(folder) ? OK : ERR_IO;
}

enum err
credential_write(const char *path, const struct secret *key)
{
	auto_free(secret) struct secret *encrypted = NULL;
	enum err e = encrypt(key, &encrypted);

	if (e == OK)
		e = try_out(encrypted, key);
	return e == OK ? publish(path, encrypted) : e;
}
