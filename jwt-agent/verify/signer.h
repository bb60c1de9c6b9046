/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_SIGNER_H
#define JWT_AGENT_VERIFY_SIGNER_H

/*
 * A key made ready to sign and to verify, as JWS wants signatures (RFC 7518
 * section 3, RFC 8037 section 3.1).
 */

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/verify/algorithm.h"

#include <openssl/evp.h>

struct signer;

/* `pkey` is of the algorithm's type; the signer keeps a reference to it.
 * ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err signer_new(
    EVP_PKEY *pkey, const struct algorithm *algorithm, struct signer **out);

/* NULL is fine. */
void signer_free(struct signer *signer);
DEFINE_AUTO_FREE(signer)

/* `signature` has room for SIGNATURE_SIZE_MAX bytes. ERR_CRYPTO. */
MUST_USE enum err signer_sign(const struct signer *signer, const void *input,
    size_t input_size, uint8_t *signature, size_t *signature_size);

/* OK, ERR_BAD_SIGNATURE (also for any other size than the algorithm's), or
 * ERR_CRYPTO when it could not be found out. */
MUST_USE enum err signer_verify(const struct signer *signer, const void *input,
    size_t input_size, const uint8_t *signature, size_t signature_size);

#endif
