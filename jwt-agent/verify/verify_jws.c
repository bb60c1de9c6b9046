/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/verify_jws.h"
#include "base/fields.h"
#include "jwt-agent/verify/header.h"
#include "jwt-agent/verify/issuer.h"
#include "jwt-agent/verify/jwk.h"
#include "jwt-agent/verify/jws.h"
#include "jwt-agent/verify/keyset.h"
#include "jwt-agent/verify/pkey.h"

#include <string.h>

/* What is known so far: each step reads what those before it found. */
struct check {
	const char *token;
	size_t size;
	const json_t *jwk;
	const struct algorithm *only;
	struct trail *trail;
	struct jws jws;
	struct header header;
	struct keyset keyset;
	const struct key *keys[KEY_TRIES_MAX];
	size_t key_count;
};

static void
check_clear(struct check *check)
{
	jws_clear(&check->jws);
	header_clear(&check->header);
	keyset_clear(&check->keyset);
}

static enum err
read_parts(struct check *check)
{
	return jws_read(check->token, check->size, check->trail, &check->jws);
}

static enum err
read_header(struct check *check)
{
	uint32_t accepted = check->only != NULL
	    ? algorithm_bit(check->only)
	    : algorithms_symmetric() | algorithms_asymmetric();
	enum err e = header_read_any(check->jws.header, check->jws.header_size,
	    accepted, check->trail, &check->header);

	if (e != OK)
		return e;
	if (check->jws.signature_size == 0) {
		trail_note(check->trail, "the signature is empty");
		return ERR_MALFORMED;
	}
	trail_note(check->trail, "%s", check->header.algorithm->name);
	return OK;
}

/* Adds the key when it is one for the header's algorithm. */
static enum err
add_key(struct check *check, const json_t *json, const char **why)
{
	auto_clear(jwk) struct jwk jwk = {.pkey = NULL};
	enum err e = jwk_read(json, &jwk, why);

	if (e == ERR_MALFORMED)
		return ERR_UNKNOWN_KEY;
	if (e != OK)
		return e;
	if (jwk_fits(&jwk, check->header.algorithm))
		return keyset_add(
		    &check->keyset, &jwk, check->header.algorithm);
	if (pkey_refusal() == ERR_NO_MEMORY)
		return ERR_NO_MEMORY;
	*why = "the key is not for this algorithm";
	return ERR_UNKNOWN_KEY;
}

static enum err
add_keys(struct check *check, const json_t *keys, const char **why)
{
	const json_t *entry;
	size_t i;

	if (json_array_size(keys) > KEYSET_ENTRIES_MAX) {
		*why = "the set has more than 64 keys";
		return ERR_UNKNOWN_KEY;
	}
	json_array_foreach (keys, i, entry) {
		enum err e = add_key(check, entry, why);

		if (e != OK && e != ERR_UNKNOWN_KEY)
			return e;
	}
	return OK;
}

/* A single key needs no name: it was chosen by whoever gave it. */
static enum err
find_keys(struct check *check)
{
	const json_t *keys = json_object_get(check->jwk, "keys");
	const char *why = "no key of the set is the one";
	struct issuer issuer = {.name = "the set"};
	enum err e = keys != NULL ? add_keys(check, keys, &why)
				  : add_key(check, check->jwk, &why);

	if (e == OK) {
		issuer.keys = (const struct key *const *)check->keyset.keys;
		issuer.key_count = check->keyset.count;
		check->key_count = issuer_keys(&issuer, check->header.algorithm,
		    keys != NULL ? check->header.kid : NULL, check->keys);
		if (check->key_count == 0)
			e = ERR_UNKNOWN_KEY;
	}
	if (e == ERR_UNKNOWN_KEY)
		trail_note(check->trail, "%s", why);
	else if (e == OK)
		trail_quote(check->trail, key_kid(check->keys[0]));
	return e;
}

static enum err
check_signature(struct check *check)
{
	enum err e = ERR_BAD_SIGNATURE;

	for (size_t i = 0; i < check->key_count && e == ERR_BAD_SIGNATURE; i++)
		e = key_verify(check->keys[i], check->header.algorithm,
		    check->jws.input, check->jws.input_size,
		    check->jws.signature, check->jws.signature_size);
	return e;
}

static enum err
copy_payload(const struct jws *jws, uint8_t **payload, size_t *size)
{
	uint8_t *copy = malloc(jws->payload_size + 1);

	if (copy == NULL)
		return ERR_NO_MEMORY;
	memcpy(copy, jws->payload, jws->payload_size + 1);
	*payload = copy;
	*size = jws->payload_size;
	return OK;
}

static const struct step {
	const char *name;
	enum err (*run)(struct check *check);
} steps[] = {
    {"size", read_parts},
    {"header", read_header},
    {"key", find_keys},
    {"signature", check_signature},
};

enum err
jws_verify(const char *token, size_t size, const json_t *jwk,
    const struct algorithm *only, struct trail *trail, uint8_t **payload,
    size_t *payload_size)
{
	auto_clear(check) struct check check = {
	    .token = token,
	    .size = size,
	    .jwk = jwk,
	    .only = only,
	    .trail = trail,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		enum err e;

		trail_open(trail, steps[i].name);
		e = steps[i].run(&check);
		trail_close(trail, e);
		if (e != OK)
			return e;
	}
	return copy_payload(&check.jws, payload, payload_size);
}
