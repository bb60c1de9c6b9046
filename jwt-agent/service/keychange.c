/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/keychange.h"

#include "jwt-agent/service/call.h"
#include "lmdb-store/masterkey.h"

void
key_change_clear(struct key_change *change)
{
	keyring_free(change->keyring);
	seal_free(change->seal);
	secret_free(change->master);
	secret_free(change->file);
	*change = (struct key_change){0};
}

static enum err
replace_file(const struct service *service, const struct secret *key,
    struct store_error *why)
{
	const struct config *config = service->config;
	struct masterkey_file file;
	enum err e = masterkey_find(
	    &file, config->master_key, config->master_key_command, why);

	return e == OK ? masterkey_replace(&file, key, why) : e;
}

enum err
key_change_take(struct key_change *change, const struct service *service,
    bool *wrote, struct store_error *why)
{
	enum err e = OK;

	*wrote = change->file != NULL;
	if (change->keyring != NULL)
		keyring_take(service->keyring, change->keyring);
	if (change->seal != NULL)
		store_set_seal(service->store, TAKE(change->seal));
	if (change->master != NULL)
		store_set_master(service->store, TAKE(change->master));
	if (change->file != NULL)
		e = replace_file(service, change->file, why);
	key_change_clear(change);
	return e;
}
