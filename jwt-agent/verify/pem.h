/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_PEM_H
#define JWT_AGENT_VERIFY_PEM_H

/* Public keys in PEM (RFC 7468 section 13), one or several. */

#include "base/autofree.h"
#include "base/err.h"

#include <openssl/evp.h>
#include <stdint.h>

#define PEM_KEYS_MAX 64

struct pem {
	EVP_PKEY *key[PEM_KEYS_MAX]; /* owned */
	size_t count;
};

/* Whether there is the beginning of anything in PEM. */
bool pem_is_in(const uint8_t *text, size_t size);

/*
 * Reads all blocks; text between them is read over. ERR_MALFORMED when one of
 * them is anything else than a public key that pkey_check() accepts, with a
 * sentence in `why` that says what to do about it; ERR_NO_MEMORY.
 */
MUST_USE enum err
pem_read(const uint8_t *text, size_t size, struct pem *out, const char **why);

void pem_clear(struct pem *pem);

#endif
