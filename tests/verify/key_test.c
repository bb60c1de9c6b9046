/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Keys, signatures and JWKs, held against the examples of the RFCs and against
 * each other.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/verify/ecdsa.h"
#include "jwt-agent/verify/jwk_public.h"
#include "jwt-agent/verify/signer.h"
#include "tests/verify/fixture.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BYTES_MAX 1024

struct bytes {
	uint8_t data[BYTES_MAX];
	size_t size;
};

static struct bytes
decode(const char *text)
{
	struct bytes bytes = {.size = 0};

	assert_true(BASE64URL_BYTES_MAX(strlen(text)) <= BYTES_MAX);
	assert_int_equal(
	    base64url_decode(bytes.data, &bytes.size, text, strlen(text)), OK);
	return bytes;
}

static void
push_number(
    OSSL_PARAM_BLD *build, const char *name, const char *text, BIGNUM **number)
{
	struct bytes bytes = decode(text);

	*number = BN_bin2bn(bytes.data, (int)bytes.size, NULL);
	assert_non_null(*number);
	assert_int_equal(OSSL_PARAM_BLD_push_BN(build, name, *number), 1);
}

static EVP_PKEY *
pkey_from(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	assert_non_null(params);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

static EVP_PKEY *
rsa_public(const char *n, const char *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *modulus, *exponent;
	EVP_PKEY *pkey;

	push_number(build, OSSL_PKEY_PARAM_RSA_N, n, &modulus);
	push_number(build, OSSL_PKEY_PARAM_RSA_E, e, &exponent);
	pkey = pkey_from("RSA", build);
	BN_free(modulus);
	BN_free(exponent);
	return pkey;
}

static EVP_PKEY *
ec_public(const char *group, const char *x, const char *y)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	struct bytes left = decode(x), right = decode(y);
	uint8_t point[2 * BYTES_MAX + 1] = {4};

	memcpy(point + 1, left.data, left.size);
	memcpy(point + 1 + left.size, right.data, right.size);
	OSSL_PARAM_BLD_push_utf8_string(
	    build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	OSSL_PARAM_BLD_push_octet_string(
	    build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + left.size + right.size);
	return pkey_from("EC", build);
}

static EVP_PKEY *
okp_public(const char *x)
{
	struct bytes bytes = decode(x);

	return EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, bytes.data, bytes.size);
}

/* Takes over `pkey`. The signature is good, and is not with a bit changed in
 * it or in what was signed. */
static void
holds(EVP_PKEY *pkey, const char *algorithm, const char *input,
    const char *signature)
{
	auto_free(signer) struct signer *signer = NULL;
	struct bytes bytes = decode(signature);
	auto_str char *text = strdup(input);

	assert_non_null(pkey);
	assert_int_equal(
	    signer_new(pkey, algorithm_find(algorithm), &signer), OK);
	EVP_PKEY_free(pkey);
	/* twice, for the prepared context is used again */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(signer_verify(signer, text, strlen(text),
				     bytes.data, bytes.size),
		    OK);
		text[0] ^= 1;
		assert_int_equal(signer_verify(signer, text, strlen(text),
				     bytes.data, bytes.size),
		    ERR_BAD_SIGNATURE);
		text[0] ^= 1;
		bytes.data[bytes.size / 3] ^= 4;
		assert_int_equal(signer_verify(signer, text, strlen(text),
				     bytes.data, bytes.size),
		    ERR_BAD_SIGNATURE);
		bytes.data[bytes.size / 3] ^= 4;
	}
}

#define RFC7515_PAYLOAD                                                        \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"

static void
rfc7515_a2(void **state)
{
	(void)state;
	holds(rsa_public(
		  "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPdd"
		  "xHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgN"
		  "MsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kp"
		  "aSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xs"
		  "mtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNm"
		  "oudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
		  "AQAB"),
	    "RS256", "eyJhbGciOiJSUzI1NiJ9." RFC7515_PAYLOAD,
	    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
	    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
	    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
	    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
	    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
	    "p0igcN_IoypGlUPQGe77Rw");
}

static void
rfc7515_a3(void **state)
{
	(void)state;
	holds(ec_public("prime256v1",
		  "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
		  "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
	    "ES256", "eyJhbGciOiJFUzI1NiJ9." RFC7515_PAYLOAD,
	    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
	    "pmWQxfKTUJqPP3-Kg6NU1Q");
}

static void
rfc7515_a4(void **state)
{
	(void)state;
	holds(ec_public("secp521r1",
		  "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_N"
		  "jFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
		  "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly"
		  "79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"),
	    "ES512", "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
	    "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZq"
	    "wqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8Kp"
	    "EHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn");
}

#define RFC8037_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

static void
rfc8037_a4(void **state)
{
	(void)state;
	holds(okp_public(RFC8037_X), "EdDSA",
	    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
	    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B"
	    "hVsPt9g7sVvpAr_MuM0KAg");
}

static void
thumbprint_is(EVP_PKEY *pkey, const char *algorithm, const char *expected)
{
	auto_json json_t *jwk = NULL;
	char thumbprint[THUMBPRINT_SIZE + 1];

	assert_non_null(pkey);
	assert_int_equal(jwk_public(pkey, algorithm_find(algorithm), &jwk), OK);
	assert_int_equal(jwk_thumbprint(jwk, thumbprint), OK);
	assert_string_equal(thumbprint, expected);
	EVP_PKEY_free(pkey);
}

static void
thumbprints(void **state)
{
	(void)state;
	/* RFC 7638 section 3.1 */
	thumbprint_is(
	    rsa_public("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhW"
		       "x4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
		       "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"
		       "RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
		       "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNL"
		       "yrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
		       "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
		"AQAB"),
	    "RS256", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	/* RFC 8037 appendix A.3 */
	thumbprint_is(okp_public(RFC8037_X), "EdDSA",
	    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/* Each row signs, verifies, keeps and comes back; and no row takes another's
 * signature. */
static void
every_algorithm(void **state)
{
	static const char input[] = "header.payload";
	const struct algorithm *algorithm;

	(void)state;
	for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++) {
		auto_free(key) struct key *key = NULL;
		auto_free(key) struct key *again = NULL;
		auto_free(secret) struct secret *der = NULL;
		uint8_t signature[SIGNATURE_SIZE_MAX];
		size_t size = 0;

		assert_ptr_equal(algorithm_find(algorithm->name), algorithm);
		if (algorithm_is_symmetric(algorithm))
			continue;
		assert_int_equal(key_generate(algorithm, &key), OK);
		assert_int_equal(
		    key_sign(key, input, sizeof(input), signature, &size), OK);
		if (algorithm->signature_size != 0)
			assert_int_equal(size, algorithm->signature_size);
		assert_int_equal(key_private(key, &der), OK);
		assert_int_equal(key_from_private(der, algorithm, &again), OK);
		assert_string_equal(key_kid(key), key_kid(again));
		assert_int_equal(key_verify(again, algorithm, input,
				     sizeof(input), signature, size),
		    OK);
		assert_int_equal(key_verify(again, algorithm, input,
				     sizeof(input) - 1, signature, size),
		    ERR_BAD_SIGNATURE);
		assert_int_equal(key_verify(again, algorithm, input,
				     sizeof(input), signature, size - 1),
		    ERR_BAD_SIGNATURE);
		for (size_t k = 0; algorithm_at(k) != NULL; k++)
			if (k != i)
				assert_int_equal(
				    key_verify(again, algorithm_at(k), input,
					sizeof(input), signature, size),
				    ERR_BAD_SIGNATURE);
	}
}

/* A secret is a key for the three symmetric algorithms and for no other, when
 * it is as long as the hash; and no key pair is one for them. */
static void
secrets(void **state)
{
	static const char input[] = "header.payload";
	static const char *const names[] = {"HS256", "HS384", "HS512"};
	auto_free(key) struct key *pair = NULL;
	auto_free(secret) struct secret *der = NULL;
	uint8_t bytes[64];
	struct key *none = NULL;

	(void)state;
	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(key_generate(algorithm_find("ES256"), &pair), OK);
	assert_int_equal(key_private(pair, &der), OK);
	for (size_t i = 0; i < 3; i++) {
		const struct algorithm *algorithm = algorithm_find(names[i]);
		auto_free(secret) struct secret *secret = NULL;
		auto_free(secret) struct secret *shorter = NULL;
		auto_free(key) struct key *key = NULL;
		auto_json json_t *jwk = NULL;
		uint8_t signature[SIGNATURE_SIZE_MAX];
		size_t size = 0, hash = algorithm->signature_size;

		assert_true(algorithm_is_symmetric(algorithm));
		assert_int_equal(secret_new(&secret, bytes, hash), OK);
		assert_int_equal(secret_new(&shorter, bytes, hash - 1), OK);
		assert_int_equal(
		    key_from_secret(shorter, algorithm, NULL, &none),
		    ERR_CRYPTO);
		assert_int_equal(key_from_secret(secret,
				     algorithm_find("ES256"), NULL, &none),
		    ERR_CRYPTO);
		assert_int_equal(key_generate(algorithm, &none), ERR_CRYPTO);
		assert_int_equal(
		    key_from_private(der, algorithm, &none), ERR_CRYPTO);
		assert_int_equal(
		    key_from_secret(secret, algorithm, "k", &key), OK);
		assert_string_equal(key_kid(key), "k");
		assert_int_equal(key_jwk(key, &jwk), ERR_CRYPTO);
		for (int k = 0; k < 2; k++) {
			assert_int_equal(key_sign(key, input, sizeof(input),
					     signature, &size),
			    OK);
			assert_int_equal(size, hash);
			assert_int_equal(key_verify(key, algorithm, input,
					     sizeof(input), signature, size),
			    OK);
			assert_int_equal(
			    key_verify(key, algorithm, input, sizeof(input) - 1,
				signature, size),
			    ERR_BAD_SIGNATURE);
			assert_int_equal(
			    key_verify(key, algorithm, input, sizeof(input),
				signature, size - 1),
			    ERR_BAD_SIGNATURE);
			signature[size - 1] ^= 1;
			assert_int_equal(key_verify(key, algorithm, input,
					     sizeof(input), signature, size),
			    ERR_BAD_SIGNATURE);
		}
		assert_int_equal(key_verify(key, algorithm_find("ES256"), input,
				     sizeof(input), signature, size),
		    ERR_BAD_SIGNATURE);
	}
	assert_null(none);
	assert_int_equal(algorithms_symmetric() & algorithms_asymmetric(), 0);
	assert_int_equal(
	    algorithms_symmetric() | algorithms_asymmetric(), (1 << 13) - 1);
}

/* The public half of somebody else's key, under the name that he gave it. */
static void
public_keys(void **state)
{
	const struct algorithm *rs256 = algorithm_find("RS256");
	auto_clear(world) struct world world;
	auto_free(key) struct key *named = NULL;
	auto_free(key) struct key *unnamed = NULL;
	auto_free(key) struct key *again = NULL;
	struct key *none = NULL;
	uint8_t signature[SIGNATURE_SIZE_MAX];
	EVP_PKEY *pkey;
	size_t size = 0;

	(void)state;
	world_open(&world);
	pkey = pkey_of(world.rs);
	assert_int_equal(key_from_public(pkey, rs256, "a/b", &named), OK);
	assert_int_equal(key_from_public(pkey, rs256, NULL, &unnamed), OK);
	assert_int_equal(key_from_public(pkey, rs256, "a/b", &again), OK);
	assert_int_equal(
	    key_from_public(pkey, algorithm_find("ES256"), NULL, &none),
	    ERR_CRYPTO);
	assert_int_equal(
	    key_from_public(pkey, algorithm_find("HS256"), NULL, &none),
	    ERR_CRYPTO);
	EVP_PKEY_free(pkey);
	assert_string_equal(key_kid(named), "a/b");
	assert_string_equal(key_kid(unnamed), key_kid(world.rs));
	assert_true(key_is_named(named) && !key_is_named(unnamed));
	assert_true(key_is_named(world.rs));
	assert_true(key_same(named, again));
	assert_false(key_same(named, unnamed));
	assert_false(key_same(unnamed, world.rs));
	assert_false(key_same(unnamed, world.other));
	assert_int_equal(key_sign(world.rs, "x", 1, signature, &size), OK);
	assert_int_equal(key_verify(named, rs256, "x", 1, signature, size), OK);
	assert_null(none);
}

static bool
same_text(const json_t *json, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(json, name));

	return value != NULL && strcmp(value, text) == 0;
}

static void
jwk_has(const struct key *key, const char *kty, const char *const *numbers)
{
	auto_json json_t *jwk = NULL;
	auto_json json_t *bare = NULL;
	char thumbprint[THUMBPRINT_SIZE + 1];
	size_t count = 0;

	assert_int_equal(key_jwk(key, &jwk), OK);
	assert_true(same_text(jwk, "kty", kty));
	assert_true(same_text(jwk, "kid", key_kid(key)));
	assert_true(same_text(jwk, "alg", key_algorithm(key)->name));
	assert_true(same_text(jwk, "use", "sig"));
	for (; numbers[count] != NULL; count++)
		assert_non_null(json_object_get(jwk, numbers[count]));
	/* nothing private, nothing else */
	assert_int_equal(json_object_size(jwk), 4 + count);
	bare = json_deep_copy(jwk);
	json_object_del(bare, "kid");
	json_object_del(bare, "alg");
	json_object_del(bare, "use");
	assert_int_equal(jwk_thumbprint(bare, thumbprint), OK);
	assert_string_equal(thumbprint, key_kid(key));
}

static void
jwks(void **state)
{
	static const char *const ec[] = {"crv", "x", "y", NULL};
	static const char *const rsa[] = {"n", "e", NULL};
	static const char *const okp[] = {"crv", "x", NULL};
	auto_clear(world) struct world world;

	(void)state;
	world_open(&world);
	jwk_has(world.es, "EC", ec);
	jwk_has(world.rs, "RSA", rsa);
	jwk_has(world.ed, "OKP", okp);
}

/* Coordinates that begin with zeros keep them: one key in 128 has one. */
static void
jwk_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < 400; i++) {
		auto_free(key) struct key *key = NULL;
		auto_json json_t *jwk = NULL;

		assert_int_equal(
		    key_generate(algorithm_find("ES256"), &key), OK);
		assert_int_equal(key_jwk(key, &jwk), OK);
		assert_int_equal(
		    json_string_length(json_object_get(jwk, "x")), 43);
		assert_int_equal(
		    json_string_length(json_object_get(jwk, "y")), 43);
	}
}

static void
refused_private(const char *algorithm, const struct secret *der)
{
	struct key *key = NULL;

	assert_int_equal(
	    key_from_private(der, algorithm_find(algorithm), &key), ERR_CRYPTO);
	assert_null(key);
}

static void
wrong_private_keys(void **state)
{
	auto_free(key) struct key *es = NULL;
	auto_free(key) struct key *ed = NULL;
	auto_free(secret) struct secret *es_der = NULL;
	auto_free(secret) struct secret *ed_der = NULL;
	auto_free(secret) struct secret *cut = NULL;
	auto_free(secret) struct secret *longer = NULL;
	auto_free(secret) struct secret *empty = NULL;

	(void)state;
	assert_int_equal(key_generate(algorithm_find("ES256"), &es), OK);
	assert_int_equal(key_generate(algorithm_find("EdDSA"), &ed), OK);
	assert_int_equal(key_private(es, &es_der), OK);
	assert_int_equal(key_private(ed, &ed_der), OK);
	assert_int_equal(secret_zero(&longer, secret_size(es_der) + 1), OK);
	memcpy(secret_bytes(longer), secret_data(es_der), secret_size(es_der));
	assert_int_equal(
	    secret_new(&cut, secret_data(es_der), secret_size(es_der) - 1), OK);
	assert_int_equal(secret_zero(&empty, 0), OK);
	refused_private("RS256", es_der);
	refused_private("ES384", es_der);
	refused_private("EdDSA", es_der);
	refused_private("ES256", ed_der);
	refused_private("PS256", ed_der);
	refused_private("ES256", longer);
	refused_private("ES256", cut);
	refused_private("ES256", empty);
}

/* RFC 7518 section 3.3: 2048 bits or more. */
static void
weak_rsa(void **state)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	auto_free(secret) struct secret *der = NULL;
	PKCS8_PRIV_KEY_INFO *info;
	unsigned char *bytes = NULL;
	int size;

	(void)state;
	assert_non_null(pkey);
	info = EVP_PKEY2PKCS8(pkey);
	assert_non_null(info);
	size = i2d_PKCS8_PRIV_KEY_INFO(info, &bytes);
	PKCS8_PRIV_KEY_INFO_free(info);
	assert_int_equal(secret_new(&der, bytes, (size_t)size), OK);
	OPENSSL_free(bytes);
	EVP_PKEY_free(pkey);
	refused_private("RS256", der);
}

static void
no_rows(void **state)
{
	static const char *const names[] = {"none", "None", "NONE", "hs256",
	    "HS257", "", "es256", "ES256K", "Ed25519", "ECDH-ES", "RSA1_5",
	    "dir", "A128KW"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_null(algorithm_find(names[i]));
	assert_null(algorithm_at(13));
	assert_null(algorithm_at(SIZE_MAX));
}

/* Raw to DER and back for every length of r and s. */
static void
raw_and_der(void **state)
{
	uint8_t raw[ECDSA_RAW_MAX], back[ECDSA_RAW_MAX], der[ECDSA_DER_MAX];
	size_t size;

	(void)state;
	for (size_t r = 0; r < 66; r++)
		for (size_t s = 0; s < 66; s++) {
			memset(raw, 0, sizeof(raw));
			memset(raw + r, 0x80 | (int)r, 66 - r);
			memset(raw + 66 + s, 0x7f, 66 - s);
			assert_int_equal(
			    ecdsa_to_der(raw, sizeof(raw), der, &size), OK);
			assert_int_equal(
			    ecdsa_from_der(der, size, back, sizeof(back)), OK);
			assert_memory_equal(raw, back, sizeof(raw));
			assert_int_equal(
			    ecdsa_from_der(der, size - 1, back, sizeof(back)),
			    ERR_CRYPTO);
		}
	/* r of 66 bytes does not go into 32 */
	memset(raw, 0x11, sizeof(raw));
	assert_int_equal(ecdsa_to_der(raw, sizeof(raw), der, &size), OK);
	assert_int_equal(ecdsa_from_der(der, size, back, 64), ERR_CRYPTO);
	memset(raw, 0, sizeof(raw));
	assert_int_equal(
	    ecdsa_to_der(raw, sizeof(raw), der, &size), ERR_BAD_SIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc7515_a2),
	    cmocka_unit_test(rfc7515_a3),
	    cmocka_unit_test(rfc7515_a4),
	    cmocka_unit_test(rfc8037_a4),
	    cmocka_unit_test(thumbprints),
	    cmocka_unit_test(every_algorithm),
	    cmocka_unit_test(secrets),
	    cmocka_unit_test(public_keys),
	    cmocka_unit_test(jwks),
	    cmocka_unit_test(jwk_sizes),
	    cmocka_unit_test(wrong_private_keys),
	    cmocka_unit_test(weak_rsa),
	    cmocka_unit_test(no_rows),
	    cmocka_unit_test(raw_and_der),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
