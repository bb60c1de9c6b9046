/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ROTATION_H
#define JWT_AGENT_SERVICE_ROTATION_H

/*
 * Rotation of refresh tokens with reuse detection (RFC 9700 section 4.14.2):
 *
 * 1. the current generation gives the next one;
 * 2. the one before it, within the grace time, gives the current one again:
 *    an honest client whose answer was lost is not logged out;
 * 3. any older genuine one is reuse: the family is revoked and its sessions
 *    are ended, which is committed although the caller is refused.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/grant.h"

/* A presented token that is genuine, and whose it is. What came with it is
 * borrowed and may be NULL. */
struct presented {
	uint32_t generation;
	struct family_record family;
	struct secret *family_secret;
	const struct secret *proof;
	const char *fingerprint;
	bool renew; /* with the newest claims, whatever else holds */
};

void presented_clear(struct presented *presented);

/* ERR_INVALID_TOKEN for what is not a genuine token of this store. */
MUST_USE enum err rotation_find(
    struct call *call, const struct secret *token, struct presented *out);

/*
 * Applies the rules, to a device with a key only if it proves that it has it:
 * whoever stole a token cannot end its family either. ERR_REVOKED,
 * ERR_DEVICE_REVOKED, ERR_TOKEN_EXPIRED, ERR_PROOF_REQUIRED, ERR_INVALID_PROOF,
 * ERR_REPLAYED, ERR_TOKEN_REUSED. `presented` is then what the store holds.
 */
MUST_USE enum err
rotation_run(struct call *call, struct presented *presented, struct grant *out);

#endif
