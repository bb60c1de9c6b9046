/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_PKEY_H
#define JWT_AGENT_VERIFY_PKEY_H

/*
 * Public keys as OpenSSL has them: put together from their numbers, and held
 * against what we accept. Numbers are bytes, the most significant one first.
 *
 * OpenSSL does not say when memory is what it lacks, and may then know less of
 * a key than there is; only malloc's `errno` tells. Whoever calls these sets it
 * to 0 before the first call that has to do with a key.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "base/secret.h"
#include "jwt-agent/verify/algorithm.h"

#include <openssl/evp.h>

/* An exponent that is much longer makes verifying as slow as signing. */
#define RSA_EXPONENT_BITS_MAX 64

/* ERR_MALFORMED when there is no such key, ERR_NO_MEMORY. */
MUST_USE enum err pkey_rsa(const uint8_t *modulus, size_t modulus_size,
    const uint8_t *exponent, size_t exponent_size, EVP_PKEY **out);
/* A point in its uncompressed form (SEC 1 section 2.3.3), which is checked to
 * be on the curve. `group` is OpenSSL's name of it. */
MUST_USE enum err pkey_ec(
    const char *group, const uint8_t *point, size_t point_size, EVP_PKEY **out);
/* A key that is a string of bytes (RFC 8032). */
MUST_USE enum err
pkey_okp(const char *group, const uint8_t *x, size_t size, EVP_PKEY **out);

/*
 * Whether signatures of any algorithm may be verified with the key: its type,
 * its curve by name and its point on it, the length of an RSA modulus, an odd
 * exponent of 3 or more. ERR_MALFORMED with a sentence in `why`, ERR_NO_MEMORY.
 */
MUST_USE enum err pkey_check(EVP_PKEY *pkey, const char **why);

/* Whether the key is of the algorithm's type, curve and length; a secret may
 * have any length. */
bool pkey_fits(const EVP_PKEY *pkey, const struct algorithm *algorithm);

/* The pair as PKCS#8 DER. ERR_CRYPTO, ERR_NO_MEMORY; the queue is emptied. */
MUST_USE enum err pkey_private(const EVP_PKEY *pkey, struct secret **der);

/* What it means that OpenSSL refused something: ERR_MALFORMED, or ERR_NO_MEMORY.
 * Its queue of errors is emptied. */
enum err pkey_refusal(void);

#endif
