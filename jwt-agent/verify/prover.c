/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/prover.h"

#include "base/fields.h"
#include "jwt-agent/verify/pem.h"
#include "jwt-agent/verify/pkey.h"
#include "jwt-agent/verify/proof.h"
#include "jwt-agent/verify/sign.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static enum err
refuse(const char **why, const char *what)
{
	enum err e = pkey_refusal();

	if (e == ERR_MALFORMED)
		*why = what;
	return e;
}

/* OpenSSL would ask for it on the terminal. */
static int
no_password(char *text, int size, int writing, void *context)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static EVP_PKEY *
read_pem(const struct secret *pem)
{
	BIO *bio = BIO_new_mem_buf(secret_data(pem), (int)secret_size(pem));
	EVP_PKEY *pkey = NULL;

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	return pkey;
}

static const struct algorithm *
algorithm_of(const EVP_PKEY *pkey)
{
	const struct algorithm *algorithm;

	for (size_t i = 0; (algorithm = proof_algorithm(i)) != NULL; i++)
		if (pkey_fits(pkey, algorithm))
			return algorithm;
	return NULL;
}

static enum err
make_key(const EVP_PKEY *pkey, struct key **out, const char **why)
{
	const struct algorithm *algorithm = algorithm_of(pkey);
	auto_free(secret) struct secret *der = NULL;
	enum err e;

	if (algorithm == NULL) {
		*why = "is not a key for " PROOF_ALGORITHMS;
		return ERR_MALFORMED;
	}
	e = pkey_private(pkey, &der);
	return e == OK ? key_from_private(der, algorithm, out) : e;
}

enum err
prover_key(const struct secret *pem, struct key **out, const char **why)
{
	EVP_PKEY *pkey;
	enum err e;

	errno = 0;
	pkey = read_pem(pem);
	if (pkey == NULL)
		return refuse(
		    why, "is not a private key in PEM without a password");
	e = make_key(pkey, out, why);
	EVP_PKEY_free(pkey);
	return e;
}

/* The header's jwk says what the key is and nothing about it. */
static enum err
make_header(const struct key *key, json_t **out)
{
	auto_json json_t *jwk = NULL;
	enum err e = key_jwk(key, &jwk);

	if (e != OK)
		return e;
	json_object_del(jwk, "kid");
	json_object_del(jwk, "alg");
	json_object_del(jwk, "use");
	*out = json_pack("{ss ss sO}", "typ", PROOF_TYP, "alg",
	    key_algorithm(key)->name, "jwk", jwk);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
make_claims(const struct proof_claims *from, struct claims *claims)
{
	enum err e = claims_set_str(claims, "jti", from->jti);

	if (e == OK)
		e = claims_set_str(claims, "htm", from->htm);
	if (e == OK)
		e = claims_set_str(claims, "htu", from->htu);
	return e == OK ? claims_set_num(claims, "iat", from->issued) : e;
}

enum err
prover_sign(const struct key *key, const struct proof_claims *from,
    struct secret **proof)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_json json_t *header = NULL;
	enum err e = claims_new(&claims);

	if (e == OK)
		e = make_claims(from, claims);
	if (e == OK)
		e = make_header(key, &header);
	return e == OK ? sign_with_header(key, header, claims, proof) : e;
}

/* PEM tells the key, its type tells the algorithm. */
static enum err
public_of_pem(const struct secret *text, json_t **jwk, const char **why)
{
	auto_clear(pem) struct pem pem = {.count = 0};
	const struct algorithm *algorithm;
	enum err e = pem_read(secret_data(text), secret_size(text), &pem, why);

	if (e != OK)
		return e;
	for (size_t i = 0; (algorithm = proof_algorithm(i)) != NULL; i++)
		if (pem.count == 1 && pkey_fits(pem.key[0], algorithm))
			return jwk_public(pem.key[0], algorithm, jwk);
	*why = "is not one public key for " PROOF_ALGORITHMS;
	return ERR_MALFORMED;
}

static enum err
public_of_json(const struct secret *text, json_t **jwk, const char **why)
{
	char jkt[THUMBPRINT_SIZE + 1];
	auto_json json_t *json = json_loadb(
	    secret_text(text), secret_size(text), JSON_REJECT_DUPLICATES, NULL);
	enum err e;

	if (!json_is_object(json)) {
		*why = "is neither PEM nor a JWK";
		return ERR_MALFORMED;
	}
	e = proof_key(json, jkt, why);
	if (e == OK)
		*jwk = TAKE(json);
	return e;
}

enum err
prover_public(const struct secret *text, json_t **jwk, const char **why)
{
	return pem_is_in(secret_data(text), secret_size(text))
	    ? public_of_pem(text, jwk, why)
	    : public_of_json(text, jwk, why);
}
