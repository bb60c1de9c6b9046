/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/stopped_store.h"

#include "jwt-agent/cli/identity.h"

enum err
stopped_store_open(struct inspection *inspection, const struct config *config,
    struct store_error *why)
{
	const struct store_options options = {
	    .path = config->store,
	    .master_key = config->master_key,
	    .master_key_command = config->master_key_command,
	    .host = &host_system,
	};
	struct identity owner;
	enum err e = identity_of(&owner, config->store, why);

	if (e == OK)
		e = identity_become(&owner, why);
	return e == OK ? inspection_open(inspection, &options, why) : e;
}
