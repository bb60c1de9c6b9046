/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The whole way of a token through verification, with a fixed key. The first
 * byte of the input chooses how the rest is used: as the token itself, or as
 * the payload or the header of a token that is rightly signed, for a fuzzer
 * does not find signatures.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/policy/policy.h"
#include "jwt-agent/verify/verify.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1767225600)
#define HEADER "{\"alg\":\"EdDSA\"}"
#define PAYLOAD                                                                \
	"{\"iss\":\"https://host.example\",\"sub\":\"alice\","                 \
	"\"aud\":\"ssh\",\"exp\":1767226500}"

/* PKCS#8 of the Ed25519 key whose seed is 32 times 0x2a: for this program. */
static const uint8_t private_key[48] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30,
    0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, 0x2a, 0x2a,
    0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a,
    0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a,
    0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct key *
fixed_key(void)
{
	auto_free(secret) struct secret *der = NULL;
	struct key *key = NULL;

	must(secret_new(&der, private_key, sizeof(private_key)) == OK);
	must(key_from_private(der, algorithm_find("EdDSA"), &key) == OK);
	return key;
}

static void
check_trail(const struct trail *trail, enum err e)
{
	must(trail->count > 0 && trail->count <= TRAIL_STEPS_MAX);
	for (size_t i = 0; i < trail->count; i++) {
		const struct trail_step *step = &trail->steps[i];

		must(step->ok == (e == OK || i + 1 < trail->count));
		for (const char *c = step->detail; *c != '\0'; c++)
			must(*c >= ' ' && *c <= '~');
	}
}

static void
check_verified(const struct verified *verified)
{
	const struct policy policy = {.min_uid = POLICY_MIN_UID};
	const struct policy_subject subject = {
	    .user = "alice", .uid = 1000, .mapped = verified->user};
	enum err e = policy_user(&policy, &subject, NULL);

	must(verified->user[0] != '\0');
	must((e == OK) == (strcmp(verified->user, "alice") == 0));
	must(verified->expires > NOW - ISSUER_LEEWAY);
	must(verified->issued <= NOW + ISSUER_FUTURE_LEEWAY);
}

static enum err
verify(const struct key *key, const char *token, size_t size, bool cut)
{
	const struct key *keys[] = {key};
	const struct issuer issuer = {"local", "https://host.example", keys, 1,
	    algorithm_bit(key_algorithm(key)), ISSUER_LEEWAY,
	    ISSUER_FUTURE_LEEWAY, 86400 * 365, 0, NULL, NULL, true};
	char *ssh[] = {"ssh"};
	const struct texts audience = {1, ssh};
	const struct issuer *issuers[] = {&issuer};
	const struct verify_input input = {token, size, cut, &audience, false};
	auto_clear(verified) struct verified verified = {0};
	struct trail trail = {0};
	enum err e = verify_token(&input, issuers, 1, NOW, &trail, &verified);

	/* nothing from outside makes us fail, it only makes us refuse */
	must(!err_is_fault(e));
	must(!cut || (e != ERR_MALFORMED && e != ERR_BAD_SIGNATURE));
	check_trail(&trail, e);
	if (e == OK)
		check_verified(&verified);
	return e;
}

/* The token as it came; the bytes are copied so that a read behind their end
 * is seen. */
static void
fuzz_token(const struct key *key, const uint8_t *data, size_t size)
{
	auto_str char *token = malloc(size + (size == 0));

	must(token != NULL);
	if (size > 0)
		memcpy(token, data, size);
	(void)verify(key, token, size, false);
	(void)verify(key, token, size, true);
}

static char *
signed_token(const struct key *key, const void *header, size_t header_size,
    const void *payload, size_t payload_size)
{
	size_t first = BASE64URL_TEXT_SIZE(header_size);
	size_t second = BASE64URL_TEXT_SIZE(payload_size);
	char *token = malloc(
	    first + second + 3 + BASE64URL_TEXT_SIZE(SIGNATURE_SIZE_MAX));
	uint8_t signature[SIGNATURE_SIZE_MAX];
	size_t size = 0;

	must(token != NULL);
	base64url_encode(token, header, header_size);
	token[first] = '.';
	base64url_encode(token + first + 1, payload, payload_size);
	must(key_sign(key, token, first + 1 + second, signature, &size) == OK);
	token[first + 1 + second] = '.';
	base64url_encode(token + first + second + 2, signature, size);
	return token;
}

static enum err
verify_signed(const struct key *key, const void *header, size_t header_size,
    const void *payload, size_t payload_size)
{
	auto_str char *token =
	    signed_token(key, header, header_size, payload, payload_size);
	enum err e = verify(key, token, strlen(token), false);

	must(e != ERR_BAD_SIGNATURE);
	return e;
}

/* A space in front of JSON changes nothing but the way it is read. */
static void
fuzz_payload(const struct key *key, const uint8_t *data, size_t size)
{
	auto_str char *spaced = malloc(size + 1);

	must(spaced != NULL);
	spaced[0] = ' ';
	memcpy(spaced + 1, data, size);
	must(verify_signed(key, HEADER, strlen(HEADER), data, size) ==
	    verify_signed(key, HEADER, strlen(HEADER), spaced, size + 1));
}

static void
fuzz_header(const struct key *key, const uint8_t *data, size_t size)
{
	auto_str char *spaced = malloc(size + 1);

	must(spaced != NULL);
	spaced[0] = ' ';
	memcpy(spaced + 1, data, size);
	must(verify_signed(key, data, size, PAYLOAD, strlen(PAYLOAD)) ==
	    verify_signed(key, spaced, size + 1, PAYLOAD, strlen(PAYLOAD)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key *key;

	if (key == NULL)
		key = fixed_key();
	if (size == 0)
		return 0;
	switch (data[0]) {
	case 'P':
		if (size > 1 && size < TOKEN_SIZE_MAX / 2)
			fuzz_payload(key, data + 1, size - 1);
		break;
	case 'H':
		if (size > 1 && size < TOKEN_SIZE_MAX / 2)
			fuzz_header(key, data + 1, size - 1);
		break;
	default:
		fuzz_token(key, data, size);
		break;
	}
	return 0;
}
