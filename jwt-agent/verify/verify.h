/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_VERIFY_H
#define JWT_AGENT_VERIFY_VERIFY_H

/*
 * Is this token good for this audience at this time? A pure function of its
 * arguments: no store, no network, no clock.
 */

#include "jwt-agent/verify/claims.h"
#include "jwt-agent/verify/issuer.h"
#include "jwt-agent/verify/jws.h"
#include "jwt-agent/verify/trail.h"

/* The audience where it does not matter whom a token is meant for. */
extern const struct texts verify_any_audience;

struct verify_input {
	const char *token;
	size_t size;
	bool cut; /* may have been cut by a client */
	/* of the service; NULL or empty: that of the token's issuer */
	const struct texts *audience;
	bool even_ended; /* also of an issuer that has ended */
};

/* A token that is good. The strings live in `claims`; those that a token need
 * not have are NULL when it has not. */
struct verified {
	struct claims *claims; /* owned */
	const struct issuer *issuer;
	const struct algorithm *algorithm; /* of its signature */
	const char *user;		   /* the issuer's user_claim */
	const char *subject;		   /* sub, or NULL */
	const char *jti;		   /* or NULL */
	/* what only a token of this agent says, else NULL */
	const char *device; /* did */
	const char *family; /* fam */
	int64_t expires;    /* exp */
	int64_t issued;	    /* iat, 0 when absent */
};

/*
 * Takes the steps in this order; the first that fails decides:
 *   size       ERR_MALFORMED
 *   header     ERR_MALFORMED, ERR_UNSIGNED, ERR_ALGORITHM_REFUSED,
 *              ERR_HEADER_REFUSED
 *   issuer     ERR_MALFORMED (the payload is no claim set),
 *              ERR_UNKNOWN_ISSUER, ERR_ALGORITHM_REFUSED (not from this one)
 *   key        ERR_UNKNOWN_KEY
 *   signature  ERR_BAD_SIGNATURE
 *   until      ERR_ISSUER_ENDED; only where the issuer has an end
 *   claims     ERR_INVALID_CLAIM (the user claim, sub, jti, did, fam)
 *   times      ERR_INVALID_CLAIM (exp, nbf, iat), ERR_EXPIRED,
 *              ERR_NOT_YET_VALID
 *   lifetime   ERR_INVALID_CLAIM (iat), ERR_LIFETIME_TOO_LONG
 *   audience   ERR_WRONG_AUDIENCE, ERR_INVALID_CLAIM
 * A token marked as cut gets ERR_TRUNCATED where it would get ERR_MALFORMED
 * or ERR_BAD_SIGNATURE. Faults: ERR_NO_MEMORY, ERR_CRYPTO.
 *
 * `now` is in seconds; `trail` may be NULL; `out` is all zero and is set when
 * OK is returned. Its `issuer` alone is set as soon as it is known, also when a
 * later step fails, so that the caller can see to this issuer's keys; nothing
 * that the token says is to be believed for that.
 */
MUST_USE enum err verify_token(const struct verify_input *input,
    const struct issuer *const *issuers, size_t count, int64_t now,
    struct trail *trail, struct verified *out);

void verified_clear(struct verified *verified);

#endif
