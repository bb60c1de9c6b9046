/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_KEYRING_H
#define JWT_AGENT_SERVICE_KEYRING_H

/*
 * This agent's own signing keys, opened once, and the issuer they make: new
 * tokens are signed with the active key, and tokens of every key are accepted.
 * What becomes of keys: service/signing.h.
 */

#include "jwt-agent/config/config.h"
#include "jwt-agent/verify/issuer.h"
#include "lmdb-store/store.h"

#define KEYRING_KEYS_MAX 32

struct keyring {
	struct key *keys[KEYRING_KEYS_MAX];
	size_t count;
	const struct key *signing;
	struct issuer issuer;
	struct texts
	    audience; /* the issuer's; its item is the configuration's */
	char *audience_item;
};

/* Reads the keys, and makes one if there is none. `config` outlives the
 * keyring. */
MUST_USE enum err keyring_new(struct keyring **out, struct store *store,
    const struct config *config, const struct host *host);

/* The same of the keys that there are; one of them is active. */
MUST_USE enum err keyring_read(struct keyring **out, struct txn *txn,
    const struct seal *seal, const struct config *config);

void keyring_free(struct keyring *keyring);
DEFINE_AUTO_FREE(keyring)

/* Puts the keys of `from` in the place of those of `keyring`, whose issuer
 * stays where it is: the old ones are left in `from`. */
void keyring_take(struct keyring *keyring, struct keyring *from);

#endif
