/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_MASTERKEY_H
#define LMDB_STORE_MASTERKEY_H

/*
 * The master key: 32 bytes outside the store, under which the store's data
 * keys are sealed. It comes from systemd ($CREDENTIALS_DIRECTORY/master.key) if
 * that file exists, else from the configured command if there is one, else from
 * the file at the configured path.
 */

#include "base/host.h"
#include "base/secret.h"
#include "lmdb-store/error.h"
#include "lmdb-store/masterkey_form.h"

#include <limits.h>
#include <stdbool.h>

#define MASTERKEY_CREDENTIAL "master.key"
/* Where LoadCredentialEncrypted=master.key:jwt-agent.master.key finds it. */
#define MASTERKEY_SYSTEMD_FILE "/etc/credstore.encrypted/jwt-agent.master.key"
/* By what root gets it from there outside of a unit that loads it. */
#define MASTERKEY_SYSTEMD_COMMAND                                              \
	"/usr/bin/systemd-creds decrypt --name=" MASTERKEY_CREDENTIAL          \
	" " MASTERKEY_SYSTEMD_FILE " -"

struct masterkey_file {
	char path[PATH_MAX];
	bool credential;
	const char *command; /* borrowed; NULL: it is a file */
};

/* Where it comes from; `command` may be NULL. ERR_CONFIG when the path is too
 * long. */
MUST_USE enum err masterkey_find(struct masterkey_file *file, const char *path,
    const char *command, struct store_error *why);

/* The configured file, which we may make and replace ourselves. */
bool masterkey_is_ours(const struct masterkey_file *file);

/* What it is called in a sentence. */
const char *masterkey_name(const struct masterkey_file *file);

/*
 * Reads it, or runs the command (masterkey_command()). ERR_NOT_FOUND when there is no such file (nothing is said in
 * `why`). ERR_CONFIG when it is not a regular file of 32 bytes, when it
 * belongs to neither root nor us, or when others have any permission on it;
 * of a credential only that the world cannot read it, as systemd sets owner
 * and mode. ERR_IO, ERR_NO_MEMORY.
 */
MUST_USE enum err masterkey_load(struct secret **out,
    const struct masterkey_file *file, struct store_error *why);

/*
 * Makes a random key and the file, mode 0600, which is on disk when this
 * returns. Only for a store that is new: the key of an existing one cannot
 * be made again. Never replaces a file. ERR_IO, ERR_CRYPTO, ERR_NO_MEMORY.
 */
MUST_USE enum err
masterkey_create(struct secret **out, const struct masterkey_file *file,
    const struct host *host, struct store_error *why);

/* Puts another key in the place of the file, at one stroke; it is on disk when
 * this returns. ERR_IO. */
MUST_USE enum err masterkey_replace(const struct masterkey_file *file,
    const struct secret *key, struct store_error *why);

#endif
