/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/jwk_public.h"
#include "base/base64url.h"
#include "base/fields.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>
#include <string.h>

#define NUMBER_SIZE_MAX (RSA_BITS_MAX / 8)

static enum err
set_bytes(json_t *jwk, const char *name, const uint8_t *bytes, size_t size)
{
	char text[BASE64URL_TEXT_SIZE(NUMBER_SIZE_MAX) + 1];

	base64url_encode(text, bytes, size);
	return json_object_set_new(jwk, name, json_string(text)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

/* A number of the key, with zeros in front when it is shorter than `size`. */
static enum err
set_number(json_t *jwk, const char *name, const EVP_PKEY *pkey,
    const char *parameter, size_t size)
{
	uint8_t bytes[NUMBER_SIZE_MAX];
	BIGNUM *number = NULL;
	int written = -1;

	if (EVP_PKEY_get_bn_param(pkey, parameter, &number) != 1)
		return ERR_CRYPTO;
	if (size == 0)
		size = (size_t)BN_num_bytes(number);
	if (size <= sizeof(bytes))
		written = BN_bn2binpad(number, bytes, (int)size);
	BN_free(number);
	return written >= 0 ? set_bytes(jwk, name, bytes, size) : ERR_CRYPTO;
}

/* RFC 7518 section 6.2.1: coordinates have the size of the field. */
static enum err
set_ec(json_t *jwk, const EVP_PKEY *pkey, const struct algorithm *algorithm)
{
	size_t size = algorithm->signature_size / 2;
	enum err e;

	e = set_number(jwk, "x", pkey, OSSL_PKEY_PARAM_EC_PUB_X, size);
	if (e == OK)
		e = set_number(jwk, "y", pkey, OSSL_PKEY_PARAM_EC_PUB_Y, size);
	return e;
}

/* RFC 7518 section 6.3.1: no zeros in front. */
static enum err
set_rsa(json_t *jwk, const EVP_PKEY *pkey)
{
	enum err e = set_number(jwk, "n", pkey, OSSL_PKEY_PARAM_RSA_N, 0);

	if (e == OK)
		e = set_number(jwk, "e", pkey, OSSL_PKEY_PARAM_RSA_E, 0);
	return e;
}

static enum err
set_okp(json_t *jwk, const EVP_PKEY *pkey)
{
	uint8_t bytes[NUMBER_SIZE_MAX];
	size_t size = sizeof(bytes);

	if (EVP_PKEY_get_raw_public_key(pkey, bytes, &size) != 1)
		return ERR_CRYPTO;
	return set_bytes(jwk, "x", bytes, size);
}

enum err
jwk_public(
    const EVP_PKEY *pkey, const struct algorithm *algorithm, json_t **out)
{
	auto_json json_t *jwk = json_pack(
	    "{ss ss*}", "kty", algorithm->kty, "crv", algorithm->curve);
	enum err e;

	if (jwk == NULL)
		return ERR_NO_MEMORY;
	switch (algorithm->type) {
	case KEY_EC:
		e = set_ec(jwk, pkey, algorithm);
		break;
	case KEY_RSA:
		e = set_rsa(jwk, pkey);
		break;
	case KEY_OKP:
		e = set_okp(jwk, pkey);
		break;
	default: /* a secret has no public half */
		e = ERR_CRYPTO;
		break;
	}
	if (e == OK)
		*out = TAKE(jwk);
	return e;
}

enum err
jwk_thumbprint(const json_t *jwk, char thumbprint[THUMBPRINT_SIZE + 1])
{
	auto_str char *text = json_dumps(jwk, JSON_COMPACT | JSON_SORT_KEYS);
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (text == NULL)
		return ERR_NO_MEMORY;
	if (EVP_Q_digest(
		NULL, "SHA256", NULL, text, strlen(text), hash, NULL) != 1)
		return ERR_CRYPTO;
	base64url_encode(thumbprint, hash, sizeof(hash));
	return OK;
}
