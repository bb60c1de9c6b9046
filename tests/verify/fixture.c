/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/verify/fixture.h"
#include "base/base64url.h"

#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static char *ssh[] = {"ssh"};

const struct texts for_ssh = {1, ssh};

static char *broad[] = {"broad", "wide"};
static const struct texts for_broad = {2, broad};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fixture: %s failed\n", what);
	abort();
}

static void
generate(const char *algorithm, struct key **out)
{
	must(
	    key_generate(algorithm_find(algorithm), out) == OK, "key_generate");
}

static uint32_t
bits(const char *first, const char *second, const char *third)
{
	return algorithm_bit(algorithm_find(first)) |
	    algorithm_bit(algorithm_find(second)) |
	    algorithm_bit(algorithm_find(third));
}

static void
fill_more_issuers(struct world *world)
{
	for (size_t i = 0; i < 2; i++)
		world->secret_keys[i] = world->secret[i];
	world->broad_keys[0] = world->ps;
	world->broad_keys[1] = world->pem[0];
	world->broad_keys[2] = world->pem[1];
	world->secrets = (struct issuer){"secrets", SECRET, world->secret_keys,
	    2, bits("HS256", "HS384", "HS384"), ISSUER_LEEWAY,
	    ISSUER_FUTURE_LEEWAY, 0, 0, NULL, NULL, false};
	world->broad = (struct issuer){"broad", BROAD, world->broad_keys, 3,
	    bits("PS256", "RS256", "ES256") | bits("HS256", "HS256", "HS256"),
	    ISSUER_LEEWAY, ISSUER_FUTURE_LEEWAY, 0, 0, &for_broad,
	    "account.name", false};
}

static void
fill_issuers(struct world *world)
{
	world->local_keys[0] = world->es;
	world->local_keys[1] = world->rs;
	world->local_keys[2] = world->ed;
	world->other_keys[0] = world->other;
	world->twin_keys[0] = world->twin;
	world->twin_keys[1] = world->spare;
	world->twin_keys[2] = world->twin;
	world->local = (struct issuer){"local", LOCAL, world->local_keys, 3,
	    bits("ES256", "RS256", "EdDSA"), ISSUER_LEEWAY,
	    ISSUER_FUTURE_LEEWAY, 0, 0, NULL, NULL, true};
	world->others = (struct issuer){"other", OTHER, world->other_keys, 1,
	    bits("RS256", "RS256", "RS256"), 0, 0, 3600, 0, NULL, NULL, false};
	world->twins = (struct issuer){"twins", TWINS, world->twin_keys, 3,
	    bits("ES256", "ES256", "ES256"), ISSUER_LEEWAY,
	    ISSUER_FUTURE_LEEWAY, 0, 0, NULL, NULL, false};
	fill_more_issuers(world);
	world->issuers[0] = &world->local;
	world->issuers[1] = &world->others;
	world->issuers[2] = &world->twins;
	world->issuers[3] = &world->secrets;
	world->issuers[4] = &world->broad;
}

static void
make_public(const struct key *key, const char *algorithm, struct key **out)
{
	EVP_PKEY *pkey = pkey_of(key);

	must(key_from_public(pkey, algorithm_find(algorithm), NULL, out) == OK,
	    "key_from_public");
	EVP_PKEY_free(pkey);
}

static void
make_secret(const char *algorithm, struct key **out)
{
	auto_free(secret) struct secret *secret = NULL;

	must(secret_new(&secret, WORLD_SECRET, WORLD_SECRET_SIZE) == OK,
	    "secret_new");
	must(
	    key_from_secret(secret, algorithm_find(algorithm), NULL, out) == OK,
	    "key_from_secret");
}

void
world_open(struct world *world)
{
	auto_free(secret) struct secret *der = NULL;

	memset(world, 0, sizeof(*world));
	generate("ES256", &world->es);
	generate("RS256", &world->rs);
	generate("EdDSA", &world->ed);
	generate("RS256", &world->other);
	generate("ES256", &world->twin);
	generate("ES256", &world->spare);
	must(key_private(world->rs, &der) == OK, "key_private");
	must(key_from_private(der, algorithm_find("PS256"), &world->ps) == OK,
	    "key_from_private");
	make_public(world->other, "RS256", &world->pem[0]);
	make_public(world->spare, "ES256", &world->pem[1]);
	make_secret("HS256", &world->secret[0]);
	make_secret("HS384", &world->secret[1]);
	fill_issuers(world);
}

void
world_clear(struct world *world)
{
	key_free(world->es);
	key_free(world->rs);
	key_free(world->ed);
	key_free(world->ps);
	key_free(world->other);
	key_free(world->twin);
	key_free(world->spare);
	for (size_t i = 0; i < 2; i++) {
		key_free(world->pem[i]);
		key_free(world->secret[i]);
	}
	memset(world, 0, sizeof(*world));
}

static const char *
kid_of(const struct world *world, const char *mark)
{
	const struct {
		const char *mark;
		const struct key *key;
	} keys[] = {{"@es", world->es}, {"@rs", world->rs}, {"@ed", world->ed},
	    {"@ps", world->ps}, {"@ot", world->other}, {"@tw", world->twin}};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strncmp(keys[i].mark, mark, 3) == 0)
			return key_kid(keys[i].key);
	return NULL;
}

char *
json_text(const struct world *world, const char *text)
{
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);

	must(stream != NULL, "open_memstream");
	while (*text != '\0') {
		const char *kid = *text == '@' ? kid_of(world, text) : NULL;

		if (kid != NULL) {
			fputs(kid, stream);
			text += 3;
		} else {
			putc(*text == '\'' ? '"' : *text, stream);
			text++;
		}
	}
	fclose(stream);
	return out;
}

static char *
encode(const void *data, size_t size)
{
	char *text = malloc(BASE64URL_TEXT_SIZE(size) + 1);

	must(text != NULL, "malloc");
	base64url_encode(text, data, size);
	return text;
}

static char *
join(const char *left, const char *right)
{
	char *out = NULL;

	must(asprintf(&out, "%s.%s", left, right) >= 0, "asprintf");
	return out;
}

char *
forge_input(const struct world *world, const char *header, const char *payload)
{
	auto_str char *header_json = json_text(world, header);
	auto_str char *payload_json = json_text(world, payload);
	auto_str char *first = encode(header_json, strlen(header_json));
	auto_str char *second = encode(payload_json, strlen(payload_json));

	return join(first, second);
}

char *
forge_join(const char *input, const void *signature, size_t size)
{
	auto_str char *text = encode(signature, size);

	return join(input, text);
}

char *
forge(const struct world *world, const char *header, const char *payload,
    const struct key *key)
{
	auto_str char *input = forge_input(world, header, payload);
	uint8_t signature[SIGNATURE_SIZE_MAX];
	size_t size = 0;

	must(key_sign(key, input, strlen(input), signature, &size) == OK,
	    "key_sign");
	return forge_join(input, signature, size);
}

char *
forge_hmac(const struct world *world, const char *header, const char *payload,
    const void *secret, size_t size)
{
	return forge_hmac_by(world, "SHA256", header, payload, secret, size);
}

char *
forge_hmac_by(const struct world *world, const char *digest, const char *header,
    const char *payload, const void *secret, size_t size)
{
	auto_str char *input = forge_input(world, header, payload);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_size = 0;

	must(HMAC(EVP_get_digestbyname(digest), secret, (int)size,
		 (const unsigned char *)input, strlen(input), mac,
		 &mac_size) != NULL,
	    "HMAC");
	return forge_join(input, mac, mac_size);
}

EVP_PKEY *
pkey_of(const struct key *key)
{
	auto_free(secret) struct secret *der = NULL;
	const unsigned char *at;
	EVP_PKEY *pkey;

	must(key_private(key, &der) == OK, "key_private");
	at = secret_data(der);
	pkey = d2i_AutoPrivateKey(NULL, &at, (long)secret_size(der));
	must(pkey != NULL, "d2i_AutoPrivateKey");
	return pkey;
}

char *
public_pem(const struct key *key)
{
	EVP_PKEY *pkey = pkey_of(key);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy;
	long size;

	must(bio != NULL && PEM_write_bio_PUBKEY(bio, pkey) == 1, "PEM");
	size = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)size);
	must(copy != NULL, "strndup");
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return copy;
}

unsigned char *
public_der(const struct key *key, int *size)
{
	EVP_PKEY *pkey = pkey_of(key);
	unsigned char *der = NULL;

	*size = i2d_PUBKEY(pkey, &der);
	must(*size > 0, "i2d_PUBKEY");
	EVP_PKEY_free(pkey);
	return der;
}

enum err
check(const struct world *world, const char *token, bool cut)
{
	return check_trail(world, token, cut, NULL);
}

enum err
check_trail(
    const struct world *world, const char *token, bool cut, struct trail *trail)
{
	struct verify_input input = {
	    token, strlen(token), cut, &for_ssh, false};
	auto_clear(verified) struct verified verified = {0};

	return verify_token(
	    &input, world->issuers, WORLD_ISSUERS, NOW, trail, &verified);
}
