/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/host.h"
#include "jwt-agent/setup/credential.h"
#include "jwt-agent/setup/step.h"
#include "lmdb-store/masterkey.h"

#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#define STEP "master key"

static bool
exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* Who has set the path wants the file. And only systemd hands over
 * credentials. */
static bool
wants_credential(const struct setup *setup)
{
	char where[CONFIG_WHERE_SIZE];

	config_where(setup->config, "agent", "master_key", where);
	return strcmp(where, "default") == 0 && sd_booted() > 0;
}

static enum err
make_credential(struct setup *setup)
{
	auto_free(secret) struct secret *key = NULL;
	enum err e = secret_zero(&key, MASTERKEY_SIZE);

	if (e == OK)
		e = host_random(
		    &host_system, secret_bytes(key), MASTERKEY_SIZE);
	if (e == OK)
		e = credential_write(setup->credential, key);
	if (e == OK)
		setup->master = TAKE(key);
	return e;
}

/* The file is made with the store, by the agent's user. */
static void
make(struct setup *setup)
{
	const char *file = setup->config->master_key;
	bool credential = wants_credential(setup);

	if (setup->dry_run) {
		setup_say(setup, STEP, SETUP_WANTED,
		    credential ? setup->credential : file, "%s", "");
		return;
	}
	if (credential && make_credential(setup) == OK)
		setup_say(setup, STEP, SETUP_MADE, setup->credential,
		    "keep a copy elsewhere: systemd-creds decrypt "
		    "--name=" MASTERKEY_CREDENTIAL " FILE -");
}

void
setup_master_key(struct setup *setup)
{
	const struct config *config = setup->config;
	auto_str char *data = NULL;

	if (asprintf(&data, "%s/data.mdb", config->store) < 0) {
		data = NULL;
		setup->worst = ERR_NO_MEMORY;
		return;
	}
	if (config->master_key_command != NULL)
		setup_say(setup, STEP, SETUP_KEPT, config->master_key_command,
		    "%s", "");
	else if (exists(setup->credential))
		setup_say(setup, STEP, SETUP_KEPT, setup->credential, "%s", "");
	else if (exists(config->master_key))
		setup_say(
		    setup, STEP, SETUP_KEPT, config->master_key, "%s", "");
	else if (exists(data))
		setup_say(setup, STEP, SETUP_FAILED, config->master_key,
		    "it is missing, and %s cannot be opened without it: put "
		    "back your copy",
		    config->store);
	else
		make(setup);
}
