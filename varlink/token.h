/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_TOKEN_H
#define VARLINK_TOKEN_H

/*
 * io.jwtagent.Token. Times are seconds since 1970 (RFC 7519 NumericDate).
 */

#include "varlink/session.h"

/* RFC 6749 section 6. `proof`: verify/proof.h. `fingerprint`: what the device
 * says of itself; kept as a hash. */
#define REFRESH_REQUEST(F)                                                     \
	F(secret, token)                                                       \
	F(opt_secret, proof)                                                   \
	F(opt_str, fingerprint)
DECLARE_FIELDS(refresh_request, REFRESH_REQUEST)

#define REFRESH_REPLY(F)                                                       \
	F(str, device)                                                         \
	F(secret, access_token)                                                \
	F(num, access_expires)                                                 \
	F(secret, refresh_token)                                               \
	F(num, refresh_expires)                                                \
	F(num, generation)
DECLARE_FIELDS(refresh_reply, REFRESH_REPLY)

#define EXPLAIN_REQUEST(F)                                                     \
	F(str, user)                                                           \
	F(str, service)                                                        \
	F(opt_str, rhost)                                                      \
	F(secret, token)
DECLARE_FIELDS(explain_request, EXPLAIN_REQUEST)

/* `steps`: objects {step, ok, detail, found, wanted, line} in the order of
 * verification; `line`: FILE:LINE of the configuration that the step went by,
 * "default", or empty. */
#define EXPLAIN_REPLY(F)                                                       \
	F(flag, accepted)                                                      \
	F(str, reason)                                                         \
	F(str, message)                                                        \
	F(list, steps)
DECLARE_FIELDS(explain_reply, EXPLAIN_REPLY)

/* A JWK Set (RFC 7517 section 5). */
#define KEYS_REPLY(F) F(list, keys)
DECLARE_FIELDS(keys_reply, KEYS_REPLY)

/* Either `token`, an access or a refresh token, or `jti` and `issuer` (its name
 * in the configuration). */
#define TOKEN_REVOKE_REQUEST(F)                                                \
	F(opt_secret, token)                                                   \
	F(opt_str, jti)                                                        \
	F(opt_str, issuer)                                                     \
	F(opt_str, reason)
DECLARE_FIELDS(token_revoke_request, TOKEN_REVOKE_REQUEST)

/* `kind`: access or refresh, which means its whole family. `result`: revoked or
 * already revoked. */
#define TOKEN_REVOKE_REPLY(F)                                                  \
	F(str, kind)                                                           \
	F(str, result)                                                         \
	SESSION_ENDS(F)
DECLARE_FIELDS(token_revoke_reply, TOKEN_REVOKE_REPLY)

#endif
