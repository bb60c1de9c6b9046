/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Memory runs out at each allocation in turn. Then there is a fault or the
 * answer that there is with memory: never another user, never a user instead
 * of a refusal, never a refusal instead of a fault.
 */

#include "base/fields.h"
#include "jwt-agent/policy/mapping.h"
#include "jwt-agent/policy/message.h"
#include "jwt-agent/policy/policy.h"
#include "tests/policy/claimset.h"

#include <dlfcn.h>
#include <errno.h>
#include <regex.h>
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

static long compiled;  /* by regcomp() */
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

/* Stands before glibc's, which frees some memory twice when it has no more;
 * as a whole it has memory or has none. */
int
regcomp(regex_t *regex, const char *text, int flags)
{
	int (*glibc)(regex_t *, const char *, int);
	long kept;
	int code;

#ifndef HAS_SANITIZER
	if (fails())
		return REG_ESPACE;
#endif
	compiled++;
	kept = left;
	left = -1;
	*(void **)&glibc = dlsym(RTLD_NEXT, "regcomp");
	code = glibc(regex, text, flags);
	left = kept;
	return code;
}

/* Runs `step` with one allocation after another that fails, until none does
 * any more. */
static void
each_allocation(enum err expected, enum err (*step)(void *), void *argument)
{
	bool failed = true;
	long before;

	for (before = 0; failed; before++) {
		enum err e;

		assert_true(before < ALLOCATIONS_MAX);
		left = before;
		e = step(argument);
		failed = left < 0;
		left = -1;
		if (e != expected && !(failed && e == ERR_NO_MEMORY))
			fail_msg("%s at allocation %ld", err_name(e), before);
	}
	assert_true(before > 1);
}

struct case_of_mapping {
	const char *rules, *claim, *user;
};

static enum err
map_once(void *argument)
{
	const struct case_of_mapping *test = argument;
	auto_clear(texts) struct texts rules = {0};
	auto_free(mapping) struct mapping *mapping = NULL;
	char user[MAPPING_USER_MAX + 1] = "";
	struct option_error why;
	long kept = left;
	enum err e;

	left = -1;
	rules = textlist(test->rules);
	left = kept;
	e = mapping_new(&mapping, &rules, &why);
	if (e == OK)
		e = mapping_apply(mapping, test->claim, user);
	if (e == OK)
		assert_string_equal(user, test->user);
	else
		assert_string_equal(user, "");
	return e;
}

/* The second rules would take the claims, too, and name somebody else. */
static void
mappings(void **state)
{
	struct case_of_mapping tests[] = {
	    {"alice@corp -> alice", "alice@corp", "alice"},
	    {"{user}@corp -> ci-{user}", "alice@corp", "ci-alice"},
	    {"/([a-z]+)@corp/,/.*/ -> guest", "alice@corp", "alice"},
	    {"/(al|ali|alic|x)*(ce?|e)?@(corp|c.*)/ -> alice,/.*/ -> guest",
		"alialice@corp", "alice"},
	    {"/([a-z]|([a-z_]|.a){3})+@[^@]+(\\.[a-z]+)*/ -> u,/.*/ -> guest",
		"some_body_new@very.long.name.of.a.corp.example", "u"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		each_allocation(OK, map_once, &tests[i]);
}

static void
mapping_refusals(void **state)
{
	struct case_of_mapping nobody = {"/(.+)@corp/,x", "alice@evil", ""};
	struct case_of_mapping unsafe = {
	    "/(.+)@corp/,/.*/ -> guest", "a/b@corp", ""};
	struct case_of_mapping broken = {"/(a|*)/", "", ""};

	(void)state;
	each_allocation(ERR_WRONG_USER, map_once, &nobody);
	each_allocation(ERR_WRONG_USER, map_once, &unsafe);
	each_allocation(ERR_CONFIG, map_once, &broken);
}

/* Forgetting compiles anew; without memory the next claim is served. */
static void
forgetting(void **state)
{
	auto_clear(texts) struct texts rules =
	    textlist("/(a|b)*a(a|b){10}/ -> u");
	auto_free(mapping) struct mapping *mapping = NULL;
	struct option_error why;
	char user[MAPPING_USER_MAX + 1];

	(void)state;
	assert_int_equal(mapping_new(&mapping, &rules, &why), OK);
	compiled = 0;
	for (long before = 0; before < ALLOCATIONS_MAX; before++) {
		enum err e;

		left = before % 40;
		e = mapping_apply(mapping, "abbabaabbbabaababaabb", user);
		left = -1;
		assert_true(e == OK || e == ERR_NO_MEMORY);
		assert_int_equal(
		    mapping_apply(mapping, "abbabaabbbabaababaabb", user), OK);
		assert_int_equal(
		    mapping_apply(mapping, "abbabaabbbabaababaabx", user),
		    ERR_WRONG_USER);
	}
	/* once in a kilobyte, and not for every claim */
	assert_true(compiled > ALLOCATIONS_MAX * 3 * 21 / 2048);
	assert_true(compiled < ALLOCATIONS_MAX * 2);
}

#define TOKEN                                                                  \
	"{'a':1.5,'b':{'c':'y'},'groups':['dev','wheel'],'acr':'2',"           \
	"'amr':['otp'],'auth_time':1767225600.5}"

struct case_of_service {
	const struct claims *claims;
	struct policy policy;
};

static enum err
serve_once(void *argument)
{
	const struct case_of_service *test = argument;
	const struct policy_subject subject = {.user = "alice",
	    .uid = 1000,
	    .mapped = "alice",
	    .issuer = "corp",
	    .claims = test->claims,
	    .issued = 1767225600,
	    .now = 1767225600};
	struct trail trail = {0};

	return policy_service(&test->policy, &subject, &trail);
}

static void
services(void **state)
{
	auto_clear(texts) struct texts claim = textlist("a=1.5,b.c=y");
	auto_clear(texts) struct texts groups = textlist("wheel,ops|dev");
	auto_clear(texts) struct texts amr = textlist("otp");
	auto_clear(texts) struct texts missing = textlist("a,b.c=z");
	auto_clear(texts) struct texts wrong = textlist("otp,b.c|wheelchair");
	auto_free(claims) struct claims *claims = claimset(TOKEN);
	struct case_of_service test = {claims,
	    {.require_claims = &claim,
		.require_groups = &groups,
		.require_amr = &amr,
		.max_auth_age = 300}};

	(void)state;
	each_allocation(OK, serve_once, &test);
	test.policy.require_amr = &wrong;
	each_allocation(ERR_POLICY_DENIED, serve_once, &test);
	test.policy.require_groups = &wrong;
	each_allocation(ERR_POLICY_DENIED, serve_once, &test);
	test.policy.require_claims = &missing;
	each_allocation(ERR_POLICY_DENIED, serve_once, &test);
}

/* The words of the administrator are there in any case. */
static void
messages(void **state)
{
	auto_free(claims) struct claims *claims = claimset(TOKEN);
	char text[POLICY_TEXT_SIZE];
	bool failed = true;

	(void)state;
	for (long before = 0; failed; before++) {
		left = before;
		policy_deny_text("<{b.c}>", claims, text);
		failed = left < 0;
		left = -1;
		assert_string_equal(text, failed ? "<>" : "<y>");
	}
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
	    cmocka_unit_test(mappings),
	    cmocka_unit_test(mapping_refusals),
	    cmocka_unit_test(forgetting),
	    cmocka_unit_test(services),
	    cmocka_unit_test(messages),
	};

	if (!is_in_charge()) {
		puts("fault_test: another allocator stands before ours: a "
		     "sanitizer's or valgrind's");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
