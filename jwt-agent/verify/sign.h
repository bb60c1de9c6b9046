/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_SIGN_H
#define JWT_AGENT_VERIFY_SIGN_H

/* Makes tokens: a header and claims as a compact JWS (RFC 7515 section 7.1). */

#include "base/secret.h"
#include "jwt-agent/verify/claims.h"
#include "jwt-agent/verify/key.h"

#define TYP_ACCESS_TOKEN "at+jwt" /* RFC 9068 section 2.1 */

/* ERR_INTERNAL when the token would be larger than TOKEN_SIZE_MAX; ERR_CRYPTO,
 * ERR_NO_MEMORY. */
MUST_USE enum err sign_with_header(const struct key *key, const json_t *header,
    const struct claims *claims, struct secret **token);

/* The same with the header {alg, kid, typ}. */
MUST_USE enum err sign_token(const struct key *key, const char *typ,
    const struct claims *claims, struct secret **token);

#endif
