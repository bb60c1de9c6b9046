/* SPDX-License-Identifier: BSD-3-Clause */

/* `store restore` works without the agent, as the owner of the store. */

#include "lmdb-store/restore.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/identity.h"
#include "jwt-agent/cli/meter.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/stopped_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* With the rights of whoever called, who may have put it where the owner of
 * the store may not go. */
static enum err
open_backup(const char *path, int *out, uint64_t *size, struct store_error *why)
{
	auto_fd int fd = strcmp(path, "-") == 0
	    ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
	    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0)
		return store_refuse(
		    why, ERR_IO, "%s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode) || isatty(fd) == 1)
		return store_refuse(
		    why, ERR_MALFORMED, "%s is no backup", path);
	*size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
	*out = TAKE_FD(fd);
	return OK;
}

/* A backup can be put back without the key, and a key that is in the way of that
 * can be mended afterwards: what is wrong with it is only said. */
static void
find_master(const struct call *call, const struct config *config,
    struct secret **master)
{
	struct store_error why = {""};

	if (stopped_store_master(master, config, &why) != OK)
		connection_complain(call, "%s", why.text);
}

static enum err
restore_as_owner(const struct call *call, const struct config *config,
    struct restore *restore, int fd, struct store_error *why)
{
	struct meter reading, checking;
	struct identity owner;
	enum err e = identity_of(&owner, config->store, why);

	if (e == OK)
		e = identity_become(&owner, why);
	if (e != OK)
		return e;
	meter_begin(&reading, call, "read", &METER_MIB);
	meter_begin(&checking, call, "checked", &METER_ENTRIES);
	restore->reading = &reading.progress;
	restore->checking = &checking.progress;
	e = restore_run(restore, fd, why);
	meter_end(&reading);
	meter_end(&checking);
	return e;
}

static enum err
print_report(const struct call *call, const json_t *answer)
{
	static const struct column columns[] = {
	    {"backup", "file", COLUMN_PLAIN},
	    {"as of", "time", COLUMN_TIME},
	    {"", "age", COLUMN_SPAN},
	    {"schema", "schema", COLUMN_PLAIN},
	    {"entries checked", "entries", COLUMN_PLAIN},
	    {"store", "store", COLUMN_PLAIN},
	    {"old data", "aside", COLUMN_PLAIN},
	};

	if (call_has(call, CLI_JSON))
		return output_json(answer);
	return output_record(
	    columns, sizeof(columns) / sizeof(*columns), answer);
}

static enum err
report(const struct call *call, const struct config *config,
    const struct restore *restore)
{
	auto_str char *aside = NULL;
	auto_json json_t *answer = NULL;

	if (restore->aside[0] != '\0' &&
	    asprintf(&aside, "%s/%s", config->store, restore->aside) < 0) {
		aside = NULL;
		return ERR_NO_MEMORY;
	}
	answer = json_pack("{ss sI sI sI sI sb ss? ss? sb}", "file",
	    call->argument, "time", restore->time, "age",
	    host_now(&host_system) - restore->time, "schema", restore->schema,
	    "entries", restore->entries, "sealed_checked", restore->sealed,
	    "store", restore->dry_run ? NULL : config->store, "aside", aside,
	    "tokens_revoked", restore->revoke_tokens && !restore->dry_run);
	return answer != NULL ? print_report(call, answer) : ERR_NO_MEMORY;
}

static void
warn_of_key(const struct restore *restore)
{
	if (restore->sealed)
		return;
	fputs("The master key is not there: what is sealed was not looked at, "
	      "and the agent\ndoes not start before the key is back in its "
	      "place.\n",
	    stderr);
	if (restore->entries == 0)
		fputs("The backup is of an older schema, whose tables only "
		      "the master key lets us check.\n",
		    stderr);
}

/* What an administrator has to know before the agent runs again. */
static void
warn_of_time(const struct restore *restore)
{
	if (restore->dry_run)
		return;
	if (restore->revoke_tokens) {
		fputs("When the agent starts it revokes every token that was "
		      "issued before: every device\nhas to be enrolled "
		      "again.\n",
		    stderr);
		return;
	}
	fputs(
	    "What happened after that time is forgotten. A token, device or "
	    "user that was revoked\nsince is not revoked; a refresh token or "
	    "login code that was used since can be used\nagain; a signing key "
	    "that was replaced since signs again; a device that was enrolled\n"
	    "since is not known. Once the agent runs, revoke again what was "
	    "revoked, or all there\nis: jwt-agent user logout --all\n",
	    stderr);
}

int
cli_store_restore(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	auto_free(secret) struct secret *master = NULL;
	auto_fd int fd = -1;
	struct store_options options = {.map_start = STORE_MAP_START,
	    .map_max = STORE_MAP_MAX,
	    .host = &host_system};
	struct restore restore = {.store = &options,
	    .dry_run = call_has(call, CLI_DRY_RUN),
	    .revoke_tokens = call_has(call, CLI_REVOKE_TOKENS)};
	struct store_error why = {""};
	enum err e = connection_config(call, &config);

	if (e != OK)
		return err_exit(e);
	options.path = config->store;
	options.master_key = config->master_key;
	options.master_key_command = config->master_key_command;
	find_master(call, config, &master);
	options.master = master;
	e = open_backup(call->argument, &fd, &restore.total, &why);
	if (e == OK)
		e = restore_as_owner(call, config, &restore, fd, &why);
	if (e != OK) {
		connection_complain(call, "%s", why.text);
		return err_exit(e);
	}
	e = report(call, config, &restore);
	warn_of_key(&restore);
	warn_of_time(&restore);
	return err_exit(e);
}
