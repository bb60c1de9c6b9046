/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/refresh_token.h"

#include "base/base64url.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define PREFIX "jr1_"
#define PREFIX_SIZE (sizeof(PREFIX) - 1)
#define TAG_BYTES 32
#define BODY_BYTES (FAMILY_ID_BYTES + 4 + TAG_BYTES)
#define TEXT_SIZE (PREFIX_SIZE + BASE64URL_TEXT_SIZE(BODY_BYTES))

/* What is signed: the domain keeps the secret from meaning anything else. */
static const char domain[] = "jwt-agent refresh token 1";

static void
put_generation(uint8_t bytes[4], uint32_t generation)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(generation >> (24 - 8 * i));
}

static enum err
tag_of(const uint8_t family[FAMILY_ID_BYTES], uint32_t generation,
    const struct secret *family_secret, uint8_t tag[TAG_BYTES])
{
	uint8_t input[sizeof(domain) + FAMILY_ID_BYTES + 4];
	size_t size = 0;

	memcpy(input, domain, sizeof(domain));
	memcpy(input + sizeof(domain), family, FAMILY_ID_BYTES);
	put_generation(input + sizeof(domain) + FAMILY_ID_BYTES, generation);
	if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL,
		secret_data(family_secret), secret_size(family_secret), input,
		sizeof(input), tag, TAG_BYTES, &size) == NULL ||
	    size != TAG_BYTES)
		return ERR_CRYPTO;
	return OK;
}

enum err
refresh_token_read(const struct secret *text, struct refresh_token *out)
{
	uint8_t body[BODY_BYTES + 3];
	size_t size = 0;

	if (secret_size(text) != TEXT_SIZE ||
	    memcmp(secret_data(text), PREFIX, PREFIX_SIZE) != 0 ||
	    base64url_decode(body, &size, secret_text(text) + PREFIX_SIZE,
		TEXT_SIZE - PREFIX_SIZE) != OK ||
	    size != BODY_BYTES)
		return ERR_INVALID_TOKEN;
	base64url_encode(out->family, body, FAMILY_ID_BYTES);
	out->generation = 0;
	for (int i = 0; i < 4; i++)
		out->generation =
		    out->generation << 8 | body[FAMILY_ID_BYTES + i];
	memcpy(out->tag, body + FAMILY_ID_BYTES + 4, TAG_BYTES);
	explicit_bzero(body, sizeof(body));
	return OK;
}

static enum err
family_bytes(const char *family, uint8_t bytes[FAMILY_ID_BYTES])
{
	uint8_t space[BASE64URL_BYTES_MAX(FAMILY_ID_TEXT) + 1];
	size_t size = 0;

	if (strlen(family) != FAMILY_ID_TEXT ||
	    base64url_decode(space, &size, family, FAMILY_ID_TEXT) != OK)
		return ERR_STORE;
	memcpy(bytes, space, FAMILY_ID_BYTES);
	return OK;
}

enum err
refresh_token_check(
    const struct refresh_token *token, const struct secret *family_secret)
{
	uint8_t family[FAMILY_ID_BYTES], tag[TAG_BYTES];
	enum err e = family_bytes(token->family, family);
	int difference;

	if (e == OK)
		e = tag_of(family, token->generation, family_secret, tag);
	if (e != OK)
		return e;
	difference = CRYPTO_memcmp(tag, token->tag, TAG_BYTES);
	explicit_bzero(tag, sizeof(tag));
	return difference == 0 ? OK : ERR_INVALID_TOKEN;
}

enum err
refresh_token_make(const char *family, uint32_t generation,
    const struct secret *family_secret, struct secret **out)
{
	auto_free(secret) struct secret *token = NULL;
	uint8_t body[BODY_BYTES];
	enum err e = family_bytes(family, body);

	put_generation(body + FAMILY_ID_BYTES, generation);
	if (e == OK)
		e = tag_of(body, generation, family_secret,
		    body + FAMILY_ID_BYTES + 4);
	if (e == OK)
		e = secret_zero(&token, TEXT_SIZE);
	if (e == OK) {
		memcpy(secret_bytes(token), PREFIX, PREFIX_SIZE);
		base64url_encode((char *)secret_bytes(token) + PREFIX_SIZE,
		    body, BODY_BYTES);
		*out = TAKE(token);
	}
	explicit_bzero(body, sizeof(body));
	return e;
}
