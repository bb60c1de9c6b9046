/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Memory runs out at each allocation in turn. A token that is to be refused is
 * never accepted for that. One that is good is accepted, or the answer is a
 * fault and no refusal; except that jansson, when it cannot grow its buffer,
 * goes on without the character, so that what it parsed may be refused.
 */

#include "base/fields.h"
#include "jwt-agent/verify/keyset.h"
#include "jwt-agent/verify/verify_jws.h"
#include "tests/verify/fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ALLOCATIONS_MAX 2000
#define EXIT_SKIP 77

/* a sanitizer defines the functions itself, and does not stand a second one */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

/* the libraries are to find these, also when all else is hidden */
#define FOR_ALL __attribute__((visibility("default")))

/* glibc's own, for ours stand in front of them */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static struct world world;
static long left = -1; /* allocations before one fails; -1: none does */

#ifndef HAS_SANITIZER
static bool
fails(void)
{
	if (left < 0)
		return false;
	if (left-- > 0)
		return false;
	errno = ENOMEM;
	return true;
}

FOR_ALL void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

FOR_ALL void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

FOR_ALL void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
#endif

#define GOOD_CLAIMS "'iss':'" LOCAL "','sub':'alice','exp':1767226500"

static const struct row {
	const char *header, *payload;
	const struct key *const *key;
	enum err expected;
	bool parsed; /* by jansson */
} rows[] = {
    {"{'alg':'ES256','kid':'@es'}", "{" GOOD_CLAIMS ",'aud':'ssh'}",
	(const struct key *const *)&world.es, OK, false},
    {"{'alg':'RS256', 'kid':'@rs'}", "{" GOOD_CLAIMS ",'aud':['ssh']}",
	(const struct key *const *)&world.rs, OK, true},
    {"{'alg':'RS256','kid':'any'}",
	"{'iss':'" BROAD "','account':{'name':'alice'},'exp':1767226500,"
	"'aud':'ssh'}",
	(const struct key *const *)&world.other, OK, true},
    {"{'alg':'EdDSA'}", "{" GOOD_CLAIMS ", 'aud':'ssh','iat':1.5}",
	(const struct key *const *)&world.ed, OK, true},
    {"{'alg':'ES256'}", "{" GOOD_CLAIMS ",'aud':'ssh'}",
	(const struct key *const *)&world.spare, ERR_BAD_SIGNATURE, false},
    {"{'alg':'EdDSA', 'crit':[]}", "{" GOOD_CLAIMS ",'aud':'ssh'}",
	(const struct key *const *)&world.ed, ERR_HEADER_REFUSED, true},
    {"{'alg':'ES256'}", "{" GOOD_CLAIMS ",'aud':['web']}",
	(const struct key *const *)&world.es, ERR_WRONG_AUDIENCE, true},
};

/* Whether an allocation failed on the way. */
static bool
check_once(const struct row *row, const char *token, long before)
{
	bool failed;
	enum err e;

	left = before;
	e = check(&world, token, false);
	failed = left < 0;
	left = -1;
	if (e != row->expected &&
	    !(failed && (err_is_fault(e) || (row->parsed && e != OK))))
		fail_msg("%s %s: %s at allocation %ld", row->header,
		    row->payload, err_name(e), before);
	return failed;
}

static void
verification(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *token = forge(
		    &world, rows[i].header, rows[i].payload, *rows[i].key);
		long before = 0;

		while (check_once(&rows[i], token, before))
			assert_true(++before < ALLOCATIONS_MAX);
		assert_true(before > 3);
	}
}

static enum err
make_token(const struct claims *claims)
{
	auto_free(secret) struct secret *token = NULL;

	return sign_token(world.es, TYP_ACCESS_TOKEN, claims, &token);
}

static enum err
make_key(const struct secret *der)
{
	auto_free(key) struct key *key = NULL;
	auto_json json_t *jwk = NULL;
	enum err e = key_from_private(der, algorithm_find("ES256"), &key);

	return e == OK ? key_jwk(key, &jwk) : e;
}

static void
signing(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	bool failed = true;

	(void)state;
	assert_int_equal(claims_new(&claims), OK);
	assert_int_equal(claims_set_str(claims, "sub", "alice"), OK);
	for (long before = 0; failed; before++) {
		enum err e;

		left = before;
		e = make_token(claims);
		failed = left < 0;
		left = -1;
		assert_true(failed ? e == OK || err_is_fault(e) : e == OK);
	}
}

static void
keys(void **state)
{
	auto_free(secret) struct secret *der = NULL;
	bool failed = true;

	(void)state;
	assert_int_equal(key_private(world.es, &der), OK);
	for (long before = 0; failed; before++) {
		enum err e;

		left = before;
		e = make_key(der);
		failed = left < 0;
		left = -1;
		assert_true(failed ? e == OK || err_is_fault(e) : e == OK);
	}
}

#define EC                                                                     \
	"'kty':'EC','crv':'P-256',"                                            \
	"'x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',"                   \
	"'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'"
#define ED                                                                     \
	"'kty':'OKP','crv':'Ed25519',"                                         \
	"'x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'"
#define RSA                                                                    \
	"'kty':'RSA','alg':'RS256','e':'AQAB',"                                \
	"'n':'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmf"   \
	"HQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwO"   \
	"WvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA"  \
	"9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6"  \
	"_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9g"  \
	"b54h4FRWyuXpoQ'"

static const struct set {
	const char *text; /* NULL: the PEM of es, rs and ed */
	size_t count, skipped;
} sets[] = {
    {"{" EC ",'kid':'a'}", 1, 0},
    {"{" RSA "}", 1, 0},
    {"{'keys':[{" EC "},{" ED "},{" RSA "}]}", 3, 0},
    {"{'keys':[{'kty':'x'},{" ED ",'kid':'b','key_ops':['verify']}]}", 1, 1},
    {NULL, 8, 0},
};

static char *
text_of(const struct set *set)
{
	auto_str char *es = NULL, *rs = NULL, *ed = NULL;
	char *text = NULL;

	if (set->text != NULL)
		return json_text(&world, set->text);
	es = public_pem(world.es);
	rs = public_pem(world.rs);
	ed = public_pem(world.ed);
	assert_true(asprintf(&text, "%s%s%s", es, rs, ed) > 0);
	return text;
}

/* A set that is good comes whole, or there is a fault: a key is never left out
 * for want of memory, and nothing is refused for it. */
static void
sets_of_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		auto_str char *text = text_of(&sets[i]);
		bool failed = true;

		for (long before = 0; failed; before++) {
			auto_clear(keyset) struct keyset keyset = {0};
			struct keyset_problem why = {0};
			enum err e;

			left = before;
			e = keyset_read((const uint8_t *)text, strlen(text),
			    algorithms_asymmetric(), &keyset, &why);
			failed = left < 0;
			left = -1;
			if (e == OK && keyset.count == sets[i].count &&
			    why.skipped == sets[i].skipped)
				continue;
			if (!failed || !err_is_fault(e))
				fail_msg("%.40s: %s (%s), %zu keys, %zu "
					 "skipped at allocation %ld",
				    text, err_name(e), why.why, keyset.count,
				    why.skipped, before);
		}
	}
}

/* With a key that is given, and a payload to be handed out. */
static void
any_jws(void **state)
{
	auto_str char *token =
	    forge(&world, "{'alg':'ES256','kid':'k'}", "any", world.es);
	auto_json json_t *jwk = NULL;
	bool failed = true;

	(void)state;
	assert_int_equal(key_jwk(world.es, &jwk), OK);
	for (long before = 0; failed; before++) {
		uint8_t *payload = NULL;
		size_t size = 0;
		enum err e;

		left = before;
		e = jws_verify(
		    token, strlen(token), jwk, NULL, NULL, &payload, &size);
		failed = left < 0;
		left = -1;
		assert_true(failed ? e == OK || err_is_fault(e) : e == OK);
		assert_int_equal(payload != NULL, e == OK);
		free(payload);
	}
}

static int
open_world(void **state)
{
	(void)state;
	world_open(&world);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

/* Sanitizers and valgrind bring an allocator of their own. */
static bool
is_in_charge(void)
{
	json_t *object;

	left = 0;
	object = json_object();
	left = -1;
	json_decref(object);
	return object == NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verification),
	    cmocka_unit_test(signing),
	    cmocka_unit_test(keys),
	    cmocka_unit_test(sets_of_keys),
	    cmocka_unit_test(any_jws),
	};

	if (!is_in_charge()) {
		puts("fault_test: another allocator stands before ours: a "
		     "sanitizer's or valgrind's");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, open_world, close_world);
}
