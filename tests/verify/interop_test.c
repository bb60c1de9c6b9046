/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Tokens and keys across to independent implementations and back, for every
 * algorithm: python3-jwt makes tokens that we read, and reads ours with our
 * JWK; and tokens are made by hand with the openssl command.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/verify/keyset.h"
#include "tests/verify/fixture.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PYTHON "/usr/bin/python3"
#define KEYS_MAX 16
#define SHARED                                                                 \
	"sixty-four bytes in the printable part of ASCII, as a secret has"
#define SHARED_SIZE 64

/* One key for each algorithm, all of one issuer. */
struct party {
	struct key *key[KEYS_MAX];
	size_t count;
	struct issuer issuer;
};

static struct party party;

/* The RSA algorithms share a key: making one takes long. */
static struct key *
make_key(const struct algorithm *algorithm, const struct key *rsa)
{
	auto_free(secret) struct secret *secret = NULL;
	struct key *key = NULL;

	if (algorithm_is_symmetric(algorithm)) {
		assert_int_equal(secret_new(&secret, SHARED, SHARED_SIZE), OK);
		assert_int_equal(
		    key_from_secret(secret, algorithm, "shared", &key), OK);
	} else if (algorithm->type == KEY_RSA && rsa != NULL) {
		assert_int_equal(key_private(rsa, &secret), OK);
		assert_int_equal(key_from_private(secret, algorithm, &key), OK);
	} else {
		assert_int_equal(key_generate(algorithm, &key), OK);
	}
	return key;
}

static int
open_party(void **state)
{
	const struct algorithm *algorithm;
	const struct key *rsa = NULL;

	(void)state;
	for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++) {
		assert_true(i < KEYS_MAX);
		party.key[i] = make_key(algorithm, rsa);
		if (algorithm->type == KEY_RSA && rsa == NULL)
			rsa = party.key[i];
		party.count++;
	}
	party.issuer = (struct issuer){
	    .name = "party",
	    .issuer = LOCAL,
	    .keys = (const struct key *const *)party.key,
	    .key_count = party.count,
	    .algorithms = algorithms_symmetric() | algorithms_asymmetric(),
	    .leeway = ISSUER_LEEWAY,
	    .future_leeway = ISSUER_FUTURE_LEEWAY,
	};
	return 0;
}

static int
close_party(void **state)
{
	(void)state;
	for (size_t i = 0; i < party.count; i++)
		key_free(party.key[i]);
	return 0;
}

static enum err
check_by(const struct issuer *issuer, const char *token)
{
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, false};
	auto_clear(verified) struct verified verified = {0};

	return verify_token(&input, &issuer, 1, NOW, NULL, &verified);
}

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

static bool
is_secret(const struct key *key)
{
	return algorithm_is_symmetric(key_algorithm(key));
}

static json_t *
key_json(const struct key *key)
{
	auto_str char *text =
	    is_secret(key) ? strdup(SHARED) : private_pem(key);

	return json_pack("{ss ss ss ss}", "alg", key_algorithm(key)->name,
	    "kid", key_kid(key), "iss", LOCAL, "key", text);
}

static json_t *
jwk_of(const struct key *key)
{
	char k[BASE64URL_TEXT_SIZE(SHARED_SIZE) + 1];
	json_t *jwk = NULL;

	if (!is_secret(key)) {
		assert_int_equal(key_jwk(key, &jwk), OK);
		return jwk;
	}
	base64url_encode(k, SHARED, SHARED_SIZE);
	return json_pack("{ss ss ss}", "kty", "oct", "k", k, "alg",
	    key_algorithm(key)->name);
}

/* Our token and our JWK. */
static json_t *
own_json(const struct key *key, const json_t *payload)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_free(secret) struct secret *token = NULL;
	auto_str char *text = json_dumps(payload, JSON_COMPACT);

	assert_non_null(text);
	assert_int_equal(
	    claims_read((const uint8_t *)text, strlen(text), &claims), OK);
	assert_int_equal(sign_token(key, TYP_ACCESS_TOKEN, claims, &token), OK);
	return json_pack(
	    "{ss so}", "token", secret_text(token), "jwk", jwk_of(key));
}

static json_t *
question_for(void)
{
	json_t *question = json_pack(
	    "{s[] so s[]}", "keys", "claims", claims_json_text(), "tokens");

	assert_non_null(question);
	for (size_t i = 0; i < party.count; i++) {
		json_array_append_new(
		    json_object_get(question, "keys"), key_json(party.key[i]));
		json_array_append_new(json_object_get(question, "tokens"),
		    own_json(
			party.key[i], json_object_get(question, "claims")));
	}
	return question;
}

static const char *
source_directory(void)
{
	const char *srcdir = getenv("srcdir");

	return srcdir != NULL ? srcdir : ".";
}

static json_t *
ask(const json_t *question)
{
	char path[] = "/tmp/interop_test.XXXXXX";
	auto_fd int fd = mkstemp(path);
	auto_str char *command = NULL;
	json_t *answer;
	FILE *pipe;

	assert_true(fd >= 0);
	assert_int_equal(json_dumpfd(question, fd, 0), 0);
	assert_true(asprintf(&command, "%s %s/tests/verify/pyjwt.py <%s",
			PYTHON, source_directory(), path) > 0);
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
read_theirs(const json_t *tokens)
{
	const json_t *entry;
	size_t i;

	assert_int_equal(json_array_size(tokens), party.count * 13 + 2);
	json_array_foreach (tokens, i, entry) {
		const char *token =
		    json_string_value(json_object_get(entry, "token"));
		bool good = json_is_true(json_object_get(entry, "good"));
		enum err e = check_by(&party.issuer, token);

		if ((e == OK) != good)
			fail_msg("%s: %s",
			    json_string_value(json_object_get(entry, "name")),
			    err_name(e));
	}
}

static void
there_and_back(void **state)
{
	auto_json json_t *question = NULL;
	auto_json json_t *answer = NULL;
	const json_t *verified;
	size_t i;

	(void)state;
	if (!has_pyjwt())
		skip();
	question = question_for();
	answer = ask(question);
	read_theirs(json_object_get(answer, "tokens"));
	assert_int_equal(
	    json_array_size(json_object_get(answer, "verified")), party.count);
	json_array_foreach (json_object_get(answer, "verified"), i, verified)
		assert_true(
		    json_equal(verified, json_object_get(question, "claims")));
}

/* What openssl.sh wants as the key: a file. */
static void
write_key(const struct key *key, char *path)
{
	auto_fd int fd = mkstemp(path);
	auto_str char *pem = is_secret(key) ? NULL : private_pem(key);

	assert_true(fd >= 0);
	for (size_t i = 0; pem == NULL && i < SHARED_SIZE; i++)
		assert_true(dprintf(fd, "%02x", (unsigned char)SHARED[i]) == 2);
	if (pem != NULL)
		assert_true(dprintf(fd, "%s", pem) > 0);
}

static char *
by_hand(const struct key *key)
{
	char path[] = "/tmp/interop_test.XXXXXX";
	auto_str char *command = NULL;
	auto_str char *claims = NULL;
	char *token = calloc(1, TOKEN_SIZE_MAX + 1);
	json_t *json = claims_json_text();
	FILE *pipe;

	write_key(key, path);
	claims = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_non_null(token);
	assert_true(
	    asprintf(&command,
		"%s/tests/verify/openssl.sh %s %s '{\"alg\":\"%s\"}' '%s'",
		source_directory(), key_algorithm(key)->name, path,
		key_algorithm(key)->name, claims) > 0);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_true(fread(token, 1, TOKEN_SIZE_MAX, pipe) > 100);
	assert_int_equal(pclose(pipe), 0);
	unlink(path);
	return token;
}

/* The keys that an issuer of this one would be configured with. */
static void
read_keys(const struct key *key, struct keyset *out)
{
	auto_str char *pem = is_secret(key) ? NULL : public_pem(key);
	auto_free(secret) struct secret *secret = NULL;
	uint32_t set = algorithm_bit(key_algorithm(key));
	struct keyset_problem why;

	if (pem != NULL) {
		assert_int_equal(keyset_read((const uint8_t *)pem, strlen(pem),
				     set, out, &why),
		    OK);
	} else {
		assert_int_equal(secret_new(&secret, SHARED, SHARED_SIZE), OK);
		assert_int_equal(
		    keyset_read_secret(secret, set, out, &why), OK);
	}
}

static void
made_by_hand(void **state)
{
	(void)state;
	if (system("openssl version >/dev/null 2>&1") != 0 ||
	    system("basenc --version >/dev/null 2>&1") != 0)
		skip();
	for (size_t i = 0; i < party.count; i++) {
		auto_clear(keyset) struct keyset keyset = {0};
		auto_str char *token = by_hand(party.key[i]);
		struct issuer issuer = party.issuer;
		size_t last = strlen(token) - 10;

		read_keys(party.key[i], &keyset);
		issuer.keys = (const struct key *const *)keyset.keys;
		issuer.key_count = keyset.count;
		if (check_by(&issuer, token) != OK)
			fail_msg("%s: %s", key_algorithm(party.key[i])->name,
			    err_name(check_by(&issuer, token)));
		token[last] = token[last] == 'A' ? 'B' : 'A';
		assert_int_equal(check_by(&issuer, token), ERR_BAD_SIGNATURE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(made_by_hand),
	};

	return cmocka_run_group_tests(tests, open_party, close_party);
}
