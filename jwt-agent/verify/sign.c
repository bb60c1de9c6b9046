/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/sign.h"
#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/verify/jws.h"

#include <string.h>

/* The two parts that are signed, with the dot between them. */
static enum err
signing_input(const char *header, const char *payload, struct secret **out)
{
	size_t first = BASE64URL_TEXT_SIZE(strlen(header));
	size_t second = BASE64URL_TEXT_SIZE(strlen(payload));
	auto_free(secret) struct secret *input = NULL;
	enum err e = secret_zero(&input, first + 1 + second);
	char *text;

	if (e != OK)
		return e;
	text = (char *)secret_bytes(input);
	base64url_encode(text, header, strlen(header));
	text[first] = '.';
	base64url_encode(text + first + 1, payload, strlen(payload));
	*out = TAKE(input);
	return OK;
}

static enum err
join(const struct secret *input, const uint8_t *signature, size_t size,
    struct secret **out)
{
	size_t used = secret_size(input);
	size_t total = used + 1 + BASE64URL_TEXT_SIZE(size);
	auto_free(secret) struct secret *token = NULL;
	enum err e;
	char *text;

	if (total > TOKEN_SIZE_MAX)
		return ERR_INTERNAL;
	e = secret_zero(&token, total);
	if (e != OK)
		return e;
	text = (char *)secret_bytes(token);
	memcpy(text, secret_data(input), used);
	text[used] = '.';
	base64url_encode(text + used + 1, signature, size);
	*out = TAKE(token);
	return OK;
}

enum err
sign_with_header(const struct key *key, const json_t *header,
    const struct claims *claims, struct secret **token)
{
	auto_str char *text = json_dumps(header, JSON_COMPACT);
	auto_str char *payload = NULL;
	auto_free(secret) struct secret *input = NULL;
	uint8_t signature[SIGNATURE_SIZE_MAX];
	size_t size = 0;
	enum err e = text != NULL ? OK : ERR_NO_MEMORY;

	if (e == OK)
		e = claims_text(claims, &payload);
	if (e == OK)
		e = signing_input(text, payload, &input);
	if (e == OK)
		e = key_sign(key, secret_data(input), secret_size(input),
		    signature, &size);
	return e == OK ? join(input, signature, size, token) : e;
}

enum err
sign_token(const struct key *key, const char *typ, const struct claims *claims,
    struct secret **token)
{
	auto_json json_t *header = json_pack("{ss ss ss}", "alg",
	    key_algorithm(key)->name, "kid", key_kid(key), "typ", typ);

	return header != NULL ? sign_with_header(key, header, claims, token)
			      : ERR_NO_MEMORY;
}
