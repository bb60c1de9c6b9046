/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/pkey.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <string.h>

#define GROUP_NAME_MAX 32

enum err
pkey_refusal(void)
{
	/* a failure leaves its reasons in OpenSSL's queue, where the next
	 * caller would take them for its own */
	ERR_clear_error();
	return errno == ENOMEM ? ERR_NO_MEMORY : ERR_MALFORMED;
}

/* Takes over `parameters`, which may be NULL. */
static enum err
from_parameters(const char *type, OSSL_PARAM *parameters, EVP_PKEY **out)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;
	bool good = parameters != NULL && context != NULL &&
	    EVP_PKEY_fromdata_init(context) == 1 &&
	    EVP_PKEY_fromdata(
		context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) == 1;

	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	if (!good)
		return pkey_refusal();
	*out = pkey;
	return OK;
}

enum err
pkey_rsa(const uint8_t *modulus, size_t modulus_size, const uint8_t *exponent,
    size_t exponent_size, EVP_PKEY **out)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, (int)modulus_size, NULL);
	BIGNUM *e = BN_bin2bn(exponent, (int)exponent_size, NULL);
	OSSL_PARAM *parameters = NULL;

	if (build != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		parameters = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return from_parameters("RSA", parameters, out);
}

enum err
pkey_ec(
    const char *group, const uint8_t *point, size_t point_size, EVP_PKEY **out)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *parameters = NULL;

	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, point_size) == 1)
		parameters = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return from_parameters("EC", parameters, out);
}

enum err
pkey_okp(const char *group, const uint8_t *x, size_t size, EVP_PKEY **out)
{
	EVP_PKEY *pkey;

	pkey = EVP_PKEY_new_raw_public_key_ex(NULL, group, NULL, x, size);
	if (pkey == NULL)
		return pkey_refusal();
	*out = pkey;
	return OK;
}

static enum err
refuse(const char **why, const char *what)
{
	enum err e = pkey_refusal();

	if (e == ERR_MALFORMED)
		*why = what;
	return e;
}

static bool
number_of(const EVP_PKEY *pkey, const char *name, BIGNUM **out)
{
	*out = NULL;
	return EVP_PKEY_get_bn_param(pkey, name, out) == 1;
}

/* An even modulus is no product of two primes, and OpenSSL would fail on it
 * each time. */
static enum err
check_rsa_numbers(const EVP_PKEY *pkey, const char **why)
{
	BIGNUM *n, *e;
	bool good = number_of(pkey, OSSL_PKEY_PARAM_RSA_N, &n) && BN_is_odd(n);

	if (number_of(pkey, OSSL_PKEY_PARAM_RSA_E, &e))
		good = good && BN_is_odd(e) && !BN_is_one(e) &&
		    BN_num_bits(e) <= RSA_EXPONENT_BITS_MAX;
	else
		good = false;
	BN_free(n);
	BN_free(e);
	if (good)
		return OK;
	return refuse(why,
	    "the RSA modulus has to be odd, and the exponent odd, 3 or more "
	    "and at most 64 bits long");
}

static enum err
check_rsa(const EVP_PKEY *pkey, const char **why)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (bits < RSA_BITS_MIN)
		return refuse(why, "the RSA key is shorter than 2048 bits");
	if (bits > RSA_BITS_MAX)
		return refuse(why, "the RSA key is longer than 8192 bits");
	return check_rsa_numbers(pkey, why);
}

/* Parameters that are written out may be a curve of somebody's own making that
 * only looks like a good one. */
static bool
has_named_curve(const EVP_PKEY *pkey)
{
	int explicit = 1;

	return EVP_PKEY_get_int_param(pkey,
		   OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
		   &explicit) == 1 &&
	    explicit == 0;
}

static enum err
check_point(EVP_PKEY *pkey, const char **why)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool good = context != NULL && EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return good ? OK : refuse(why, "the point is not on the curve");
}

static bool
is_known(const EVP_PKEY *pkey)
{
	const struct algorithm *algorithm;

	for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
		if (!algorithm_is_symmetric(algorithm) &&
		    pkey_fits(pkey, algorithm))
			return true;
	return false;
}

enum err
pkey_check(EVP_PKEY *pkey, const char **why)
{
	if (EVP_PKEY_is_a(pkey, "RSA") == 1)
		return check_rsa(pkey, why);
	if (EVP_PKEY_is_a(pkey, "EC") == 1 && !has_named_curve(pkey))
		return refuse(why, "the curve is not given by its name");
	if (!is_known(pkey))
		return refuse(
		    why, "keys of this type or curve are not supported");
	if (EVP_PKEY_is_a(pkey, "EC") == 1)
		return check_point(pkey, why);
	return OK;
}

bool
pkey_fits(const EVP_PKEY *pkey, const struct algorithm *algorithm)
{
	char group[GROUP_NAME_MAX] = "";
	int bits = EVP_PKEY_get_bits(pkey);

	switch (algorithm->type) {
	case KEY_EC:
		return EVP_PKEY_is_a(pkey, "EC") == 1 &&
		    EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) ==
		    1 &&
		    strcmp(group, algorithm->group) == 0;
	case KEY_RSA:
		return EVP_PKEY_is_a(pkey, "RSA") == 1 &&
		    bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
	case KEY_OKP:
		return EVP_PKEY_is_a(pkey, algorithm->group) == 1;
	default:
		return EVP_PKEY_is_a(pkey, "HMAC") == 1;
	}
}

enum err
pkey_private(const EVP_PKEY *pkey, struct secret **der)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	unsigned char *bytes = NULL;
	enum err e = ERR_CRYPTO;
	int size = -1;

	if (info != NULL)
		size = i2d_PKCS8_PRIV_KEY_INFO(info, &bytes);
	if (size > 0)
		e = secret_new(der, bytes, (size_t)size);
	PKCS8_PRIV_KEY_INFO_free(info);
	OPENSSL_clear_free(bytes, size > 0 ? (size_t)size : 0);
	ERR_clear_error();
	return e;
}
