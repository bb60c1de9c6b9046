/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_KEY_H
#define JWT_AGENT_VERIFY_KEY_H

/*
 * A key for one algorithm, parsed once and kept with everything that signing
 * and verifying need: a pair of ours, the public half of somebody else's, or a
 * secret. A key serves one thread at a time.
 */

#include "base/secret.h"
#include "jwt-agent/verify/algorithm.h"

#include <jansson.h>
#include <openssl/evp.h>

struct key;

/* A new pair, named by its thumbprint (RFC 7638). ERR_CRYPTO, also for a
 * symmetric algorithm; ERR_NO_MEMORY. */
MUST_USE enum err
key_generate(const struct algorithm *algorithm, struct key **out);

/* The same from PKCS#8 DER. ERR_CRYPTO when it is broken or not for the
 * algorithm. */
MUST_USE enum err key_from_private(const struct secret *der,
    const struct algorithm *algorithm, struct key **out);

/*
 * The public half of a pair; the key takes a reference to `pkey`. `kid` is the
 * name that its issuer gave it, NULL when it gave none. ERR_CRYPTO when it is
 * not for the algorithm, which includes every symmetric one; ERR_NO_MEMORY.
 */
MUST_USE enum err key_from_public(EVP_PKEY *pkey,
    const struct algorithm *algorithm, const char *kid, struct key **out);

/* A secret for a symmetric algorithm. ERR_CRYPTO when it is shorter than the
 * hash (RFC 7518 section 3.2) or the algorithm is not symmetric. */
MUST_USE enum err key_from_secret(const struct secret *secret,
    const struct algorithm *algorithm, const char *kid, struct key **out);

/* NULL is fine. */
void key_free(struct key *key);
DEFINE_AUTO_FREE(key)

/* Its name: the kid that its issuer gave it, else its thumbprint, and "secret"
 * for a secret, whose thumbprint would tell something about it. */
const char *key_kid(const struct key *key);

/* Whether the name was given to it; otherwise any kid may mean this key. */
bool key_is_named(const struct key *key);

/* Whether both are the same key for the same algorithm under the same name. */
bool key_same(const struct key *key, const struct key *other);

const struct algorithm *key_algorithm(const struct key *key);

/* The pair as PKCS#8 DER. ERR_CRYPTO when there is no private half. */
MUST_USE enum err key_private(const struct key *key, struct secret **der);

/* The public half as a JWK with kid, alg and use (RFC 7517 section 4), a new
 * reference. ERR_CRYPTO for a secret. */
MUST_USE enum err key_jwk(const struct key *key, json_t **out);

/* Signs in the form that JWS wants; `signature` has room for
 * SIGNATURE_SIZE_MAX bytes. ERR_CRYPTO. */
MUST_USE enum err key_sign(const struct key *key, const void *input,
    size_t input_size, uint8_t *signature, size_t *signature_size);

/*
 * OK, or ERR_BAD_SIGNATURE, also when the key is not for the algorithm or the
 * signature has not exactly its size; ERR_CRYPTO when it could not be found
 * out.
 */
MUST_USE enum err key_verify(const struct key *key,
    const struct algorithm *algorithm, const void *input, size_t input_size,
    const uint8_t *signature, size_t signature_size);

#endif
