/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_STOPPED_STORE_H
#define JWT_AGENT_CLI_STOPPED_STORE_H

#include "jwt-agent/config/config.h"
#include "lmdb-store/inspection.h"

/*
 * The master key, where only root can read it and not the owner of the store: a
 * credential of the unit that this runs in, or the encrypted one that the agent's
 * unit loads, which systemd-creds decrypts. To be called before the process
 * becomes the owner. `*out` stays NULL where whatever opens the store finds the
 * key by itself, or nobody does. Errors are those of masterkey_load(); `why` is
 * a sentence.
 */
MUST_USE enum err stopped_store_master(
    struct secret **out, const struct config *config, struct store_error *why);

/* Opens the store that no agent answers for, to be looked at. The process
 * becomes the store's owner for good. Errors and sentences are those of
 * identity.h and inspection_open(). */
MUST_USE enum err stopped_store_open(struct inspection *inspection,
    const struct config *config, struct store_error *why);

#endif
