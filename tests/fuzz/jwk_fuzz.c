/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Keys from outside, in any of the forms in which they come. What is taken has
 * to be usable: it verifies without a fault, and goes out as a JWK that reads
 * back as the same key.
 */

#include "base/fields.h"
#include "jwt-agent/verify/header.h"
#include "jwt-agent/verify/keyset.h"
#include "jwt-agent/verify/verify_jws.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TOKEN                                                                  \
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."            \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsP" \
	"t9g7sVvpAr_MuM0KAg"
#define SECRET_TOKEN "eyJhbGciOiJIUzI1NiJ9.eA.eA"

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
must_be_tame(const struct keyset_problem *why)
{
	for (const char *c = why->why; *c != '\0'; c++)
		must(*c >= ' ' && *c <= '~');
}

static void
verifies(const struct key *key)
{
	uint8_t signature[SIGNATURE_SIZE_MAX];
	enum err e;

	memset(signature, 0x55, sizeof(signature));
	for (size_t size = 0; size <= sizeof(signature);
	     size = size == 0 ? 64 : size * 2) {
		e = key_verify(
		    key, key_algorithm(key), "x", 1, signature, size);
		must(e == ERR_BAD_SIGNATURE);
	}
}

static void
comes_back(const struct key *key)
{
	auto_clear(keyset) struct keyset again = {0};
	auto_json json_t *jwk = NULL;
	auto_str char *text = NULL;
	struct keyset_problem why;
	enum err e;

	must(key_jwk(key, &jwk) == OK);
	text = json_dumps(jwk, JSON_COMPACT);
	must(text != NULL);
	e = keyset_read((const uint8_t *)text, strlen(text),
	    algorithm_bit(key_algorithm(key)), &again, &why);
	must(e == OK && again.count == 1);
	must(strcmp(key_kid(key), key_kid(again.keys[0])) == 0);
	if (key_is_named(key))
		must(key_same(key, again.keys[0]));
}

static void
use_keys(const struct keyset *keyset)
{
	must(keyset->count > 0);
	must(keyset->count <= (size_t)KEYSET_ENTRIES_MAX * 6);
	for (size_t i = 0; i < keyset->count; i++) {
		const struct key *key = keyset->keys[i];

		must(!algorithm_is_symmetric(key_algorithm(key)));
		must(strlen(key_kid(key)) <= HEADER_KID_MAX);
		verifies(key);
		comes_back(key);
	}
}

/* No more keys, and the same ones, without what is private in them. */
static void
strip(json_t *json, const struct keyset *whole)
{
	auto_clear(keyset) struct keyset stripped = {0};
	struct keyset_problem why;

	jwk_strip_private(json);
	must(json_object_get(json, "d") == NULL);
	must(json_object_get(json, "k") == NULL);
	if (!json_is_array(json_object_get(json, "keys")))
		return;
	if (keyset_read_jwks(json, algorithms_asymmetric(), &stripped, &why) ==
	    OK)
		must(stripped.count >= whole->count);
	else
		must(whole->count == 0);
}

static void
use_json(const uint8_t *data, size_t size, const struct keyset *whole)
{
	static const char *const tokens[] = {TOKEN, SECRET_TOKEN};
	auto_json json_t *json = NULL;
	struct keyset_problem why;
	enum err e = keyset_parse(data, size, &json, &why);

	must(e == OK || e == ERR_MALFORMED);
	must_be_tame(&why);
	if (e != OK)
		return;
	for (size_t i = 0; i < 2; i++) {
		uint8_t *payload = NULL;
		size_t payload_size = 0;

		e = jws_verify(tokens[i], strlen(tokens[i]), json, NULL, NULL,
		    &payload, &payload_size);
		must(e == OK || e == ERR_UNKNOWN_KEY || e == ERR_BAD_SIGNATURE);
		must((e == OK) == (payload != NULL));
		free(payload);
	}
	strip(json, whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_clear(keyset) struct keyset keyset = {0};
	uint8_t *exact = malloc(size + (size == 0));
	struct keyset_problem why;
	enum err e;

	must(exact != NULL);
	if (size > 0)
		memcpy(exact, data, size);
	e = keyset_read(exact, size, algorithms_asymmetric(), &keyset, &why);
	/* nothing from outside makes us fail, it only makes us refuse */
	must(e == OK || e == ERR_MALFORMED);
	must_be_tame(&why);
	must(e == OK || why.why[0] != '\0');
	if (e == OK)
		use_keys(&keyset);
	use_json(exact, size, &keyset);
	free(exact);
	return 0;
}
