/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_DIGEST_H
#define LMDB_STORE_DIGEST_H

/* SHA-256 (FIPS 180-4) of what comes in pieces, as hexadecimal digits. */

#include "base/autofree.h"
#include "base/err.h"

#include <stddef.h>

#define DIGEST_TEXT_SIZE 64

struct digest;

/* ERR_NO_MEMORY, ERR_CRYPTO. */
MUST_USE enum err digest_new(struct digest **out);
void digest_free(struct digest *digest);
DEFINE_AUTO_FREE(digest)

MUST_USE enum err
digest_add(struct digest *digest, const void *data, size_t size);

/* Nothing can be added any more. */
MUST_USE enum err
digest_end(struct digest *digest, char text[DIGEST_TEXT_SIZE + 1]);

#endif
