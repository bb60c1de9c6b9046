/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SEAL_H
#define LMDB_STORE_SEAL_H

/*
 * Secrets in the store are sealed with AES-256-GCM (NIST SP 800-38D) under a
 * random data key (datakey.h); while data keys are rotated there are several,
 * of which the newest seals and each opens what it sealed. The sealed form is
 * the base64url text of
 *
 *	key id (4 bytes, big-endian), nonce (12), ciphertext, tag (16)
 *
 * and is bound to its place (table, key of the record, field) as associated
 * data: moved to another row it does not open.
 */

#include "base/host.h"
#include "base/secret.h"
#include "lmdb-store/kv.h"

#include <stdbool.h>

#define SEAL_KEY_SIZE 32
/* Bytes of a secret that can be sealed. */
#define SEAL_SECRET_MAX 8192
#define SEAL_HASH_SIZE 32
#define SEAL_KEYS_MAX 4
/* The id of the hash key, under which a store of schema 3 may have sealed. */
#define SEAL_HASH_ID 0

struct seal;

/* Where a sealed value stands. */
struct seal_place {
	const char *table;
	struct slice key;
	const char *field;
};

/* A seal without keys. ERR_NO_MEMORY. */
MUST_USE enum err seal_new(struct seal **out, const struct host *host);

/* Adds a copy of a key, which is the newest from now on. ERR_CRYPTO when it has
 * not SEAL_KEY_SIZE bytes, ERR_STORE when there are SEAL_KEYS_MAX,
 * ERR_NO_MEMORY. */
MUST_USE enum err
seal_add(struct seal *seal, uint32_t id, const struct secret *key);

/* Takes a copy of the key of seal_hash(). ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err seal_set_hash(struct seal *seal, const struct secret *key);

void seal_free(struct seal *seal);
DEFINE_AUTO_FREE(seal)

/* What seals under the hash key alone, as a store that goes back to schema 3
 * has to; each seal with this hash key opens it. */
MUST_USE enum err seal_older(struct seal **out, const struct seal *seal);

/* The id of the key that seals; how many keys there are. */
uint32_t seal_newest(const struct seal *seal);
size_t seal_key_count(const struct seal *seal);

/* Whether the text was sealed under the newest key. */
bool seal_is_newest(const struct seal *seal, const char *text);

/* A new text. ERR_CRYPTO (a secret that is too long too), ERR_NO_MEMORY. */
MUST_USE enum err seal_put(const struct seal *seal,
    const struct seal_place *place, const struct secret *secret, char **text);

/* ERR_CRYPTO when the text is damaged, or was sealed for another place or
 * under another key; ERR_NO_MEMORY. */
MUST_USE enum err seal_open(const struct seal *seal,
    const struct seal_place *place, const char *text, struct secret **out);

/*
 * HMAC-SHA-256 (RFC 2104) under a key that is derived from the store's hash
 * key, which stays when data keys are rotated, and `domain`, so that what is stored by this hash cannot be guessed at by
 * whoever has the store without its master key. ERR_CRYPTO.
 */
MUST_USE enum err seal_hash(const struct seal *seal, const char *domain,
    struct slice data, uint8_t hash[SEAL_HASH_SIZE]);

#endif
