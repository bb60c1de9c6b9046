/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_NEWKEY_H
#define JWT_AGENT_SERVICE_NEWKEY_H

/* New signing keys. What becomes of them: service/signing.h. */

#include "jwt-agent/config/config.h"
#include "lmdb-store/signkey.h"
#include "base/host.h"

/* Makes a key of the configured algorithm, in this state, and writes it:
 * `record` has its times already. ERR_CONFIG, ERR_CRYPTO, ERR_NO_MEMORY, the
 * faults of a write. */
MUST_USE enum err newkey_make(struct txn *txn, const struct seal *seal,
    const struct config *config, const char *state,
    struct signkey_record *record);

/* A new store has no key: makes one that is active at once. */
MUST_USE enum err newkey_begin(struct txn *txn, const struct seal *seal,
    const struct config *config, const struct host *host);

#endif
