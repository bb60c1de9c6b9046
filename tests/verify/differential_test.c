/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Our verdict beside that of libjwt's jwt_decode() with the same public key,
 * on 2,000 generated tokens. Where libjwt answers otherwise than it should,
 * the row says so; everywhere else both must agree.
 */

#include "base/fields.h"
#include "jwt-agent/verify/ecdsa.h"
#include "tests/verify/fixture.h"

#include <jwt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOKENS 2000

static struct world world;
static char *pem_es, *pem_rs;

/* What one token is made from. */
struct draft {
	uint64_t random;
	bool rsa;
	char *payload;
};

typedef char *(*maker)(const struct draft *draft);

/* xorshift64*: the same tokens in every run */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static const struct key *
key_of(const struct draft *draft)
{
	return draft->rsa ? world.rs : world.es;
}

static const char *
pem_of(const struct draft *draft)
{
	return draft->rsa ? pem_rs : pem_es;
}

static char *
with_header(const struct draft *draft, const char *more)
{
	auto_str char *header = NULL;

	assert_true(asprintf(&header, "{'alg':'%s'%s}",
			draft->rsa ? "RS256" : "ES256", more) > 0);
	return forge(&world, header, draft->payload, key_of(draft));
}

static char *
good(const struct draft *draft)
{
	return with_header(draft, "");
}

static char *
good_with_typ(const struct draft *draft)
{
	return with_header(draft, ",'typ':'JWT'");
}

static char *
good_with_kid(const struct draft *draft)
{
	return with_header(draft, draft->rsa ? ",'kid':'@rs'" : ",'kid':'@es'");
}

static char *
access_token(const struct draft *draft)
{
	return with_header(draft, ",'typ':'at+jwt'");
}

static char *
with_crit(const struct draft *draft)
{
	return with_header(draft, ",'crit':['x'],'x':1");
}

static char *
with_b64(const struct draft *draft)
{
	return with_header(draft, ",'b64':false");
}

static char *
with_zip(const struct draft *draft)
{
	return with_header(draft, ",'zip':'DEF'");
}

static char *
with_alg_twice(const struct draft *draft)
{
	return with_header(draft, ",'alg':'none'");
}

static char *
with_other_kid(const struct draft *draft)
{
	return with_header(draft, ",'kid':'other'");
}

static char *
with_claim_twice(const struct draft *draft)
{
	auto_str char *payload = NULL;
	size_t size = strlen(draft->payload) - 1;
	struct draft other = *draft;

	assert_true(asprintf(&payload, "%.*s,'sub':'root'}", (int)size,
			draft->payload) > 0);
	other.payload = payload;
	return good(&other);
}

/* Changes one character of the part between the two offsets. */
static char *
change(const struct draft *draft, size_t part)
{
	char *token = good(draft);
	char *begin = token, *end;

	for (size_t i = 0; i < part; i++)
		begin = strchr(begin, '.') + 1;
	end = strchrnul(begin, '.');
	/* the last character may hold bits that one of the two ignores */
	begin += draft->random % (size_t)(end - begin - 1);
	*begin = *begin == 'x' ? 'y' : 'x';
	return token;
}

static char *
changed_header(const struct draft *draft)
{
	return change(draft, 0);
}

static char *
changed_payload(const struct draft *draft)
{
	return change(draft, 1);
}

static char *
changed_signature(const struct draft *draft)
{
	return change(draft, 2);
}

static char *
cut_short(const struct draft *draft)
{
	char *token = good(draft);

	token[draft->random % strlen(token)] = '\0';
	return token;
}

static char *
behind(const struct draft *draft, const char *text)
{
	auto_str char *token = good(draft);
	char *longer = NULL;

	assert_true(asprintf(&longer, "%s%s", token, text) > 0);
	return longer;
}

static char *
padded(const struct draft *draft)
{
	return behind(draft, "==");
}

static char *
with_newline(const struct draft *draft)
{
	return behind(draft, "\n");
}

static char *
with_fourth_part(const struct draft *draft)
{
	return behind(draft, ".eA");
}

/* Both signatures leave four bits over in their last character. */
static char *
stray_bits(const struct draft *draft)
{
	char *token = good(draft);

	token[strlen(token) - 1]++;
	return token;
}

/* The other base64, where it makes a difference. */
static char *
other_alphabet(const struct draft *draft)
{
	char *token = good(draft);
	size_t at = strcspn(token, "-_");

	if (token[at] == '\0')
		token[0] = '+';
	else
		token[at] = token[at] == '-' ? '+' : '/';
	return token;
}

static char *
unsigned_token(const struct draft *draft)
{
	auto_str char *input =
	    forge_input(&world, "{'alg':'none'}", draft->payload);

	return forge_join(input, "", 0);
}

static char *
hmac_by_pem(const struct draft *draft)
{
	const char *pem = pem_of(draft);

	return forge_hmac(
	    &world, "{'alg':'HS256'}", draft->payload, pem, strlen(pem));
}

/* Signed by another key of the same kind. */
static char *
by_another(const struct draft *draft)
{
	auto_str char *header = NULL;

	assert_true(asprintf(&header, "{'alg':'%s'}",
			draft->rsa ? "RS256" : "ES256") > 0);
	return forge(&world, header, draft->payload,
	    draft->rsa ? world.other : world.spare);
}

/* The header names the algorithm of the other kind of key. */
static char *
swapped_algorithm(const struct draft *draft)
{
	return forge(&world, draft->rsa ? "{'alg':'ES256'}" : "{'alg':'RS256'}",
	    draft->payload, key_of(draft));
}

/* The right RSA key, with a hash that its issuer does not use. */
static char *
unlisted_algorithm(const struct draft *draft)
{
	auto_free(secret) struct secret *der = NULL;
	auto_free(key) struct key *key = NULL;

	assert_int_equal(key_private(world.rs, &der), OK);
	assert_int_equal(
	    key_from_private(der, algorithm_find("RS512"), &key), OK);
	return forge(&world, "{'alg':'RS512'}", draft->payload, key);
}

static char *
zeros(const struct draft *draft)
{
	auto_str char *input =
	    forge_input(&world, "{'alg':'ES256'}", draft->payload);
	uint8_t signature[64] = {0};

	return forge_join(input, signature, sizeof(signature));
}

static char *
der_signature(const struct draft *draft)
{
	auto_str char *input =
	    forge_input(&world, "{'alg':'ES256'}", draft->payload);
	uint8_t raw[SIGNATURE_SIZE_MAX], der[ECDSA_DER_MAX];
	size_t size = 0, der_size = 0;

	assert_int_equal(
	    key_sign(world.es, input, strlen(input), raw, &size), OK);
	assert_int_equal(ecdsa_to_der(raw, size, der, &der_size), OK);
	return forge_join(input, der, der_size);
}

enum keys {
	BOTH,
	ONLY_RSA,
	ONLY_EC,
};

/* AGREES: libjwt says the same. ACCEPTS: libjwt 1.10.2 accepts what must be
 * refused. REFUSES: it refuses what is good. Another version may be better
 * than that, so the last two are reported and not required. */
enum libjwt {
	AGREES,
	ACCEPTS,
	REFUSES,
};

static const struct kind {
	const char *name;
	maker make;
	enum keys keys;
	bool is_good;
	enum libjwt libjwt;
} kinds[] = {
    {"good", good, BOTH, true, AGREES},
    {"good, typ JWT", good_with_typ, BOTH, true, AGREES},
    {"good, kid", good_with_kid, BOTH, true, AGREES},
    {"good, typ at+jwt", access_token, BOTH, true, REFUSES},
    {"header changed", changed_header, BOTH, false, AGREES},
    {"payload changed", changed_payload, BOTH, false, AGREES},
    {"signature changed", changed_signature, BOTH, false, AGREES},
    {"cut", cut_short, BOTH, false, AGREES},
    {"another key", by_another, BOTH, false, AGREES},
    {"none", unsigned_token, BOTH, false, AGREES},
    {"zeros", zeros, ONLY_EC, false, AGREES},
    {"DER", der_signature, ONLY_EC, false, AGREES},
    {"swapped algorithm", swapped_algorithm, BOTH, false, AGREES},
    {"alg twice", with_alg_twice, BOTH, false, AGREES},
    {"claim twice", with_claim_twice, BOTH, false, ACCEPTS},
    {"HS256 by the PEM", hmac_by_pem, BOTH, false, ACCEPTS},
    {"unlisted algorithm", unlisted_algorithm, ONLY_RSA, false, ACCEPTS},
    {"unknown kid", with_other_kid, BOTH, false, ACCEPTS},
    {"crit", with_crit, BOTH, false, ACCEPTS},
    {"b64", with_b64, BOTH, false, ACCEPTS},
    {"zip", with_zip, BOTH, false, ACCEPTS},
    {"padding", padded, BOTH, false, ACCEPTS},
    {"newline", with_newline, BOTH, false, ACCEPTS},
    {"fourth part", with_fourth_part, BOTH, false, AGREES},
    {"stray bits", stray_bits, BOTH, false, ACCEPTS},
    {"other alphabet", other_alphabet, BOTH, false, ACCEPTS},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static bool
libjwt_accepts(const char *token, const char *pem)
{
	jwt_t *jwt = NULL;
	bool accepts = jwt_decode(&jwt, token, (const unsigned char *)pem,
			   (int)strlen(pem)) == 0;

	jwt_free(jwt);
	return accepts;
}

static bool
is_as_expected(const struct kind *kind, bool theirs)
{
	return kind->libjwt != AGREES || theirs == kind->is_good;
}

static void
draft_clear(struct draft *draft)
{
	free(draft->payload);
}

/* One token: whether libjwt did as the row says. */
static bool
try_kind(const struct kind *kind, uint64_t random, size_t *differs)
{
	auto_clear(draft) struct draft draft = {.random = random};
	auto_str char *token = NULL;
	bool theirs;

	draft.rsa = kind->keys == BOTH ? (random >> 40 & 1) != 0
				       : kind->keys == ONLY_RSA;
	assert_true(asprintf(&draft.payload,
			"{'iss':'" LOCAL "','sub':'user%u','aud':'ssh',"
			"'exp':%u,'x':'%0*u'}",
			(unsigned int)(random >> 8 & 255),
			1767226500 + (unsigned int)(random >> 16 & 255),
			(int)(random >> 24 & 63), 1) > 0);
	token = kind->make(&draft);
	if ((check(&world, token, false) == OK) != kind->is_good)
		fail_msg("we are wrong about: %s (%s)", kind->name, token);
	theirs = libjwt_accepts(token, pem_of(&draft));
	*differs += theirs != kind->is_good;
	return is_as_expected(kind, theirs);
}

static void
two_thousand(void **state)
{
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
	size_t differs[KINDS] = {0}, tried[KINDS] = {0}, wrong = 0;

	(void)state;
	for (size_t i = 0; i < TOKENS; i++) {
		size_t k = i % KINDS;

		tried[k]++;
		if (!try_kind(&kinds[k], next_random(&random), &differs[k]))
			wrong++;
	}
	for (size_t k = 0; k < KINDS; k++)
		if (differs[k] > 0)
			print_message("libjwt %s %zu of %zu: %s\n",
			    kinds[k].is_good ? "refuses" : "accepts",
			    differs[k], tried[k], kinds[k].name);
	assert_int_equal(wrong, 0);
}

static int
open_world(void **state)
{
	(void)state;
	world_open(&world);
	pem_es = public_pem(world.es);
	pem_rs = public_pem(world.rs);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	free(pem_es);
	free(pem_rs);
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_thousand),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
