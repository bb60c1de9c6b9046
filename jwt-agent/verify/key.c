/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/key.h"
#include "base/fields.h"
#include "jwt-agent/verify/jwk_public.h"
#include "jwt-agent/verify/pkey.h"
#include "jwt-agent/verify/signer.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

struct key {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	struct signer *signer;
	char *kid; /* that its issuer gave it; NULL: none */
	char thumbprint[THUMBPRINT_SIZE + 1]; /* empty for a secret */
};

/* A broken key leaves its reasons in OpenSSL's queue, where the next caller
 * would take them for its own. */
static enum err
fault(enum err err)
{
	ERR_clear_error();
	return err;
}

static enum err
find_thumbprint(struct key *key)
{
	auto_json json_t *jwk = NULL;
	enum err e;

	if (algorithm_is_symmetric(key->algorithm))
		return OK;
	e = jwk_public(key->pkey, key->algorithm, &jwk);
	return e == OK ? jwk_thumbprint(jwk, key->thumbprint) : e;
}

static enum err
name_key(struct key *key, const char *kid)
{
	if (kid != NULL)
		key->kid = strdup(kid);
	return kid == NULL || key->kid != NULL ? OK : ERR_NO_MEMORY;
}

/* Takes over `pkey`, which may be NULL. */
static enum err
key_new(EVP_PKEY *pkey, const struct algorithm *algorithm, struct key **out)
{
	auto_free(key) struct key *key = calloc(1, sizeof(*key));
	enum err e;

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return ERR_NO_MEMORY;
	}
	key->pkey = pkey;
	key->algorithm = algorithm;
	if (pkey == NULL || !pkey_fits(pkey, algorithm))
		return fault(ERR_CRYPTO);
	e = signer_new(pkey, algorithm, &key->signer);
	if (e == OK)
		e = find_thumbprint(key);
	if (e != OK)
		return fault(e);
	*out = TAKE(key);
	return OK;
}

/* Takes over `pkey` and gives the key this name. */
static enum err
key_new_named(EVP_PKEY *pkey, const struct algorithm *algorithm,
    const char *kid, struct key **out)
{
	auto_free(key) struct key *key = NULL;
	enum err e = key_new(pkey, algorithm, &key);

	if (e == OK)
		e = name_key(key, kid);
	if (e == OK)
		*out = TAKE(key);
	return e;
}

/* Takes over `pkey`, a pair of ours: its thumbprint is its name. */
static enum err
key_new_own(EVP_PKEY *pkey, const struct algorithm *algorithm, struct key **out)
{
	auto_free(key) struct key *key = NULL;
	enum err e = key_new(pkey, algorithm, &key);

	if (e == OK)
		e = name_key(key, key->thumbprint);
	if (e == OK)
		*out = TAKE(key);
	return e;
}

void
key_free(struct key *key)
{
	if (key == NULL)
		return;
	signer_free(key->signer);
	EVP_PKEY_free(key->pkey);
	free(key->kid);
	free(key);
}

enum err
key_generate(const struct algorithm *algorithm, struct key **out)
{
	EVP_PKEY *pkey;

	switch (algorithm->type) {
	case KEY_EC:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", algorithm->group);
		break;
	case KEY_RSA:
		pkey = EVP_PKEY_Q_keygen(
		    NULL, NULL, "RSA", (size_t)algorithm->bits);
		break;
	case KEY_OKP:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, algorithm->group);
		break;
	default:
		return ERR_CRYPTO;
	}
	return key_new_own(pkey, algorithm, out);
}

enum err
key_from_private(const struct secret *der, const struct algorithm *algorithm,
    struct key **out)
{
	const unsigned char *at = secret_data(der);
	PKCS8_PRIV_KEY_INFO *info =
	    d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)secret_size(der));
	EVP_PKEY *pkey = NULL;

	if (info != NULL && at == secret_data(der) + secret_size(der))
		pkey = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	return key_new_own(pkey, algorithm, out);
}

enum err
key_from_public(EVP_PKEY *pkey, const struct algorithm *algorithm,
    const char *kid, struct key **out)
{
	if (algorithm_is_symmetric(algorithm) || EVP_PKEY_up_ref(pkey) != 1)
		return ERR_CRYPTO;
	return key_new_named(pkey, algorithm, kid, out);
}

enum err
key_from_secret(const struct secret *secret, const struct algorithm *algorithm,
    const char *kid, struct key **out)
{
	if (!algorithm_is_symmetric(algorithm) ||
	    secret_size(secret) < algorithm->signature_size)
		return ERR_CRYPTO;
	return key_new_named(EVP_PKEY_new_raw_private_key_ex(NULL, "HMAC", NULL,
				 secret_data(secret), secret_size(secret)),
	    algorithm, kid, out);
}

const char *
key_kid(const struct key *key)
{
	if (key->kid != NULL)
		return key->kid;
	return key->thumbprint[0] != '\0' ? key->thumbprint : "secret";
}

bool
key_is_named(const struct key *key)
{
	return key->kid != NULL;
}

bool
key_same(const struct key *key, const struct key *other)
{
	return key->algorithm == other->algorithm &&
	    key_is_named(key) == key_is_named(other) &&
	    strcmp(key_kid(key), key_kid(other)) == 0 &&
	    EVP_PKEY_eq(key->pkey, other->pkey) == 1;
}

const struct algorithm *
key_algorithm(const struct key *key)
{
	return key->algorithm;
}

enum err
key_private(const struct key *key, struct secret **der)
{
	return pkey_private(key->pkey, der);
}

enum err
key_jwk(const struct key *key, json_t **out)
{
	auto_json json_t *jwk = NULL;
	enum err e = jwk_public(key->pkey, key->algorithm, &jwk);

	if (e != OK)
		return fault(e);
	if (json_object_set_new(jwk, "kid", json_string(key_kid(key))) != 0 ||
	    json_object_set_new(
		jwk, "alg", json_string(key->algorithm->name)) != 0 ||
	    json_object_set_new(jwk, "use", json_string("sig")) != 0)
		return ERR_NO_MEMORY;
	*out = TAKE(jwk);
	return OK;
}

enum err
key_sign(const struct key *key, const void *input, size_t input_size,
    uint8_t *signature, size_t *signature_size)
{
	return signer_sign(
	    key->signer, input, input_size, signature, signature_size);
}

enum err
key_verify(const struct key *key, const struct algorithm *algorithm,
    const void *input, size_t input_size, const uint8_t *signature,
    size_t signature_size)
{
	if (key->algorithm != algorithm)
		return ERR_BAD_SIGNATURE;
	return signer_verify(
	    key->signer, input, input_size, signature, signature_size);
}
