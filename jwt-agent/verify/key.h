/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_KEY_H
#define JWT_AGENT_VERIFY_KEY_H

/*
 * A key pair for one algorithm, parsed once and kept with everything that
 * signing and verifying need. Its name, the kid, is its thumbprint (RFC 7638).
 * A key serves one thread at a time.
 */

#include "base/secret.h"
#include "jwt-agent/verify/algorithm.h"

#include <jansson.h>

struct key;

/* A new pair. ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err
key_generate(const struct algorithm *algorithm, struct key **out);

/* From PKCS#8 DER. ERR_CRYPTO when it is broken or not for the algorithm. */
MUST_USE enum err key_from_private(const struct secret *der,
    const struct algorithm *algorithm, struct key **out);

/* NULL is fine. */
void key_free(struct key *key);
DEFINE_AUTO_FREE(key)

const char *key_kid(const struct key *key);
const struct algorithm *key_algorithm(const struct key *key);

/* The pair as PKCS#8 DER. */
MUST_USE enum err key_private(const struct key *key, struct secret **der);

/* The public half as a JWK with kid, alg and use (RFC 7517 section 4), a new
 * reference. */
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
