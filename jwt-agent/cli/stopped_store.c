/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/stopped_store.h"

#include "jwt-agent/cli/identity.h"
#include "lmdb-store/masterkey.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The file, where there is one, is what the agent was told to take. */
static bool
is_encrypted(const struct masterkey_file *file)
{
	return geteuid() == 0 && masterkey_is_ours(file) &&
	    access(file->path, F_OK) != 0 && errno == ENOENT &&
	    access(MASTERKEY_SYSTEMD_FILE, F_OK) == 0;
}

enum err
stopped_store_master(
    struct secret **out, const struct config *config, struct store_error *why)
{
	struct masterkey_file file;
	struct store_error problem = {""};
	enum err e = masterkey_find(
	    &file, config->master_key, config->master_key_command, why);

	if (e != OK)
		return e;
	prctl(PR_SET_DUMPABLE, 0);
	if (file.credential)
		return masterkey_load(out, &file, why);
	/* the owner of the store may not look whether there is one */
	unsetenv("CREDENTIALS_DIRECTORY");
	if (!is_encrypted(&file))
		return OK;
	file.command = MASTERKEY_SYSTEMD_COMMAND;
	e = masterkey_load(out, &file, &problem);
	return e == OK
	    ? OK
	    : store_refuse(why, e,
		  "the master key " MASTERKEY_SYSTEMD_FILE
		  " cannot be decrypted: put back your copy of the key as %s "
		  "(%s)",
		  config->master_key, problem.text);
}

enum err
stopped_store_open(struct inspection *inspection, const struct config *config,
    struct store_error *why)
{
	auto_free(secret) struct secret *master = NULL;
	struct store_options options = {
	    .path = config->store,
	    .master_key = config->master_key,
	    .master_key_command = config->master_key_command,
	    .host = &host_system,
	};
	struct store_error unheard = {""};
	struct identity owner;
	enum err e = identity_of(&owner, config->store, why);

	/* without it everything else can still be looked at */
	if (e == OK && stopped_store_master(&master, config, &unheard) == OK)
		options.master = master;
	if (e == OK)
		e = identity_become(&owner, why);
	return e == OK ? inspection_open(inspection, &options, why) : e;
}
