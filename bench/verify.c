/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What verifying a token costs beside the bare signature check that is in it
 * (EVP_DigestVerify with a key that is parsed already), and beside libjwt's
 * jwt_decode with a PEM key. Both sides run in turns in one process, and each
 * is told by the fastest of its rounds.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "bench/clock.h"
#include "jwt-agent/verify/ecdsa.h"
#include "jwt-agent/verify/sign.h"
#include "jwt-agent/verify/verify.h"

#include <inttypes.h>
#include <jwt.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#define NOW INT64_C(1767225600)
#define ROUNDS 60
#define ROUND_SECONDS 0.01
#define AIM_BARE 1.15
#define AIM_DECODE 10.0

/* One algorithm: the same token, key and signature for each contender. */
struct subject {
	const struct algorithm *algorithm;
	struct key *key;
	struct issuer issuer;
	struct secret *token;
	struct jws jws;
	uint8_t der[ECDSA_DER_MAX];
	const uint8_t *signature; /* as OpenSSL wants it */
	size_t signature_size;
	EVP_PKEY *pkey;
	EVP_MD_CTX *context;
	char *pem;
	long pem_size;
};

typedef bool (*contender)(const struct subject *subject);

static bool
run_ours(const struct subject *subject)
{
	const struct issuer *issuers[] = {&subject->issuer};
	char *ssh[] = {"ssh"};
	const struct texts audience = {1, ssh};
	struct verify_input input = {
	    .token = secret_text(subject->token),
	    .size = secret_size(subject->token),
	    .audience = &audience,
	};
	auto_clear(verified) struct verified verified = {0};

	return verify_token(&input, issuers, 1, NOW, NULL, &verified) == OK;
}

static bool
run_bare(const struct subject *subject)
{
	const char *digest = subject->algorithm->digest;

	return EVP_DigestVerifyInit_ex(subject->context, NULL, digest, NULL,
		   NULL, subject->pkey, NULL) == 1 &&
	    EVP_DigestVerify(subject->context, subject->signature,
		subject->signature_size,
		(const unsigned char *)subject->jws.input,
		subject->jws.input_size) == 1;
}

static bool
run_decode(const struct subject *subject)
{
	jwt_t *jwt = NULL;
	bool good = jwt_decode(&jwt, secret_text(subject->token),
			(const unsigned char *)subject->pem,
			(int)subject->pem_size) == 0;

	jwt_free(jwt);
	return good;
}

/* Seconds for one call, in one round. */
static double
measure(contender run, const struct subject *subject)
{
	double begin = clock_seconds(CLOCK_MONOTONIC), end;
	size_t calls = 0;

	do {
		if (!run(subject))
			abort();
		calls++;
		end = clock_seconds(CLOCK_MONOTONIC);
	} while (end - begin < ROUND_SECONDS);
	return (end - begin) / (double)calls;
}

static void
keep_best(double *best, double seconds)
{
	if (*best == 0 || seconds < *best)
		*best = seconds;
}

static enum err
make_token(struct subject *subject)
{
	auto_free(claims) struct claims *claims = NULL;
	static const struct {
		const char *name, *value;
	} strings[] = {
	    {"iss", "https://host.example"},
	    {"sub", "alice"},
	    {"aud", "ssh"},
	    {"jti", "01KDW7M0X3T9V5QK2B8N4R6YHC"},
	    {"did", "01KDW7M0X3T9V5QK2B8N4R6YHD"},
	    {"fam", "01KDW7M0X3T9V5QK2B8N4R6YHE"},
	};
	enum err e = claims_new(&claims);

	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		if (e == OK)
			e = claims_set_str(
			    claims, strings[i].name, strings[i].value);
	if (e == OK)
		e = claims_set_num(claims, "exp", NOW + 900);
	if (e == OK)
		e = claims_set_num(claims, "iat", NOW);
	if (e == OK)
		e = claims_set_num(claims, "ver", 1);
	/* the only `typ` that jwt_decode reads */
	if (e == OK)
		e = sign_token(subject->key, "JWT", claims, &subject->token);
	return e;
}

static enum err
prepare_bare(struct subject *subject)
{
	auto_free(secret) struct secret *der = NULL;
	const unsigned char *at;
	enum err e = key_private(subject->key, &der);

	if (e != OK)
		return e;
	at = secret_data(der);
	subject->pkey = d2i_AutoPrivateKey(NULL, &at, (long)secret_size(der));
	subject->context = EVP_MD_CTX_new();
	subject->signature = subject->jws.signature;
	subject->signature_size = subject->jws.signature_size;
	if (subject->pkey == NULL || subject->context == NULL)
		return ERR_CRYPTO;
	if (subject->algorithm->type != KEY_EC)
		return OK;
	subject->signature = subject->der;
	return ecdsa_to_der(subject->jws.signature, subject->jws.signature_size,
	    subject->der, &subject->signature_size);
}

static enum err
prepare_pem(struct subject *subject)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;

	if (bio == NULL || PEM_write_bio_PUBKEY(bio, subject->pkey) != 1) {
		BIO_free(bio);
		return ERR_CRYPTO;
	}
	subject->pem_size = BIO_get_mem_data(bio, &text);
	subject->pem = strndup(text, (size_t)subject->pem_size);
	BIO_free(bio);
	return subject->pem != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
prepare(struct subject *subject, const char *algorithm)
{
	enum err e;

	subject->algorithm = algorithm_find(algorithm);
	e = key_generate(subject->algorithm, &subject->key);
	if (e != OK)
		return e;
	subject->issuer = (struct issuer){
	    .name = "local",
	    .issuer = "https://host.example",
	    .keys = (const struct key *const *)&subject->key,
	    .key_count = 1,
	    .algorithms = algorithm_bit(subject->algorithm),
	    .leeway = ISSUER_LEEWAY,
	    .future_leeway = ISSUER_FUTURE_LEEWAY,
	    .max_lifetime = 86400,
	};
	e = make_token(subject);
	if (e == OK)
		e = jws_read(secret_text(subject->token),
		    secret_size(subject->token), NULL, &subject->jws);
	if (e == OK)
		e = prepare_bare(subject);
	return e == OK ? prepare_pem(subject) : e;
}

static void
subject_clear(struct subject *subject)
{
	free(subject->pem);
	EVP_MD_CTX_free(subject->context);
	EVP_PKEY_free(subject->pkey);
	jws_clear(&subject->jws);
	secret_free(subject->token);
	key_free(subject->key);
}

/* Whether libjwt knows the algorithm; 1.10.2 has no EdDSA. */
static bool
decodes(const struct subject *subject)
{
	return subject->algorithm->type != KEY_OKP && run_decode(subject);
}

static bool
compare(const char *algorithm)
{
	auto_clear(subject) struct subject subject = {0};
	double ours = 0, bare = 0, decode = 0;
	bool both;

	if (prepare(&subject, algorithm) != OK)
		return false;
	both = decodes(&subject);
	for (size_t i = 0; i < ROUNDS; i++) {
		keep_best(&ours, measure(run_ours, &subject));
		keep_best(&bare, measure(run_bare, &subject));
		if (both)
			keep_best(&decode, measure(run_decode, &subject));
	}
	printf("verify %-5s token=%zu ours=%.2fus bare=%.2fus ratio=%.3f",
	    algorithm, secret_size(subject.token), ours * 1e6, bare * 1e6,
	    ours / bare);
	if (both)
		printf(" jwt_decode=%.2fus times=%.1f", decode * 1e6,
		    decode / ours);
	putchar('\n');
	return ours / bare <= AIM_BARE &&
	    (strcmp(algorithm, "RS256") != 0 || decode / ours >= AIM_DECODE);
}

int
main(void)
{
	static const char *const algorithms[] = {"ES256", "RS256", "EdDSA"};
	bool met = true;

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		met = compare(algorithms[i]) && met;
	printf("aim: ratio <= %.2f, RS256 times >= %.0f: %s\n", AIM_BARE,
	    AIM_DECODE, met ? "met" : "missed");
	return met ? 0 : 1;
}
