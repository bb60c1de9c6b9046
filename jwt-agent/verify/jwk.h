/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_JWK_H
#define JWT_AGENT_VERIFY_JWK_H

/*
 * Keys as JSON (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
 */

#include "base/autofree.h"
#include "base/err.h"
#include "base/secret.h"
#include "jwt-agent/verify/key.h"

#include <jansson.h>
#include <openssl/evp.h>

#define JWK_SECRET_MAX 1024

/* One JWK, read and checked: a public key or a secret. */
struct jwk {
	EVP_PKEY *pkey; /* NULL for a secret */
	struct secret *secret;
	const struct algorithm *algorithm; /* `alg`; NULL: it has none */
	const char *kid;		   /* borrowed; NULL: it has none */
};

/*
 * Reads a key that signatures are verified with; `out` borrows from `json`. What
 * a private key has beyond its public half is read over. ERR_MALFORMED when the
 * key cannot be used, with a sentence in `why` that says for what reason;
 * ERR_NO_MEMORY.
 */
MUST_USE enum err
jwk_read(const json_t *json, struct jwk *out, const char **why);

void jwk_clear(struct jwk *jwk);

/* Whether signatures of this algorithm are for the key: its type, its curve,
 * the length of a secret and what its `alg` says. */
bool jwk_fits(const struct jwk *jwk, const struct algorithm *algorithm);

/* The key for one of the algorithms that it fits. ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err jwk_key(
    const struct jwk *jwk, const struct algorithm *algorithm, struct key **out);

/*
 * Leaves of a JWK, or of the keys of a set, the members that make up and
 * describe a public key, and of a set nothing but these keys.
 */
void jwk_strip_private(json_t *json);

#endif
