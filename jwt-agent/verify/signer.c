/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/signer.h"
#include "jwt-agent/verify/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

/*
 * Looking algorithms up and checking a key costs OpenSSL several microseconds
 * each time, so it is done once: `digest` is fetched, and `signing` and
 * `verifying` are initialised contexts that any number of EVP_PKEY_sign() and
 * EVP_PKEY_verify() may use. An algorithm that hashes by itself has no digest
 * and none of these contexts; one with a secret has `mac` in their place.
 */
struct signer {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	EVP_MD *digest;
	EVP_MD_CTX *hashing;
	EVP_PKEY_CTX *signing;
	EVP_PKEY_CTX *verifying;
	EVP_MAC_CTX *mac;
	size_t signature_size;
};

/* A failure leaves its reasons in OpenSSL's queue, where the next caller would
 * take them for its own. */
static enum err
fail(enum err err)
{
	ERR_clear_error();
	return err;
}

static bool
set_padding(EVP_PKEY_CTX *context, const struct signer *signer)
{
	if (!signer->algorithm->pss)
		return EVP_PKEY_CTX_set_rsa_padding(
			   context, RSA_PKCS1_PADDING) == 1;
	/* RFC 7518 section 3.5: the salt is as long as the hash */
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) ==
	    1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(context, signer->digest) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
	    1;
}

/* A context for signing or verifying, by what initialises it. */
static bool
prepare(EVP_PKEY_CTX **context, const struct signer *signer,
    int (*init)(EVP_PKEY_CTX *))
{
	*context = EVP_PKEY_CTX_new_from_pkey(NULL, signer->pkey, NULL);
	return *context != NULL && init(*context) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(*context, signer->digest) == 1 &&
	    (signer->algorithm->type != KEY_RSA ||
		set_padding(*context, signer));
}

static bool
key_mac(EVP_MAC_CTX *mac, const struct signer *signer)
{
	/* the name is not written to, OSSL_PARAM only cannot say so */
	char *digest = (char *)(uintptr_t)signer->algorithm->digest;
	const OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end(),
	};
	unsigned char *secret = NULL;
	size_t size = 0;
	bool good;

	if (EVP_PKEY_get_raw_private_key(signer->pkey, NULL, &size) != 1)
		return false;
	secret = OPENSSL_malloc(size);
	good = secret != NULL &&
	    EVP_PKEY_get_raw_private_key(signer->pkey, secret, &size) == 1 &&
	    EVP_MAC_init(mac, secret, size, parameters) == 1;
	OPENSSL_clear_free(secret, size);
	return good;
}

static bool
prepare_mac(struct signer *signer)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	signer->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	return signer->mac != NULL && key_mac(signer->mac, signer);
}

static bool
prepare_all(struct signer *signer)
{
	if (algorithm_is_symmetric(signer->algorithm))
		return prepare_mac(signer);
	signer->hashing = EVP_MD_CTX_new();
	if (signer->hashing == NULL)
		return false;
	if (signer->algorithm->digest == NULL)
		return true;
	signer->digest = EVP_MD_fetch(NULL, signer->algorithm->digest, NULL);
	return signer->digest != NULL &&
	    prepare(&signer->signing, signer, EVP_PKEY_sign_init) &&
	    prepare(&signer->verifying, signer, EVP_PKEY_verify_init);
}

enum err
signer_new(
    EVP_PKEY *pkey, const struct algorithm *algorithm, struct signer **out)
{
	auto_free(signer) struct signer *signer = calloc(1, sizeof(*signer));

	if (signer == NULL)
		return ERR_NO_MEMORY;
	if (EVP_PKEY_up_ref(pkey) != 1)
		return fail(ERR_CRYPTO);
	signer->pkey = pkey;
	signer->algorithm = algorithm;
	signer->signature_size = algorithm->signature_size != 0
	    ? algorithm->signature_size
	    : (size_t)EVP_PKEY_get_size(pkey);
	if (!prepare_all(signer))
		return fail(ERR_CRYPTO);
	*out = TAKE(signer);
	return OK;
}

void
signer_free(struct signer *signer)
{
	if (signer == NULL)
		return;
	EVP_MAC_CTX_free(signer->mac);
	EVP_PKEY_CTX_free(signer->verifying);
	EVP_PKEY_CTX_free(signer->signing);
	EVP_MD_CTX_free(signer->hashing);
	EVP_MD_free(signer->digest);
	EVP_PKEY_free(signer->pkey);
	free(signer);
}

static bool
hash(const struct signer *signer, const void *input, size_t size,
    uint8_t *digest, unsigned int *digest_size)
{
	return EVP_DigestInit_ex2(signer->hashing, signer->digest, NULL) == 1 &&
	    EVP_DigestUpdate(signer->hashing, input, size) == 1 &&
	    EVP_DigestFinal_ex(signer->hashing, digest, digest_size) == 1;
}

/* Ed25519 takes the message itself. */
static enum err
sign_message(const struct signer *signer, const void *input, size_t input_size,
    uint8_t *signature, size_t *signature_size)
{
	if (EVP_DigestSignInit(
		signer->hashing, NULL, NULL, NULL, signer->pkey) != 1 ||
	    EVP_DigestSign(signer->hashing, signature, signature_size, input,
		input_size) != 1)
		return ERR_CRYPTO;
	return OK;
}

static enum err
sign_digest(const struct signer *signer, const void *input, size_t input_size,
    uint8_t *signature, size_t *signature_size)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int digest_size = 0;

	if (!hash(signer, input, input_size, digest, &digest_size) ||
	    EVP_PKEY_sign(signer->signing, signature, signature_size, digest,
		digest_size) != 1)
		return ERR_CRYPTO;
	return OK;
}

static enum err
sign_ecdsa(const struct signer *signer, const void *input, size_t input_size,
    uint8_t *signature, size_t *signature_size)
{
	uint8_t der[ECDSA_DER_MAX];
	size_t der_size = sizeof(der);
	enum err e = sign_digest(signer, input, input_size, der, &der_size);

	if (e != OK)
		return e;
	*signature_size = signer->signature_size;
	return ecdsa_from_der(der, der_size, signature, *signature_size);
}

static enum err
sign_mac(const struct signer *signer, const void *input, size_t input_size,
    uint8_t *signature, size_t *signature_size)
{
	/* without a key it begins anew with the one that it has */
	if (EVP_MAC_init(signer->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(signer->mac, input, input_size) != 1 ||
	    EVP_MAC_final(signer->mac, signature, signature_size,
		SIGNATURE_SIZE_MAX) != 1)
		return ERR_CRYPTO;
	return OK;
}

enum err
signer_sign(const struct signer *signer, const void *input, size_t input_size,
    uint8_t *signature, size_t *signature_size)
{
	enum err e;

	*signature_size = SIGNATURE_SIZE_MAX;
	switch (signer->algorithm->type) {
	case KEY_EC:
		e = sign_ecdsa(
		    signer, input, input_size, signature, signature_size);
		break;
	case KEY_RSA:
		e = sign_digest(
		    signer, input, input_size, signature, signature_size);
		break;
	case KEY_OKP:
		e = sign_message(
		    signer, input, input_size, signature, signature_size);
		break;
	default:
		e = sign_mac(
		    signer, input, input_size, signature, signature_size);
		break;
	}
	return e == OK ? OK : fail(e);
}

/* OpenSSL says 1 for good, 0 for bad and less for "could not tell". */
static enum err
outcome_of(int result)
{
	if (result == 1)
		return OK;
	return fail(result == 0 ? ERR_BAD_SIGNATURE : ERR_CRYPTO);
}

static enum err
verify_message(const struct signer *signer, const void *input,
    size_t input_size, const uint8_t *signature, size_t signature_size)
{
	if (EVP_DigestVerifyInit(
		signer->hashing, NULL, NULL, NULL, signer->pkey) != 1)
		return fail(ERR_CRYPTO);
	return outcome_of(EVP_DigestVerify(
	    signer->hashing, signature, signature_size, input, input_size));
}

static enum err
verify_digest(const struct signer *signer, const void *input, size_t input_size,
    const uint8_t *signature, size_t signature_size)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int digest_size = 0;

	if (!hash(signer, input, input_size, digest, &digest_size))
		return fail(ERR_CRYPTO);
	return outcome_of(EVP_PKEY_verify(
	    signer->verifying, signature, signature_size, digest, digest_size));
}

static enum err
verify_ecdsa(const struct signer *signer, const void *input, size_t input_size,
    const uint8_t *signature, size_t signature_size)
{
	uint8_t der[ECDSA_DER_MAX];
	size_t der_size = 0;
	enum err e = ecdsa_to_der(signature, signature_size, der, &der_size);

	if (e != OK)
		return e;
	return verify_digest(signer, input, input_size, der, der_size);
}

static enum err
verify_mac(const struct signer *signer, const void *input, size_t input_size,
    const uint8_t *signature, size_t signature_size)
{
	uint8_t mac[SIGNATURE_SIZE_MAX];
	size_t size = 0;

	if (sign_mac(signer, input, input_size, mac, &size) != OK)
		return fail(ERR_CRYPTO);
	return size == signature_size &&
		CRYPTO_memcmp(mac, signature, size) == 0
	    ? OK
	    : ERR_BAD_SIGNATURE;
}

enum err
signer_verify(const struct signer *signer, const void *input, size_t input_size,
    const uint8_t *signature, size_t signature_size)
{
	if (signer->signature_size != signature_size)
		return ERR_BAD_SIGNATURE;
	switch (signer->algorithm->type) {
	case KEY_EC:
		return verify_ecdsa(
		    signer, input, input_size, signature, signature_size);
	case KEY_RSA:
		return verify_digest(
		    signer, input, input_size, signature, signature_size);
	case KEY_OKP:
		return verify_message(
		    signer, input, input_size, signature, signature_size);
	default:
		return verify_mac(
		    signer, input, input_size, signature, signature_size);
	}
}
