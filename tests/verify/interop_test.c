/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Tokens and keys across to an independent implementation and back:
 * python3-jwt makes tokens that we read, and reads ours with our JWK.
 */

#include "base/fields.h"
#include "tests/verify/fixture.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PYTHON "/usr/bin/python3"

static json_t *
claims_json_text(void)
{
	return json_pack("{ss ss ss sI sI}", "iss", LOCAL, "sub", "alice",
	    "aud", "ssh", "iat", (json_int_t)NOW, "exp",
	    (json_int_t)(NOW + 900));
}

static char *
private_pem(const struct key *key)
{
	EVP_PKEY *pkey = pkey_of(key);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy;
	long size;

	assert_non_null(bio);
	assert_int_equal(
	    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL),
	    1);
	size = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)size);
	assert_non_null(copy);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return copy;
}

static json_t *
key_json(const struct key *key)
{
	auto_str char *pem = private_pem(key);

	return json_pack("{ss ss ss}", "alg", key_algorithm(key)->name, "kid",
	    key_kid(key), "pem", pem);
}

/* Our token and our JWK. */
static json_t *
own_json(const struct key *key, const json_t *payload)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_free(secret) struct secret *token = NULL;
	auto_str char *text = json_dumps(payload, JSON_COMPACT);
	json_t *jwk = NULL;

	assert_non_null(text);
	assert_int_equal(
	    claims_read((const uint8_t *)text, strlen(text), &claims), OK);
	assert_int_equal(sign_token(key, TYP_ACCESS_TOKEN, claims, &token), OK);
	assert_int_equal(key_jwk(key, &jwk), OK);
	return json_pack("{ss so}", "token", secret_text(token), "jwk", jwk);
}

static json_t *
question_for(const struct key *const *keys, size_t count)
{
	json_t *question = json_pack(
	    "{s[] so s[]}", "keys", "claims", claims_json_text(), "tokens");

	assert_non_null(question);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(
		    json_object_get(question, "keys"), key_json(keys[i]));
		json_array_append_new(json_object_get(question, "tokens"),
		    own_json(keys[i], json_object_get(question, "claims")));
	}
	return question;
}

static json_t *
ask(const json_t *question)
{
	const char *srcdir = getenv("srcdir");
	char path[] = "/tmp/interop_test.XXXXXX";
	auto_fd int fd = mkstemp(path);
	auto_str char *command = NULL;
	json_t *answer;
	FILE *pipe;

	assert_true(fd >= 0);
	assert_int_equal(json_dumpfd(question, fd, 0), 0);
	assert_true(asprintf(&command, "%s %s/tests/verify/pyjwt.py <%s",
			PYTHON, srcdir != NULL ? srcdir : ".", path) > 0);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	answer = json_loadf(pipe, 0, NULL);
	assert_int_equal(pclose(pipe), 0);
	unlink(path);
	assert_non_null(answer);
	return answer;
}

static bool
has_pyjwt(void)
{
	return system(PYTHON " -c 'import jwt, cryptography' 2>/dev/null") == 0;
}

static void
read_theirs(const struct world *world, const json_t *tokens)
{
	const json_t *entry;
	size_t i;

	assert_true(json_array_size(tokens) > 30);
	json_array_foreach (tokens, i, entry) {
		const char *token =
		    json_string_value(json_object_get(entry, "token"));
		bool good = json_is_true(json_object_get(entry, "good"));
		enum err e = check(world, token, false);

		if ((e == OK) != good)
			fail_msg("%s: %s",
			    json_string_value(json_object_get(entry, "name")),
			    err_name(e));
	}
}

static void
there_and_back(void **state)
{
	auto_clear(world) struct world world;
	auto_json json_t *question = NULL;
	auto_json json_t *answer = NULL;
	const json_t *verified;
	size_t i;

	(void)state;
	if (!has_pyjwt())
		skip();
	world_open(&world);
	question = question_for(world.local_keys, 3);
	answer = ask(question);
	read_theirs(&world, json_object_get(answer, "tokens"));
	assert_int_equal(
	    json_array_size(json_object_get(answer, "verified")), 3);
	json_array_foreach (json_object_get(answer, "verified"), i, verified)
		assert_true(
		    json_equal(verified, json_object_get(question, "claims")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
