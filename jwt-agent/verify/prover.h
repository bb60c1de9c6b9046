/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_PROVER_H
#define JWT_AGENT_VERIFY_PROVER_H

/* The other side of proof.h: a device's private key, and proofs made with it. */

#include "jwt-agent/verify/key.h"

/* What goes into a proof; `issued`: seconds since 1970. */
struct proof_claims {
	const char *jti;
	const char *htm;
	const char *htu;
	int64_t issued;
};

/*
 * Reads an unencrypted private key in PEM (RFC 7468 section 10). ERR_MALFORMED
 * with a sentence in `why` when it is none, or not for PROOF_ALGORITHMS;
 * ERR_NO_MEMORY, ERR_CRYPTO.
 */
MUST_USE enum err
prover_key(const struct secret *pem, struct key **out, const char **why);

/* The public half that a device is enrolled with, PEM or a JWK, as a JWK: the
 * same refusals. */
MUST_USE enum err
prover_public(const struct secret *text, json_t **jwk, const char **why);

MUST_USE enum err prover_sign(const struct key *key,
    const struct proof_claims *claims, struct secret **proof);

#endif
