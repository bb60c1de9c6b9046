/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_PROOF_H
#define JWT_AGENT_VERIFY_PROOF_H

/*
 * Proofs that a device has its key: a JWT of the shape that RFC 9449 section
 * 4.2 describes. Its header is typ dpop+jwt, an asymmetric alg and the public
 * key as jwk; its claims are jti, iat, htm (what is asked for) and htu (of
 * whom). Seen here without a store: whether a jti was used before is for the
 * caller to find out.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/verify/jwk.h"
#include "jwt-agent/verify/jwk_public.h"

#define PROOF_TYP "dpop+jwt"
#define PROOF_HTM_REFRESH "REFRESH"
#define PROOF_AGE_MAX 60 /* seconds that iat may be off, either way */
#define PROOF_ALGORITHMS "ES256, EdDSA or RS256"

/* The algorithms of proofs, NULL behind the last one. */
const struct algorithm *proof_algorithm(size_t index);

/*
 * The thumbprint (RFC 7638) of a device's public key. ERR_MALFORMED, with a
 * sentence in `why`, for a key that is private, a secret, or not for one of
 * PROOF_ALGORITHMS. ERR_NO_MEMORY, ERR_CRYPTO.
 */
MUST_USE enum err
proof_key(const json_t *jwk, char jkt[THUMBPRINT_SIZE + 1], const char **why);

/* What a proof has to be. `jkt`: the device's key. `now`: seconds since 1970. */
struct proof_wanted {
	const char *jkt;
	const char *htm;
	const char *htu;
	int64_t now;
};

struct proof {
	char *jti;
	int64_t issued; /* iat */
};

/* ERR_INVALID_PROOF with a sentence in `why`; ERR_NO_MEMORY, ERR_CRYPTO. */
MUST_USE enum err proof_read(const char *token, size_t size,
    const struct proof_wanted *wanted, struct proof *out, const char **why);

void proof_clear(struct proof *proof);

#endif
