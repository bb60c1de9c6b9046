/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/seal.h"

#include "base/base64url.h"
#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

#include <openssl/evp.h>
#include <string.h>

#define ID_BYTES 4
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define OVERHEAD (ID_BYTES + NONCE_BYTES + TAG_BYTES)
#define SEALED_MAX (OVERHEAD + SEAL_SECRET_MAX)

#define MASTER_KEY_ID 0
#define DATA_KEY_ID 1
#define DATA_KEY "data_key"

#define DATA_KEY_RECORD(F)                                                     \
	F(num, v)                                                              \
	F(num, id)                                                             \
	F(str, key)
DECLARE_FIELDS(data_key_record, DATA_KEY_RECORD)
DEFINE_FIELDS(data_key_record, DATA_KEY_RECORD)

struct seal {
	const struct host *host;
	struct secret *key;
	uint8_t id[ID_BYTES];
};

static void
cipher_clear(EVP_CIPHER_CTX **cipher)
{
	EVP_CIPHER_CTX_free(*cipher);
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	secret_free(seal->key);
	free(seal);
}

static enum err
seal_new(struct seal **out, const struct secret *key, int64_t id,
    const struct host *host)
{
	auto_free(seal) struct seal *seal = NULL;
	enum err e;

	if (secret_size(key) != SEAL_KEY_SIZE)
		return ERR_CRYPTO;
	seal = calloc(1, sizeof(*seal));
	if (seal == NULL)
		return ERR_NO_MEMORY;
	e = secret_new(&seal->key, secret_data(key), SEAL_KEY_SIZE);
	if (e != OK)
		return e;
	seal->host = host;
	for (size_t i = 0; i < ID_BYTES; i++)
		seal->id[i] = (uint8_t)(id >> (24 - 8 * i));
	*out = TAKE(seal);
	return OK;
}

static bool
add_data(EVP_CIPHER_CTX *cipher, const void *data, size_t size)
{
	int done;

	return EVP_CipherUpdate(cipher, NULL, &done, data, (int)size) == 1;
}

/* Starts the cipher and binds it to the place: table NUL key NUL field. */
static bool
start(EVP_CIPHER_CTX *cipher, const struct seal *seal,
    const struct seal_place *place, const uint8_t *nonce, int encrypt)
{
	return EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL,
		   secret_data(seal->key), nonce, encrypt) == 1 &&
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

	memcpy(sealed, seal->id, ID_BYTES);
	return cipher != NULL &&
	    host_random(seal->host, nonce, NONCE_BYTES) == OK &&
	    start(cipher, seal, place, nonce, 1) &&
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

	return cipher != NULL && memcmp(sealed, seal->id, ID_BYTES) == 0 &&
	    start(cipher, seal, place, nonce, 0) &&
	    EVP_CipherUpdate(cipher, plain, &done, text, size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(
		cipher, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, text + size) == 1 &&
	    EVP_CipherFinal_ex(cipher, plain + size, &done) == 1;
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
	bool done = hmac(secret_data(seal->key), text_slice(domain), key) &&
	    hmac(key, data, hash);

	explicit_bzero(key, sizeof(key));
	return done ? OK : ERR_CRYPTO;
}

static const struct seal_place *
data_key_place(void)
{
	static const struct seal_place place = {
	    "meta", {DATA_KEY, sizeof(DATA_KEY) - 1}, "key"};

	return &place;
}

static enum err
put_data_key(
    struct txn *txn, const struct seal *master, const struct secret *key)
{
	auto_clear(data_key_record) struct data_key_record record = {0};
	enum err e = seal_put(master, data_key_place(), key, &record.key);

	if (e != OK)
		return e;
	record.id = DATA_KEY_ID;
	return record_put(txn, TABLE_META, data_key_place()->key,
	    data_key_record_fields(), &record);
}

enum err
seal_create(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	auto_free(seal) struct seal *wrap = NULL;
	auto_free(seal) struct seal *seal = NULL;
	auto_free(secret) struct secret *key = NULL;
	enum err e = seal_new(&wrap, master, MASTER_KEY_ID, host);

	if (e == OK)
		e = secret_zero(&key, SEAL_KEY_SIZE);
	if (e == OK)
		e = host_random(host, secret_bytes(key), SEAL_KEY_SIZE);
	if (e == OK)
		e = seal_new(&seal, key, DATA_KEY_ID, host);
	if (e == OK)
		e = put_data_key(txn, wrap, key);
	if (e == OK)
		*out = TAKE(seal);
	return e;
}

enum err
seal_load(struct seal **out, struct txn *txn, const struct secret *master,
    const struct host *host)
{
	auto_clear(data_key_record) struct data_key_record record = {0};
	auto_free(seal) struct seal *wrap = NULL;
	auto_free(secret) struct secret *key = NULL;
	enum err e = record_get(txn, TABLE_META, data_key_place()->key,
	    data_key_record_fields(), &record);

	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_STORE : e;
	e = seal_new(&wrap, master, MASTER_KEY_ID, host);
	if (e == OK)
		e = seal_open(wrap, data_key_place(), record.key, &key);
	if (e == OK)
		e = seal_new(out, key, record.id, host);
	return e;
}
