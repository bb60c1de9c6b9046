/* SPDX-License-Identifier: BSD-3-Clause */

/* Proofs of a device's key: what is taken, and every way of being wrong. */

#include "jwt-agent/verify/proof.h"

#include "base/fields.h"
#include "jwt-agent/verify/prover.h"
#include "jwt-agent/verify/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define NOW INT64_C(1800000000)
#define AGENT "urn:test"
#define A_SECRET "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

struct scene {
	struct key *key;
	char jkt[THUMBPRINT_SIZE + 1];
};

static json_t *
public_of(const struct key *key)
{
	json_t *jwk = NULL;

	assert_int_equal(key_jwk(key, &jwk), OK);
	return jwk;
}

static struct key *
new_key(const char *algorithm, char jkt[THUMBPRINT_SIZE + 1])
{
	struct key *key = NULL;
	auto_json json_t *jwk = NULL;
	const char *why = "";

	assert_int_equal(key_generate(algorithm_find(algorithm), &key), OK);
	jwk = public_of(key);
	assert_int_equal(proof_key(jwk, jkt, &why), OK);
	return key;
}

static enum err
read_text(const struct scene *scene, const char *text, const char **why)
{
	const struct proof_wanted wanted = {
	    scene->jkt, PROOF_HTM_REFRESH, AGENT, NOW};
	auto_clear(proof) struct proof proof = {0};
	enum err e = proof_read(text, strlen(text), &wanted, &proof, why);

	assert_true((e == OK) == (proof.jti != NULL));
	return e;
}

/* The same for a proof of these claims. */
static enum err
try(const struct scene *scene, const struct proof_claims *claims,
    const char **why)
{
	auto_free(secret) struct secret *proof = NULL;

	assert_int_equal(prover_sign(scene->key, claims, &proof), OK);
	return read_text(scene, secret_text(proof), why);
}

static void
every_algorithm_is_taken(void **state)
{
	const struct proof_claims good = {"1", "REFRESH", AGENT, NOW};
	const struct algorithm *algorithm;
	size_t count = 0;

	(void)state;
	for (; (algorithm = proof_algorithm(count)) != NULL; count++) {
		struct scene scene;
		const char *why = "";

		scene.key = new_key(algorithm->name, scene.jkt);
		assert_int_equal(try(&scene, &good, &why), OK);
		key_free(scene.key);
	}
	assert_int_equal(count, 3);
}

static void
expect_claims(const struct scene *scene, struct proof_claims claims, enum err e,
    const char *sentence)
{
	const char *why = "";

	assert_int_equal(try(scene, &claims, &why), e);
	assert_string_equal(why, sentence);
}

static void
claims_must_be_those_of_this_request(void **state)
{
	struct scene scene;

	(void)state;
	scene.key = new_key("ES256", scene.jkt);
	expect_claims(&scene, (struct proof_claims){"1", "POST", AGENT, NOW},
	    ERR_INVALID_PROOF,
	    "is for another request: its htm is not the one");
	expect_claims(&scene,
	    (struct proof_claims){"1", "REFRESH", "urn:other", NOW},
	    ERR_INVALID_PROOF, "is for another agent: its htu is not the one");
	expect_claims(&scene,
	    (struct proof_claims){"1", "REFRESH", AGENT, NOW - 61},
	    ERR_INVALID_PROOF, "is older than 60 seconds");
	expect_claims(&scene,
	    (struct proof_claims){"1", "REFRESH", AGENT, NOW + 61},
	    ERR_INVALID_PROOF, "is from the future");
	expect_claims(&scene, (struct proof_claims){"", "REFRESH", AGENT, NOW},
	    ERR_INVALID_PROOF, "has no jti");
	expect_claims(&scene,
	    (struct proof_claims){"1", "REFRESH", AGENT, NOW - 60}, OK, "");
	expect_claims(&scene,
	    (struct proof_claims){"1", "REFRESH", AGENT, NOW + 60}, OK, "");
	key_free(scene.key);
}

/* A good proof but for one member of its header or claims (NULL: absent). */
static enum err
try_member(const struct scene *scene, bool in_header, const char *name,
    json_t *value, const char **why)
{
	auto_json json_t *header = json_pack("{ss ss so}", "typ", "dpop+jwt",
	    "alg", "ES256", "jwk", public_of(scene->key));
	auto_free(claims) struct claims *claims = NULL;
	auto_free(secret) struct secret *proof = NULL;
	static const char *const texts[] = {
	    "jti", "1", "htm", "REFRESH", "htu", AGENT};

	assert_int_equal(claims_new(&claims), OK);
	for (size_t i = 0; i < 6; i += 2)
		if (in_header || strcmp(texts[i], name) != 0)
			assert_int_equal(
			    claims_set_str(claims, texts[i], texts[i + 1]), OK);
	if (in_header || strcmp(name, "iat") != 0)
		assert_int_equal(claims_set_num(claims, "iat", NOW), OK);
	if (in_header && value == NULL)
		json_object_del(header, name);
	else if (in_header)
		json_object_set(header, name, value);
	else if (value != NULL)
		assert_int_equal(claims_set_json(claims, name, value), OK);
	json_decref(value);
	assert_int_equal(
	    sign_with_header(scene->key, header, claims, &proof), OK);
	return read_text(scene, secret_text(proof), why);
}

static void
every_member_is_needed_and_checked(void **state)
{
	static const struct {
		bool in_header;
		const char *name;
		const char *json; /* NULL: absent */
	} bad[] = {
	    {true, "typ", NULL},
	    {true, "typ", "\"JWT\""},
	    {true, "typ", "7"},
	    {true, "alg", NULL},
	    {true, "alg", "\"none\""},
	    {true, "alg", "\"HS256\""},
	    {true, "alg", "\"ES384\""},
	    {true, "alg", "\"RS256\""},
	    {true, "alg", "\"EdDSA\""},
	    {true, "jwk", NULL},
	    {true, "jwk", "\"x\""},
	    {true, "jwk", "{}"},
	    {true, "jwk", "{\"kty\":\"oct\",\"k\":\"AAAA\"}"},
	    {true, "crit", "[\"exp\"]"},
	    {false, "jti", NULL},
	    {false, "jti", "7"},
	    {false, "htm", NULL},
	    {false, "htm", "[\"REFRESH\"]"},
	    {false, "htu", NULL},
	    {false, "htu", "{}"},
	    {false, "iat", NULL},
	    {false, "iat", "\"1800000000\""},
	};
	struct scene scene;
	const char *why = "";

	(void)state;
	scene.key = new_key("ES256", scene.jkt);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		json_t *value = bad[i].json != NULL
		    ? json_loads(bad[i].json, JSON_DECODE_ANY, NULL)
		    : NULL;

		why = "";
		if (try_member(&scene, bad[i].in_header, bad[i].name, value,
			&why) != ERR_INVALID_PROOF ||
		    why[0] == '\0')
			fail_msg("row %zu: %s", i, bad[i].name);
	}
	assert_int_equal(
	    try_member(&scene, true, "kid", json_string("k"), &why), OK);
	key_free(scene.key);
}

/* The key in the header has to be the device's, and has to be what signed. */
static void
another_key_is_refused(void **state)
{
	const struct proof_claims good = {"1", "REFRESH", AGENT, NOW};
	struct scene scene, thief;
	auto_json json_t *public = NULL;
	const char *why = "";

	(void)state;
	scene.key = new_key("ES256", scene.jkt);
	thief.key = new_key("ES256", thief.jkt);
	memcpy(thief.jkt, scene.jkt, sizeof(thief.jkt));
	assert_int_equal(try(&thief, &good, &why), ERR_INVALID_PROOF);
	assert_string_equal(why, "was made with another key");
	public = public_of(scene.key);
	assert_int_equal(
	    try_member(&thief, true, "jwk", json_incref(public), &why),
	    ERR_INVALID_PROOF);
	assert_string_equal(why, "has a signature that is not good");
	key_free(scene.key);
	key_free(thief.key);
}

static void
a_private_key_has_no_place_in_a_proof(void **state)
{
	struct scene scene;
	json_t *jwk;
	const char *why = "";

	(void)state;
	scene.key = new_key("ES256", scene.jkt);
	jwk = public_of(scene.key);
	json_object_set_new(jwk, "d", json_string("AAAA"));
	assert_int_equal(
	    try_member(&scene, true, "jwk", jwk, &why), ERR_INVALID_PROOF);
	key_free(scene.key);
}

static void
what_is_no_jwt_is_refused(void **state)
{
	static const char *const texts[] = {
	    "", ".", "..", "a.b", "e30.e30.", "e30.e30.AAAA", "x.y.z.a.b"};
	struct scene scene;

	(void)state;
	scene.key = new_key("EdDSA", scene.jkt);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *why = "";

		assert_int_equal(
		    read_text(&scene, texts[i], &why), ERR_INVALID_PROOF);
	}
	key_free(scene.key);
}

static void
keys_that_make_no_proofs_are_refused(void **state)
{
	static const char *const bad[] = {"{}", "{\"kty\":\"EC\"}",
	    "{\"kty\":\"oct\",\"k\":\"" A_SECRET "\"}"};
	char jkt[THUMBPRINT_SIZE + 1];
	struct key *other = NULL;
	const char *why = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		auto_json json_t *jwk = json_loads(bad[i], 0, NULL);

		assert_int_equal(proof_key(jwk, jkt, &why), ERR_MALFORMED);
	}
	assert_int_equal(key_generate(algorithm_find("ES384"), &other), OK);
	{
		auto_json json_t *jwk = public_of(other);

		assert_int_equal(proof_key(jwk, jkt, &why), ERR_MALFORMED);
	}
	key_free(other);
}

/* RFC 7638 section 3.1's own example. */
static void
the_thumbprint_is_that_of_the_rfc(void **state)
{
	auto_json json_t *jwk = json_pack("{ss ss ss ss ss}", "kty", "RSA", "n",
	    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu"
	    "1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4H"
	    "c5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqz"
	    "s8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4"
	    "vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
	    "wapJzKnqDKgw",
	    "e", "AQAB", "alg", "RS256", "kid", "2011-04-29");
	char jkt[THUMBPRINT_SIZE + 1] = "";
	const char *why = "";

	(void)state;
	assert_int_equal(proof_key(jwk, jkt, &why), OK);
	assert_string_equal(jkt, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_algorithm_is_taken),
	    cmocka_unit_test(claims_must_be_those_of_this_request),
	    cmocka_unit_test(every_member_is_needed_and_checked),
	    cmocka_unit_test(another_key_is_refused),
	    cmocka_unit_test(a_private_key_has_no_place_in_a_proof),
	    cmocka_unit_test(what_is_no_jwt_is_refused),
	    cmocka_unit_test(keys_that_make_no_proofs_are_refused),
	    cmocka_unit_test(the_thumbprint_is_that_of_the_rfc),
	};

	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
