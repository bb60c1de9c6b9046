/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_STOPPED_STORE_H
#define JWT_AGENT_CLI_STOPPED_STORE_H

#include "jwt-agent/config/config.h"
#include "lmdb-store/inspection.h"

/* Opens the store that no agent answers for, to be looked at. The process
 * becomes the store's owner for good. Errors and sentences are those of
 * identity.h and inspection_open(). */
MUST_USE enum err stopped_store_open(struct inspection *inspection,
    const struct config *config, struct store_error *why);

#endif
