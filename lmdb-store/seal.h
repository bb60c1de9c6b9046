/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SEAL_H
#define LMDB_STORE_SEAL_H

/*
 * Secrets in the store are sealed with AES-256-GCM (NIST SP 800-38D) under a
 * random data key, and that key under the master key in the table meta. The
 * sealed form is the base64url text of
 *
 *	key id (4 bytes, big-endian), nonce (12), ciphertext, tag (16)
 *
 * and is bound to its place (table, key of the record, field) as associated
 * data: moved to another row it does not open.
 */

#include "base/host.h"
#include "base/secret.h"
#include "lmdb-store/kv.h"

#define SEAL_KEY_SIZE 32
/* Bytes of a secret that can be sealed. */
#define SEAL_SECRET_MAX 8192
#define SEAL_HASH_SIZE 32

struct seal;

/* Where a sealed value stands. */
struct seal_place {
	const char *table;
	struct slice key;
	const char *field;
};

/* Makes a data key and writes it, sealed under the master key, to meta.
 * ERR_CRYPTO, ERR_NO_MEMORY, the faults of a write. */
MUST_USE enum err seal_create(struct seal **out, struct txn *txn,
    const struct secret *master, const struct host *host);

/* Reads the data key. ERR_CRYPTO when the master key is not the one it was
 * sealed with, ERR_STORE when it is missing, ERR_NO_MEMORY. */
MUST_USE enum err seal_load(struct seal **out, struct txn *txn,
    const struct secret *master, const struct host *host);

void seal_free(struct seal *seal);
DEFINE_AUTO_FREE(seal)

/* A new text. ERR_CRYPTO (a secret that is too long too), ERR_NO_MEMORY. */
MUST_USE enum err seal_put(const struct seal *seal,
    const struct seal_place *place, const struct secret *secret, char **text);

/* ERR_CRYPTO when the text is damaged, or was sealed for another place or
 * under another key; ERR_NO_MEMORY. */
MUST_USE enum err seal_open(const struct seal *seal,
    const struct seal_place *place, const char *text, struct secret **out);

/*
 * HMAC-SHA-256 (RFC 2104) under a key of its own that is derived from the data
 * key and `domain`, so that what is stored by this hash cannot be guessed at by
 * whoever has the store without its master key. ERR_CRYPTO.
 */
MUST_USE enum err seal_hash(const struct seal *seal, const char *domain,
    struct slice data, uint8_t hash[SEAL_HASH_SIZE]);

#endif
