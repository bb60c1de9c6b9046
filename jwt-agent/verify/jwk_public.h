/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_JWK_PUBLIC_H
#define JWT_AGENT_VERIFY_JWK_PUBLIC_H

/* A public key written as JSON (RFC 7517 section 4, RFC 7518 section 6, RFC
 * 8037 section 2), and its name made of that. */

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/verify/algorithm.h"

#include <jansson.h>
#include <openssl/evp.h>

#define THUMBPRINT_SIZE 43

/* The members that make up the public key and nothing else. ERR_CRYPTO,
 * ERR_NO_MEMORY. */
MUST_USE enum err jwk_public(
    const EVP_PKEY *pkey, const struct algorithm *algorithm, json_t **out);

/* SHA-256 of jwk_public()'s members (RFC 7638), base64url. */
MUST_USE enum err
jwk_thumbprint(const json_t *jwk, char thumbprint[THUMBPRINT_SIZE + 1]);

#endif
