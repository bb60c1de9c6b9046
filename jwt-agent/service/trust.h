/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_TRUST_H
#define JWT_AGENT_SERVICE_TRUST_H

/*
 * Every issuer whose tokens are accepted: this agent and those of the
 * configuration. Times are seconds since 1970.
 */

#include "jwt-agent/service/keyring.h"
#include "jwt-agent/service/trusted.h"

struct trust;

/* Reads key files. `config` and `keyring` (NULL in a mere check) outlive it.
 * ERR_CONFIG with `error` filled, ERR_NO_MEMORY. */
MUST_USE enum err trust_new(struct trust **out, const struct config *config,
    const struct keyring *keyring, struct config_error *error);
void trust_free(struct trust *trust);
DEFINE_AUTO_FREE(trust)

/* Takes up what was fetched before the agent was started. */
MUST_USE enum err trust_load(struct trust *trust, struct txn *txn);

/*
 * What verification goes by at this moment: files that changed are read (looked
 * at once a second), keys that are too old are left out.
 */
const struct issuer *const *
trust_issuers(struct trust *trust, int64_t now, size_t *count);

/* NULL for the agent itself, and when there is none. */
struct trusted *
trust_of(const struct trust *trust, const struct issuer *issuer);
struct trusted *trust_find(const struct trust *trust, const char *name);

/* By number, NULL behind the last one. */
struct trusted *trust_at(const struct trust *trust, size_t index);

/* The issuer of this claim iss, the agent too; NULL. */
const struct issuer *trust_issuer(const struct trust *trust, const char *iss);

#endif
