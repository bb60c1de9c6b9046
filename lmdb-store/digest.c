/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/digest.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>

#define BYTES (DIGEST_TEXT_SIZE / 2)

struct digest {
	EVP_MD_CTX *context;
};

void
digest_free(struct digest *digest)
{
	if (digest == NULL)
		return;
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

enum err
digest_new(struct digest **out)
{
	auto_free(digest) struct digest *digest = calloc(1, sizeof(*digest));

	if (digest == NULL)
		return ERR_NO_MEMORY;
	digest->context = EVP_MD_CTX_new();
	if (digest->context == NULL)
		return ERR_NO_MEMORY;
	if (EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
		return ERR_CRYPTO;
	*out = TAKE(digest);
	return OK;
}

enum err
digest_add(struct digest *digest, const void *data, size_t size)
{
	return EVP_DigestUpdate(digest->context, data, size) == 1 ? OK
								  : ERR_CRYPTO;
}

enum err
digest_end(struct digest *digest, char text[DIGEST_TEXT_SIZE + 1])
{
	uint8_t bytes[BYTES];

	if (EVP_DigestFinal_ex(digest->context, bytes, NULL) != 1)
		return ERR_CRYPTO;
	for (size_t i = 0; i < BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return OK;
}
