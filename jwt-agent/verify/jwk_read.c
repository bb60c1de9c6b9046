/* SPDX-License-Identifier: BSD-3-Clause */

/* The half of jwk.h that reads. */

#include "jwt-agent/verify/jwk.h"
#include "base/base64url.h"
#include "jwt-agent/verify/ecdsa.h"
#include "jwt-agent/verify/header.h"
#include "jwt-agent/verify/pkey.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#define NUMBER_SIZE_MAX (RSA_BITS_MAX / 8)
#define POINT_UNCOMPRESSED 4 /* SEC 1 section 2.3.3 */

static enum err
refuse(const char **why, const char *what)
{
	*why = what;
	return ERR_MALFORMED;
}

/* A member that has to be a string when it is there; NULL when it is not. */
static enum err
find_text(const json_t *json, const char *name, const char *what,
    const char **out, const char **why)
{
	const json_t *value = json_object_get(json, name);

	*out = json_string_value(value);
	return value == NULL || *out != NULL ? OK : refuse(why, what);
}

/* A member of bytes, at least one and at most `max`. */
static enum err
find_bytes(const json_t *json, const char *name, uint8_t *bytes, size_t max,
    size_t *size)
{
	const char *text = json_string_value(json_object_get(json, name));
	size_t length = text != NULL ? strlen(text) : 0;

	if (length == 0 || BASE64URL_BYTES_MAX(length) > max)
		return ERR_MALFORMED;
	return base64url_decode(bytes, size, text, length);
}

/* RFC 7518 section 6.2.1.2: exactly as many bytes as the field has. */
static enum err
find_exactly(const json_t *json, const char *name, uint8_t *bytes, size_t size)
{
	size_t found = 0;
	enum err e = find_bytes(json, name, bytes, size, &found);

	return e == OK && found == size ? OK : ERR_MALFORMED;
}

/* The row whose keys are of this type on this curve, or NULL. */
static const struct algorithm *
find_curve(const json_t *json, const char *kty)
{
	const char *crv = json_string_value(json_object_get(json, "crv"));
	const struct algorithm *row;

	for (size_t i = 0; (row = algorithm_at(i)) != NULL; i++)
		if (crv != NULL && strcmp(row->kty, kty) == 0 &&
		    row->curve != NULL && strcmp(row->curve, crv) == 0)
			return row;
	return NULL;
}

static enum err
read_ec(const json_t *json, struct jwk *jwk, const char **why)
{
	const struct algorithm *row = find_curve(json, "EC");
	uint8_t point[1 + ECDSA_RAW_MAX] = {POINT_UNCOMPRESSED};
	size_t half;
	enum err e;

	if (row == NULL)
		return refuse(why, "crv is none of P-256, P-384 and P-521");
	half = row->signature_size / 2;
	if (find_exactly(json, "x", point + 1, half) != OK ||
	    find_exactly(json, "y", point + 1 + half, half) != OK)
		return refuse(why,
		    "x and y have to be base64url, each exactly as long as "
		    "the curve wants");
	e = pkey_ec(row->group, point, 1 + 2 * half, &jwk->pkey);
	return e == ERR_MALFORMED ? refuse(why, "the point is not on the curve")
				  : e;
}

/* RFC 7518 section 2, Base64urlUInt: no zeros in front. */
static enum err
find_number(const json_t *json, const char *name, uint8_t *bytes, size_t *size)
{
	enum err e = find_bytes(json, name, bytes, NUMBER_SIZE_MAX, size);

	return e == OK && bytes[0] != 0 ? OK : ERR_MALFORMED;
}

static enum err
read_rsa(const json_t *json, struct jwk *jwk, const char **why)
{
	uint8_t n[NUMBER_SIZE_MAX], e[NUMBER_SIZE_MAX];
	size_t n_size = 0, e_size = 0;
	enum err err;

	if (find_number(json, "n", n, &n_size) != OK ||
	    find_number(json, "e", e, &e_size) != OK)
		return refuse(why,
		    "n and e have to be base64url, without zeros in front and "
		    "at most 8192 bits long");
	err = pkey_rsa(n, n_size, e, e_size, &jwk->pkey);
	return err == ERR_MALFORMED ? refuse(why, "the RSA key is broken")
				    : err;
}

static enum err
read_okp(const json_t *json, struct jwk *jwk, const char **why)
{
	const struct algorithm *row = find_curve(json, "OKP");
	uint8_t x[NUMBER_SIZE_MAX];
	size_t size;
	enum err e;

	if (row == NULL)
		return refuse(why, "crv is not Ed25519");
	size = row->signature_size / 2;
	if (find_exactly(json, "x", x, size) != OK)
		return refuse(why, "x has to be 32 bytes in base64url");
	e = pkey_okp(row->group, x, size, &jwk->pkey);
	return e == ERR_MALFORMED ? refuse(why, "the key is broken") : e;
}

static enum err
read_oct(const json_t *json, struct jwk *jwk, const char **why)
{
	uint8_t bytes[JWK_SECRET_MAX];
	size_t size = 0;
	enum err e = find_bytes(json, "k", bytes, sizeof(bytes), &size);

	if (e != OK)
		e = refuse(why, "k has to be base64url, at most 1024 bytes");
	else
		e = secret_new(&jwk->secret, bytes, size);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return e;
}

static enum err
read_key(const json_t *json, struct jwk *jwk, const char **why)
{
	static const struct {
		const char *kty;
		enum err (*read)(const json_t *, struct jwk *, const char **);
	} types[] = {
	    {"EC", read_ec},
	    {"RSA", read_rsa},
	    {"OKP", read_okp},
	    {"oct", read_oct},
	};
	const char *kty = json_string_value(json_object_get(json, "kty"));

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (kty != NULL && strcmp(types[i].kty, kty) == 0)
			return types[i].read(json, jwk, why);
	return refuse(why, "kty is none of EC, RSA, OKP and oct");
}

/* RFC 7517 sections 4.2 and 4.3. */
static enum err
check_purpose(const json_t *json, const char **why)
{
	const json_t *operations = json_object_get(json, "key_ops");
	const char *use = NULL;
	const json_t *entry;
	size_t i;
	enum err e = find_text(json, "use", "use is not a string", &use, why);

	if (e != OK)
		return e;
	if (use != NULL && strcmp(use, "sig") != 0)
		return refuse(why, "its use is not sig");
	if (operations == NULL)
		return OK;
	json_array_foreach (operations, i, entry)
		if (json_is_string(entry) &&
		    strcmp(json_string_value(entry), "verify") == 0)
			return OK;
	return refuse(why, "verify is not among its key_ops");
}

static enum err
read_names(const json_t *json, struct jwk *jwk, const char **why)
{
	const char *alg = NULL;
	enum err e = find_text(json, "alg", "alg is not a string", &alg, why);

	if (e == OK)
		e = find_text(
		    json, "kid", "kid is not a string", &jwk->kid, why);
	if (e != OK)
		return e;
	if (jwk->kid != NULL && strlen(jwk->kid) > HEADER_KID_MAX)
		return refuse(why, "kid is longer than 256 bytes");
	if (alg == NULL)
		return OK;
	jwk->algorithm = algorithm_find(alg);
	if (jwk->algorithm == NULL)
		return refuse(why, "alg is not a signature algorithm we know");
	return OK;
}

static enum err
check_secret(const struct secret *secret, const char **why)
{
	const struct algorithm *row;

	for (size_t i = 0; (row = algorithm_at(i)) != NULL; i++)
		if (algorithm_is_symmetric(row) &&
		    secret_size(secret) >= row->signature_size)
			return OK;
	return refuse(why, "the secret is shorter than 32 bytes");
}

/* Without memory OpenSSL does not know the curve of a key, and says no more
 * than that it is not the one. */
static enum err
check_fit(const struct jwk *jwk, const char **why)
{
	enum err e;

	if (jwk->algorithm == NULL || jwk_fits(jwk, jwk->algorithm))
		return OK;
	e = pkey_refusal();
	return e == ERR_MALFORMED
	    ? refuse(why, "its alg is not for a key like this")
	    : e;
}

static enum err
check_key(const struct jwk *jwk, const char **why)
{
	enum err e = jwk->secret != NULL ? check_secret(jwk->secret, why)
					 : pkey_check(jwk->pkey, why);

	return e == OK ? check_fit(jwk, why) : e;
}

enum err
jwk_read(const json_t *json, struct jwk *out, const char **why)
{
	auto_clear(jwk) struct jwk jwk = {.pkey = NULL};
	enum err e;

	errno = 0;
	if (!json_is_object(json))
		return refuse(why, "it is not a JSON object");
	e = check_purpose(json, why);
	if (e == OK)
		e = read_names(json, &jwk, why);
	if (e == OK)
		e = read_key(json, &jwk, why);
	if (e == OK)
		e = check_key(&jwk, why);
	if (e != OK)
		return e;
	*out = jwk;
	jwk = (struct jwk){.pkey = NULL};
	return OK;
}
