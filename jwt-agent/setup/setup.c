/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/setup.h"

#include "jwt-agent/setup/credential.h"
#include "jwt-agent/setup/step.h"
#include "lmdb-store/masterkey.h"

enum err
setup_run(const struct config *config, bool dry_run, json_t **steps)
{
	struct setup setup = {
	    .config = config,
	    .dry_run = dry_run,
	    .credential = MASTERKEY_SYSTEMD_FILE,
	    .uid = (uid_t)-1,
	    .gid = (gid_t)-1,
	    .steps = json_array(),
	};

	if (setup.steps == NULL)
		return ERR_NO_MEMORY;
	*steps = setup.steps;
	if (!dry_run && geteuid() != 0)
		return ERR_PERMISSION_DENIED;
	setup_account(&setup);
	setup_places(&setup);
	setup_master_key(&setup);
	setup_store(&setup);
	secret_free(setup.master);
	return setup.worst;
}
