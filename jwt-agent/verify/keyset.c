/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/keyset.h"
#include "base/fields.h"
#include "jwt-agent/verify/jwk.h"
#include "jwt-agent/verify/pem.h"
#include "jwt-agent/verify/quote.h"
#include "jwt-agent/verify/shape.h"

#include <errno.h>
#include <string.h>

static enum err
refuse(struct keyset_problem *why, const char *what)
{
	why->why[0] = '\0';
	words_append(why->why, sizeof(why->why), "%s", what);
	return ERR_MALFORMED;
}

void
keyset_clear(struct keyset *keyset)
{
	for (size_t i = 0; i < keyset->count; i++)
		key_free(keyset->keys[i]);
	free(keyset->keys);
	*keyset = (struct keyset){0};
}

static enum err
make_room(struct keyset *keyset, size_t more)
{
	struct key **keys =
	    realloc(keyset->keys, (keyset->count + more + 1) * sizeof(*keys));

	if (keys == NULL)
		return ERR_NO_MEMORY;
	keyset->keys = keys;
	return OK;
}

/* There is room. Takes over the key. */
static void
put(struct keyset *keyset, struct key *key)
{
	for (size_t i = 0; i < keyset->count; i++)
		if (key_same(keyset->keys[i], key)) {
			key_free(key);
			return;
		}
	keyset->keys[keyset->count++] = key;
}

enum err
keyset_append(struct keyset *keyset, struct keyset *more)
{
	enum err e = make_room(keyset, more->count);

	if (e != OK)
		return e;
	for (size_t i = 0; i < more->count; i++)
		put(keyset, more->keys[i]);
	more->count = 0;
	keyset_clear(more);
	return OK;
}

/* `errno` was 0 before. */
static enum err
add_one(struct keyset *keyset, const struct jwk *jwk,
    const struct algorithm *algorithm)
{
	struct key *key = NULL;
	enum err e = make_room(keyset, 1);

	if (e != OK)
		return e;
	e = jwk_key(jwk, algorithm, &key);
	if (e == OK)
		put(keyset, key);
	/* OpenSSL fails without saying that memory is what it lacks */
	return e == ERR_CRYPTO && errno == ENOMEM ? ERR_NO_MEMORY : e;
}

enum err
keyset_add(struct keyset *keyset, const struct jwk *jwk,
    const struct algorithm *algorithm)
{
	errno = 0;
	return add_one(keyset, jwk, algorithm);
}

/* The key once for each algorithm that is accepted and that it fits. */
static enum err
add_all(struct keyset *keyset, const struct jwk *jwk, uint32_t algorithms,
    const char **why)
{
	const struct algorithm *algorithm;
	enum err e = OK;
	bool fits = false;

	for (size_t i = 0; e == OK && (algorithm = algorithm_at(i)) != NULL;
	     i++) {
		if ((algorithms & algorithm_bit(algorithm)) == 0 ||
		    algorithm_is_symmetric(algorithm) ||
		    !jwk_fits(jwk, algorithm))
			continue;
		fits = true;
		e = add_one(keyset, jwk, algorithm);
	}
	/* then it may not have been found out what it fits */
	if (e == OK && errno == ENOMEM)
		return ERR_NO_MEMORY;
	if (e != OK || fits)
		return e;
	*why = "it is for none of the algorithms that are accepted";
	return ERR_MALFORMED;
}

static enum err
add_json(struct keyset *keyset, const json_t *json, uint32_t algorithms,
    const char **why)
{
	const char *kty = json_string_value(json_object_get(json, "kty"));
	auto_clear(jwk) struct jwk jwk = {.pkey = NULL};
	enum err e;

	if (kty != NULL && strcmp(kty, "oct") == 0) {
		*why = "it is a secret, and whoever can read it can sign";
		return ERR_MALFORMED;
	}
	e = jwk_read(json, &jwk, why);
	return e == OK ? add_all(keyset, &jwk, algorithms, why) : e;
}

/* Says which entry it was, from 1, and what is wrong with it. */
static void
note_entry(struct keyset_problem *why, size_t index, const json_t *entry,
    const char *what)
{
	const char *kid = json_string_value(json_object_get(entry, "kid"));

	why->why[0] = '\0';
	words_append(why->why, sizeof(why->why), "key %zu", index + 1);
	if (kid != NULL) {
		words_append(why->why, sizeof(why->why), " ");
		quote_append(why->why, sizeof(why->why), kid);
	}
	words_append(why->why, sizeof(why->why), ": %s", what);
}

static enum err
add_entries(struct keyset *keyset, const json_t *keys, uint32_t algorithms,
    struct keyset_problem *why)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (keys, i, entry) {
		const char *what = "";
		enum err e = add_json(keyset, entry, algorithms, &what);

		if (e == ERR_CRYPTO) {
			what = "OpenSSL does not take it";
			e = ERR_MALFORMED;
		}
		if (e == ERR_MALFORMED) {
			why->skipped++;
			note_entry(why, i, entry, what);
		} else if (e != OK) {
			return e;
		}
	}
	return OK;
}

enum err
keyset_read_jwks(const json_t *jwks, uint32_t algorithms, struct keyset *out,
    struct keyset_problem *why)
{
	auto_clear(keyset) struct keyset keyset = {0};
	const json_t *keys = json_object_get(jwks, "keys");
	enum err e;

	*why = (struct keyset_problem){0};
	if (!json_is_array(keys))
		return refuse(why, "this is no JWK Set: keys is not a list");
	if (json_array_size(keys) == 0)
		return refuse(why, "the set has no keys");
	if (json_array_size(keys) > KEYSET_ENTRIES_MAX)
		return refuse(why, "the set has more than 64 keys");
	e = add_entries(&keyset, keys, algorithms, why);
	if (e != OK)
		return e;
	if (keyset.count == 0)
		return ERR_MALFORMED;
	*out = keyset;
	keyset = (struct keyset){0};
	return OK;
}

static enum err
read_jwk(const json_t *json, uint32_t algorithms, struct keyset *out,
    struct keyset_problem *why)
{
	auto_clear(keyset) struct keyset keyset = {0};
	const char *what = "OpenSSL does not take the key";
	enum err e = add_json(&keyset, json, algorithms, &what);

	if (e == ERR_MALFORMED || e == ERR_CRYPTO)
		return refuse(why, what);
	if (e != OK)
		return e;
	*out = keyset;
	keyset = (struct keyset){0};
	return OK;
}

enum err
keyset_parse(
    const uint8_t *text, size_t size, json_t **out, struct keyset_problem *why)
{
	json_error_t error;
	json_t *json;

	*why = (struct keyset_problem){0};
	if (size > KEYSET_SIZE_MAX)
		return refuse(why, "it is larger than 512 KiB");
	if (!shape_is_sane(text, size, KEYSET_DEPTH_MAX, KEYSET_MEMBERS_MAX))
		return refuse(why, "it is not a JSON object of sane size");
	/* without memory jansson may say bad JSON, or drop a character and
	 * say nothing: malloc tells */
	errno = 0;
	json = json_loadb(
	    (const char *)text, size, JSON_REJECT_DUPLICATES, &error);
	if (errno == ENOMEM) {
		json_decref(json);
		return ERR_NO_MEMORY;
	}
	if (json != NULL) {
		*out = json;
		return OK;
	}
	refuse(why, "");
	words_append(why->why, sizeof(why->why),
	    "it is not valid JSON in line %d", error.line);
	return ERR_MALFORMED;
}

static enum err
read_json(const uint8_t *text, size_t size, uint32_t algorithms,
    struct keyset *out, struct keyset_problem *why)
{
	auto_json json_t *json = NULL;
	enum err e = keyset_parse(text, size, &json, why);

	if (e != OK)
		return e;
	return json_object_get(json, "keys") != NULL
	    ? keyset_read_jwks(json, algorithms, out, why)
	    : read_jwk(json, algorithms, out, why);
}

static enum err
add_pem(struct keyset *keyset, const struct pem *pem, uint32_t algorithms,
    struct keyset_problem *why)
{
	for (size_t i = 0; i < pem->count; i++) {
		const struct jwk jwk = {.pkey = pem->key[i]};
		const char *what = "OpenSSL does not take it";
		enum err e = add_all(keyset, &jwk, algorithms, &what);

		if (e == ERR_MALFORMED || e == ERR_CRYPTO) {
			why->skipped++;
			note_entry(why, i, NULL, what);
		} else if (e != OK) {
			return e;
		}
	}
	return keyset->count > 0 ? OK : ERR_MALFORMED;
}

static enum err
read_pem(const uint8_t *text, size_t size, uint32_t algorithms,
    struct keyset *out, struct keyset_problem *why)
{
	auto_clear(keyset) struct keyset keyset = {0};
	auto_clear(pem) struct pem pem = {.count = 0};
	const char *what = "";
	enum err e;

	if (size > KEYSET_SIZE_MAX)
		return refuse(why, "it is larger than 512 KiB");
	e = pem_read(text, size, &pem, &what);
	if (e == ERR_MALFORMED)
		return refuse(why, what);
	if (e == OK)
		e = add_pem(&keyset, &pem, algorithms, why);
	if (e != OK)
		return e;
	*out = keyset;
	keyset = (struct keyset){0};
	return OK;
}

enum err
keyset_read(const uint8_t *text, size_t size, uint32_t algorithms,
    struct keyset *out, struct keyset_problem *why)
{
	size_t begin = 0;

	*why = (struct keyset_problem){0};
	while (begin < size && memchr(" \t\r\n", text[begin], 4) != NULL)
		begin++;
	if (begin < size && text[begin] == '{')
		return read_json(text, size, algorithms, out, why);
	if (pem_is_in(text, size))
		return read_pem(text, size, algorithms, out, why);
	return refuse(
	    why, begin == size ? "it is empty" : "it is neither PEM nor a JWK");
}

static enum err
add_secret(struct keyset *keyset, const struct jwk *jwk,
    const struct algorithm *algorithm, struct keyset_problem *why)
{
	if (jwk_fits(jwk, algorithm))
		return keyset_add(keyset, jwk, algorithm);
	refuse(why, "");
	words_append(why->why, sizeof(why->why),
	    "%s needs a secret of at least %zu bytes", algorithm->name,
	    algorithm->signature_size);
	return ERR_MALFORMED;
}

enum err
keyset_read_secret(const struct secret *secret, uint32_t algorithms,
    struct keyset *out, struct keyset_problem *why)
{
	auto_clear(keyset) struct keyset keyset = {0};
	const struct jwk jwk = {.secret = (struct secret *)(uintptr_t)secret};
	const struct algorithm *algorithm;
	enum err e = OK;

	*why = (struct keyset_problem){0};
	for (size_t i = 0; e == OK && (algorithm = algorithm_at(i)) != NULL;
	     i++)
		if (algorithm_is_symmetric(algorithm) &&
		    (algorithms & algorithm_bit(algorithm)) != 0)
			e = add_secret(&keyset, &jwk, algorithm, why);
	if (e == OK && keyset.count == 0)
		e = refuse(why, "a secret is for HS256, HS384 and HS512 only");
	if (e != OK)
		return e;
	*out = keyset;
	keyset = (struct keyset){0};
	return OK;
}
