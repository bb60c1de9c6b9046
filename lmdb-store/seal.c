/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/seal.h"

#include "base/base64url.h"
#include "lmdb-store/key.h"

#include <openssl/evp.h>
#include <string.h>

#define ID_BYTES 4
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_SIZE 8
#define OVERHEAD (ID_BYTES + NONCE_BYTES + TAG_BYTES)
#define SEALED_MAX (OVERHEAD + SEAL_SECRET_MAX)

struct seal_key {
	uint32_t id;
	struct secret *secret;
};

struct seal {
	const struct host *host;
	struct seal_key keys[SEAL_KEYS_MAX]; /* the newest last */
	size_t count;
	struct secret *hash;
};

static void
cipher_clear(EVP_CIPHER_CTX **cipher)
{
	EVP_CIPHER_CTX_free(*cipher);
}

enum err
seal_new(struct seal **out, const struct host *host)
{
	struct seal *seal = calloc(1, sizeof(*seal));

	if (seal == NULL)
		return ERR_NO_MEMORY;
	seal->host = host;
	*out = seal;
	return OK;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	for (size_t i = 0; i < seal->count; i++)
		secret_free(seal->keys[i].secret);
	secret_free(seal->hash);
	free(seal);
}

static enum err
copy_key(struct secret **out, const struct secret *key)
{
	if (key == NULL || secret_size(key) != SEAL_KEY_SIZE)
		return ERR_CRYPTO;
	return secret_new(out, secret_data(key), SEAL_KEY_SIZE);
}

enum err
seal_add(struct seal *seal, uint32_t id, const struct secret *key)
{
	struct seal_key *added = &seal->keys[seal->count];
	enum err e;

	if (seal->count == SEAL_KEYS_MAX)
		return ERR_STORE;
	e = copy_key(&added->secret, key);
	if (e != OK)
		return e;
	added->id = id;
	seal->count++;
	return OK;
}

enum err
seal_set_hash(struct seal *seal, const struct secret *key)
{
	return copy_key(&seal->hash, key);
}

enum err
seal_older(struct seal **out, const struct seal *seal)
{
	auto_free(seal) struct seal *older = NULL;
	enum err e = seal_new(&older, seal->host);

	if (e == OK)
		e = seal_add(older, SEAL_HASH_ID, seal->hash);
	if (e == OK)
		*out = TAKE(older);
	return e;
}

uint32_t
seal_newest(const struct seal *seal)
{
	return seal->count > 0 ? seal->keys[seal->count - 1].id : 0;
}

size_t
seal_key_count(const struct seal *seal)
{
	return seal->count;
}

static const struct secret *
key_of(const struct seal *seal, uint32_t id)
{
	for (size_t i = 0; i < seal->count; i++)
		if (seal->keys[i].id == id)
			return seal->keys[i].secret;
	return id == SEAL_HASH_ID ? seal->hash : NULL;
}

static void
write_id(uint32_t id, uint8_t bytes[ID_BYTES])
{
	for (size_t i = 0; i < ID_BYTES; i++)
		bytes[i] = (uint8_t)(id >> (24 - 8 * i));
}

static uint32_t
read_id(const uint8_t bytes[ID_BYTES])
{
	uint32_t id = 0;

	for (size_t i = 0; i < ID_BYTES; i++)
		id = id << 8 | bytes[i];
	return id;
}

static bool
add_data(EVP_CIPHER_CTX *cipher, const void *data, size_t size)
{
	int done;

	return EVP_CipherUpdate(cipher, NULL, &done, data, (int)size) == 1;
}

/* Starts the cipher and binds it to the place: table NUL key NUL field. */
static bool
start(EVP_CIPHER_CTX *cipher, const struct secret *key,
    const struct seal_place *place, const uint8_t *nonce, int encrypt)
{
	return cipher != NULL && key != NULL &&
	    EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, secret_data(key),
		nonce, encrypt) == 1 &&
	    add_data(cipher, place->table, strlen(place->table) + 1) &&
	    add_data(cipher, place->key.data, place->key.size) &&
	    add_data(cipher, "", 1) &&
	    add_data(cipher, place->field, strlen(place->field));
}

/* `sealed` has room for the secret and OVERHEAD bytes. */
static bool
encrypt(const struct seal *seal, const struct seal_place *place,
    const struct secret *secret, uint8_t *sealed)
{
	auto_clear(cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t *nonce = sealed + ID_BYTES, *text = nonce + NONCE_BYTES;
	int size = (int)secret_size(secret), done;

	write_id(seal_newest(seal), sealed);
	return host_random(seal->host, nonce, NONCE_BYTES) == OK &&
	    start(cipher, key_of(seal, seal_newest(seal)), place, nonce, 1) &&
	    EVP_CipherUpdate(cipher, text, &done, secret_data(secret), size) ==
	    1 &&
	    EVP_CipherFinal_ex(cipher, text + size, &done) == 1 &&
	    EVP_CIPHER_CTX_ctrl(
		cipher, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, text + size) == 1;
}

static bool
decrypt(const struct seal *seal, const struct seal_place *place,
    uint8_t *sealed, struct secret *secret)
{
	auto_clear(cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t *nonce = sealed + ID_BYTES, *text = nonce + NONCE_BYTES;
	uint8_t *plain = secret_bytes(secret);
	int size = (int)secret_size(secret), done;

	return start(cipher, key_of(seal, read_id(sealed)), place, nonce, 0) &&
	    EVP_CipherUpdate(cipher, plain, &done, text, size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(
		cipher, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, text + size) == 1 &&
	    EVP_CipherFinal_ex(cipher, plain + size, &done) == 1;
}

bool
seal_is_newest(const struct seal *seal, const char *text)
{
	/* the first characters, which decode to whole bytes */
	uint8_t head[BASE64URL_BYTES_MAX(HEAD_SIZE)];
	size_t size;

	return strnlen(text, HEAD_SIZE) == HEAD_SIZE &&
	    base64url_decode(head, &size, text, HEAD_SIZE) == OK &&
	    read_id(head) == seal_newest(seal);
}

enum err
seal_put(const struct seal *seal, const struct seal_place *place,
    const struct secret *secret, char **text)
{
	uint8_t sealed[SEALED_MAX];
	size_t size = secret_size(secret) + OVERHEAD;
	char *encoded;

	if (size > SEALED_MAX || !encrypt(seal, place, secret, sealed))
		return ERR_CRYPTO;
	encoded = malloc(BASE64URL_TEXT_SIZE(size) + 1);
	if (encoded == NULL)
		return ERR_NO_MEMORY;
	base64url_encode(encoded, sealed, size);
	*text = encoded;
	return OK;
}

enum err
seal_open(const struct seal *seal, const struct seal_place *place,
    const char *text, struct secret **out)
{
	auto_free(secret) struct secret *secret = NULL;
	uint8_t sealed[SEALED_MAX];
	size_t size, text_size = strlen(text);

	if (text_size > BASE64URL_TEXT_SIZE(SEALED_MAX) ||
	    base64url_decode(sealed, &size, text, text_size) != OK ||
	    size < OVERHEAD)
		return ERR_CRYPTO;
	if (secret_zero(&secret, size - OVERHEAD) != OK)
		return ERR_NO_MEMORY;
	if (!decrypt(seal, place, sealed, secret))
		return ERR_CRYPTO;
	*out = TAKE(secret);
	return OK;
}

static bool
hmac(const void *key, struct slice data, uint8_t hash[SEAL_HASH_SIZE])
{
	size_t size = 0;

	return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, SEAL_KEY_SIZE,
		   data.data, data.size, hash, SEAL_HASH_SIZE, &size) != NULL &&
	    size == SEAL_HASH_SIZE;
}

_Static_assert(SEAL_HASH_SIZE == SEAL_KEY_SIZE, "a hash is a key, too");

enum err
seal_hash(const struct seal *seal, const char *domain, struct slice data,
    uint8_t hash[SEAL_HASH_SIZE])
{
	uint8_t key[SEAL_HASH_SIZE];
	bool done = seal->hash != NULL &&
	    hmac(secret_data(seal->hash), text_slice(domain), key) &&
	    hmac(key, data, hash);

	explicit_bzero(key, sizeof(key));
	return done ? OK : ERR_CRYPTO;
}
