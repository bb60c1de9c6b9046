/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Our verdict beside that of libjwt's jwt_decode() with the same key, on 10,000
 * generated tokens, for every algorithm that both have. Where libjwt answers
 * otherwise than it should, the row says so; everywhere else both must agree.
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

#define TOKENS 10000
#define SUBJECTS_MAX 16
#define SECRET_TEXT                                                            \
	"sixty-four bytes in the printable part of ASCII, as a secret has"
#define OTHER_TEXT                                                             \
	"sixty-four bytes in the printable part of ASCII, as others have."

/* One algorithm: a key, another of the same kind, and an issuer that has the
 * first and accepts nothing else. */
struct subject {
	const struct algorithm *algorithm;
	struct key *key, *another;
	const struct key *keys[1];
	struct issuer issuer;
	char *theirs; /* what libjwt wants: public PEM, or the secret */
};

static struct world world; /* forge() asks for one, and takes nothing of it */
static struct subject subjects[SUBJECTS_MAX];
static size_t subject_count;

/* What one token is made from. */
struct draft {
	uint64_t random;
	const struct subject *subject;
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

static const char *
name_of(const struct draft *draft)
{
	return draft->subject->algorithm->name;
}

static char *
with_algorithm(const struct draft *draft, const char *name,
    const struct key *key, const char *more)
{
	auto_str char *header = NULL;

	assert_true(asprintf(&header, "{'alg':'%s'%s}", name, more) > 0);
	return forge(&world, header, draft->payload, key);
}

static char *
with_header(const struct draft *draft, const char *more)
{
	return with_algorithm(draft, name_of(draft), draft->subject->key, more);
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
	auto_str char *kid = NULL;

	assert_true(
	    asprintf(&kid, ",'kid':'%s'", key_kid(draft->subject->key)) > 0);
	return with_header(draft, kid);
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

/* Most signatures leave bits over in their last character. */
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
	const char *pem = draft->subject->theirs;

	return forge_hmac(
	    &world, "{'alg':'HS256'}", draft->payload, pem, strlen(pem));
}

/* Signed by another key of the same kind. */
static char *
by_another(const struct draft *draft)
{
	return with_algorithm(
	    draft, name_of(draft), draft->subject->another, "");
}

/* The header names the algorithm of another kind of key. */
static char *
swapped_algorithm(const struct draft *draft)
{
	const char *name =
	    draft->subject->algorithm->type == KEY_RSA ? "ES256" : "RS256";

	return with_algorithm(draft, name, draft->subject->key, "");
}

static struct key *
same_key_for(const struct subject *subject, const char *name)
{
	auto_free(secret) struct secret *secret = NULL;
	struct key *key = NULL;

	if (algorithm_is_symmetric(subject->algorithm)) {
		assert_int_equal(
		    secret_new(&secret, SECRET_TEXT, strlen(SECRET_TEXT)), OK);
		assert_int_equal(
		    key_from_secret(secret, algorithm_find(name), NULL, &key),
		    OK);
	} else {
		assert_int_equal(key_private(subject->key, &secret), OK);
		assert_int_equal(
		    key_from_private(secret, algorithm_find(name), &key), OK);
	}
	return key;
}

/* The right key, with a hash that its issuer does not use. */
static char *
unlisted_algorithm(const struct draft *draft)
{
	char name[] = "HS512";
	auto_free(key) struct key *key = NULL;

	memcpy(name, name_of(draft), 2);
	if (strcmp(name, name_of(draft)) == 0)
		memcpy(name + 2, "256", 3);
	key = same_key_for(draft->subject, name);
	return with_algorithm(draft, name, key, "");
}

static char *
with_signature(const struct draft *draft, const uint8_t *signature, size_t size)
{
	auto_str char *header = NULL;
	auto_str char *input = NULL;

	assert_true(asprintf(&header, "{'alg':'%s'}", name_of(draft)) > 0);
	input = forge_input(&world, header, draft->payload);
	return forge_join(input, signature, size);
}

static char *
zeros(const struct draft *draft)
{
	uint8_t signature[ECDSA_RAW_MAX] = {0};

	return with_signature(
	    draft, signature, draft->subject->algorithm->signature_size);
}

/* A signature of no bytes under a header that promises one. */
static char *
no_signature(const struct draft *draft)
{
	return with_signature(draft, (const uint8_t *)"", 0);
}

static char *
der_signature(const struct draft *draft)
{
	auto_str char *token = with_signature(draft, (const uint8_t *)"", 0);
	uint8_t raw[SIGNATURE_SIZE_MAX], der[ECDSA_DER_MAX];
	size_t size = 0, der_size = 0;

	token[strlen(token) - 1] = '\0';
	assert_int_equal(
	    key_sign(draft->subject->key, token, strlen(token), raw, &size),
	    OK);
	assert_int_equal(ecdsa_to_der(raw, size, der, &der_size), OK);
	return forge_join(token, der, der_size);
}

/* The kinds of keys that a row is for. */
enum keys {
	FOR_EC = 1 << KEY_EC,
	FOR_RSA = 1 << KEY_RSA,
	FOR_OCT = 1 << KEY_OCT,
	FOR_PAIR = FOR_EC | FOR_RSA,
	FOR_ANY = FOR_PAIR | FOR_OCT,
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
	unsigned int keys; /* enum keys */
	bool is_good;
	enum libjwt libjwt;
} kinds[] = {
    {"good", good, FOR_ANY, true, AGREES},
    {"good, typ JWT", good_with_typ, FOR_ANY, true, AGREES},
    {"good, kid", good_with_kid, FOR_ANY, true, AGREES},
    {"good, typ at+jwt", access_token, FOR_ANY, true, REFUSES},
    {"header changed", changed_header, FOR_ANY, false, AGREES},
    {"payload changed", changed_payload, FOR_ANY, false, AGREES},
    {"signature changed", changed_signature, FOR_ANY, false, AGREES},
    {"cut", cut_short, FOR_ANY, false, AGREES},
    {"another key", by_another, FOR_ANY, false, AGREES},
    {"no signature", no_signature, FOR_ANY, false, AGREES},
    {"none", unsigned_token, FOR_ANY, false, AGREES},
    {"zeros", zeros, FOR_EC, false, AGREES},
    {"DER", der_signature, FOR_EC, false, AGREES},
    {"swapped algorithm", swapped_algorithm, FOR_ANY, false, AGREES},
    {"alg twice", with_alg_twice, FOR_ANY, false, AGREES},
    {"claim twice", with_claim_twice, FOR_ANY, false, ACCEPTS},
    {"HS256 by the PEM", hmac_by_pem, FOR_PAIR, false, ACCEPTS},
    {"unlisted algorithm", unlisted_algorithm, FOR_RSA | FOR_OCT, false,
	ACCEPTS},
    {"unknown kid", with_other_kid, FOR_ANY, false, ACCEPTS},
    {"crit", with_crit, FOR_ANY, false, ACCEPTS},
    {"b64", with_b64, FOR_ANY, false, ACCEPTS},
    {"zip", with_zip, FOR_ANY, false, ACCEPTS},
    {"padding", padded, FOR_ANY, false, ACCEPTS},
    {"newline", with_newline, FOR_ANY, false, ACCEPTS},
    {"fourth part", with_fourth_part, FOR_ANY, false, AGREES},
    {"stray bits", stray_bits, FOR_ANY, false, ACCEPTS},
    {"other alphabet", other_alphabet, FOR_ANY, false, ACCEPTS},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static bool
libjwt_accepts(const char *token, const char *key)
{
	jwt_t *jwt = NULL;
	bool accepts = jwt_decode(&jwt, token, (const unsigned char *)key,
			   (int)strlen(key)) == 0;

	jwt_free(jwt);
	return accepts;
}

static enum err
check_by(const struct issuer *issuer, const char *token)
{
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, false};
	auto_clear(verified) struct verified verified = {0};

	return verify_token(&input, &issuer, 1, NOW, NULL, &verified);
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

/* What the differences of one row add up to. */
struct tally {
	size_t tried, differs, wrong;
};

/* One token: whether libjwt did as the row says. */
static void
try_kind(const struct kind *kind, const struct subject *subject,
    uint64_t random, struct tally *tally)
{
	auto_clear(draft) struct draft draft = {random, subject, NULL};
	auto_str char *token = NULL;
	bool theirs;

	assert_true(asprintf(&draft.payload,
			"{'iss':'" LOCAL "','sub':'user%u','aud':'ssh',"
			"'exp':%u,'x':'%0*u'}",
			(unsigned int)(random >> 8 & 255),
			1767226500 + (unsigned int)(random >> 16 & 255),
			(int)(random >> 24 & 63), 1) > 0);
	token = kind->make(&draft);
	if ((check_by(&subject->issuer, token) == OK) != kind->is_good)
		fail_msg("we are wrong about: %s, %s (%s)", kind->name,
		    subject->algorithm->name, token);
	theirs = libjwt_accepts(token, subject->theirs);
	tally->tried++;
	tally->differs += theirs != kind->is_good;
	if (is_as_expected(kind, theirs))
		return;
	tally->wrong++;
	print_error("libjwt %s: %s, %s (%s)\n", theirs ? "accepts" : "refuses",
	    kind->name, subject->algorithm->name, token);
}

/* The next subject that the row is for. */
static const struct subject *
next_subject(const struct kind *kind, size_t *at)
{
	const struct subject *subject;

	do
		subject = &subjects[(*at)++ % subject_count];
	while ((kind->keys & (1U << subject->algorithm->type)) == 0);
	return subject;
}

static void
ten_thousand(void **state)
{
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
	struct tally tallies[KINDS] = {{0}};
	size_t at[KINDS] = {0}, wrong = 0;

	(void)state;
	for (size_t i = 0; i < TOKENS; i++) {
		size_t k = i % KINDS;

		try_kind(&kinds[k], next_subject(&kinds[k], &at[k]),
		    next_random(&random), &tallies[k]);
	}
	for (size_t k = 0; k < KINDS; k++) {
		wrong += tallies[k].wrong;
		if (tallies[k].differs > 0)
			print_message("libjwt %s %zu of %zu: %s\n",
			    kinds[k].is_good ? "refuses" : "accepts",
			    tallies[k].differs, tallies[k].tried,
			    kinds[k].name);
	}
	assert_int_equal(wrong, 0);
}

static struct key *
secret_key(const char *text, const struct algorithm *algorithm)
{
	auto_free(secret) struct secret *secret = NULL;
	struct key *key = NULL;

	assert_int_equal(secret_new(&secret, text, strlen(text)), OK);
	assert_int_equal(
	    key_from_secret(secret, algorithm, "shared", &key), OK);
	return key;
}

static struct key *
key_again(const struct key *key, const struct algorithm *algorithm)
{
	auto_free(secret) struct secret *der = NULL;
	struct key *again = NULL;

	assert_int_equal(key_private(key, &der), OK);
	assert_int_equal(key_from_private(der, algorithm, &again), OK);
	return again;
}

/* RSA keys come from the world, for making them takes long. */
static void
make_keys(struct subject *subject)
{
	const struct algorithm *algorithm = subject->algorithm;

	switch (algorithm->type) {
	case KEY_OCT:
		subject->key = secret_key(SECRET_TEXT, algorithm);
		subject->another = secret_key(OTHER_TEXT, algorithm);
		subject->theirs = strdup(SECRET_TEXT);
		break;
	case KEY_RSA:
		subject->key = key_again(world.rs, algorithm);
		subject->another = key_again(world.other, algorithm);
		subject->theirs = public_pem(subject->key);
		break;
	default:
		assert_int_equal(key_generate(algorithm, &subject->key), OK);
		assert_int_equal(
		    key_generate(algorithm, &subject->another), OK);
		subject->theirs = public_pem(subject->key);
		break;
	}
}

static void
add_subject(const struct algorithm *algorithm)
{
	struct subject *subject = &subjects[subject_count++];

	assert_true(subject_count <= SUBJECTS_MAX);
	subject->algorithm = algorithm;
	make_keys(subject);
	subject->keys[0] = subject->key;
	subject->issuer = (struct issuer){
	    .name = "subject",
	    .issuer = LOCAL,
	    .keys = subject->keys,
	    .key_count = 1,
	    .algorithms = algorithm_bit(algorithm),
	    .leeway = ISSUER_LEEWAY,
	    .future_leeway = ISSUER_FUTURE_LEEWAY,
	};
}

/* 1.10.2 has HS, RS and ES; later ones PS, too. */
static int
open_subjects(void **state)
{
	const struct algorithm *algorithm;

	(void)state;
	world_open(&world);
	for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
		if (jwt_str_alg(algorithm->name) != JWT_ALG_INVAL &&
		    algorithm->type != KEY_OKP)
			add_subject(algorithm);
	return subject_count >= 9 ? 0 : -1;
}

static int
close_subjects(void **state)
{
	(void)state;
	for (size_t i = 0; i < subject_count; i++) {
		key_free(subjects[i].key);
		key_free(subjects[i].another);
		free(subjects[i].theirs);
	}
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ten_thousand),
	};

	return cmocka_run_group_tests(tests, open_subjects, close_subjects);
}
