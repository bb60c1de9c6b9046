/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_KEYCHANGE_H
#define JWT_AGENT_SERVICE_KEYCHANGE_H

/*
 * Keys that a call has written to the store and that are to be in use as soon
 * as that is committed: what is held in memory is made ready by the handler,
 * inside its transaction, so that taking it up cannot fail.
 */

#include "jwt-agent/service/keyring.h"

struct service;

/* Each may be NULL: it stays. `file`: to be put in the place of the master
 * key's file. */
struct key_change {
	struct keyring *keyring;
	struct seal *seal;
	struct secret *master;
	struct secret *file;
};

void key_change_clear(struct key_change *change);

/* Takes it up, and leaves it empty. Nobody may hold a key of before. `wrote`:
 * the file was to be replaced; if it could not be, ERR_IO with `why`. */
MUST_USE enum err key_change_take(struct key_change *change,
    const struct service *service, bool *wrote, struct store_error *why);

#endif
