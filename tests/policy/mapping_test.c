/* SPDX-License-Identifier: BSD-3-Clause */

#include "jwt-agent/policy/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RULES_MAX 4
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A mapping of `rules`, which end with a NULL. */
static enum err
make(const char *const *rules, struct mapping **out, struct option_error *why)
{
	auto_clear(texts) struct texts list = {0};

	for (size_t i = 0; i < RULES_MAX && rules[i] != NULL; i++)
		assert_int_equal(
		    texts_add(&list, rules[i], strlen(rules[i])), OK);
	return mapping_new(out, &list, why);
}

#define CYRILLIC_A "\xd0\xb0"
#define WIDE_AT "\xef\xbc\xa0"
#define CORP "{user}@corp.example"
#define ERE "/([a-z]+)@corp\\.example/"

static const struct row {
	const char *rules[RULES_MAX];
	const char *claim, *user; /* user NULL: refused */
} rows[] = {
    /* no rule: the whole claim or nothing */
    {{NULL}, "alice", "alice"},
    {{NULL}, "alice@partner.example", "alice@partner.example"},
    {{NULL}, "root@evil", "root@evil"},
    {{NULL}, CYRILLIC_A "lice", CYRILLIC_A "lice"},
    {{NULL}, "", NULL},
    {{NULL}, "https://evil/alice", NULL},
    {{NULL}, "-alice", NULL},
    {{NULL}, "alice\n", NULL},
    {{NULL}, "1000", NULL},
    /* a text */
    {{"alice@corp -> alice"}, "alice@corp", "alice"},
    {{"alice@corp -> alice"}, "alice@corp ", NULL},
    {{"alice@corp -> alice"}, "Alice@corp", NULL},
    {{"alice@corp -> alice"}, "malice@corp", NULL},
    {{"alice@corp -> alice"}, "alice@corp.evil", NULL},
    {{"alice@corp -> alice"}, "alice", NULL},
    {{"alice@corp->alice"}, "alice@corp", "alice"},
    {{" alice@corp\t->  alice "}, "alice@corp", "alice"},
    {{"alice"}, "alice", "alice"},
    {{"alice"}, "alice2", NULL},
    {{"alice"}, "alic", NULL},
    {{"alice -> {user}-ci"}, "alice", "alice-ci"},
    {{"https://ci.example/alice -> alice"}, "https://ci.example/alice",
	"alice"},
    {{"a.b -> alice"}, "aXb", NULL},
    {{"The Build Robot -> robot"}, "The Build Robot", "robot"},
    /* a template */
    {{CORP}, "alice@corp.example", "alice"},
    {{CORP}, "alice@corp.example.evil", NULL},
    {{CORP}, "alice@partner.example", NULL},
    {{CORP}, "alice@corpXexample", NULL},
    {{CORP}, "alice@CORP.example", NULL},
    {{CORP}, "alice" WIDE_AT "corp.example", NULL},
    {{CORP}, "@corp.example", NULL},
    {{CORP}, "alice", NULL},
    {{CORP}, "alice@corp.example\n", NULL},
    {{CORP}, "evil\nalice@corp.example", NULL},
    {{CORP}, "a/alice@corp.example", NULL},
    {{CORP}, "-x@corp.example", NULL},
    {{CORP}, "1000@corp.example", NULL},
    {{CORP}, "a:b@corp.example", NULL},
    {{CORP}, "alice@evil@corp.example", "alice@evil"},
    {{CORP}, "root@corp.example", "root"}, /* policy has the word on root */
    {{"corp-{user}"}, "corp-alice", "alice"},
    {{"corp-{user}"}, "corp-", NULL},
    {{"corp-{user}"}, "xcorp-alice", NULL},
    {{"aa{user}aa"}, "aaa", NULL},
    {{"aa{user}aa"}, "aaaa", NULL},
    {{"aa{user}aa"}, "aaaaa", "a"},
    {{"{user}"}, "alice@evil", "alice@evil"},
    {{"{user}@ci -> ci-{user}"}, "alice@ci", "ci-alice"},
    {{"{user}@ci -> {user}.ci"}, "alice@ci", "alice.ci"},
    {{"{user}@ci -> robot"}, "anybody@ci", "robot"},
    {{"{user}@ci -> ci-{user}"}, "a b@ci", NULL},
    /* an expression */
    {{ERE}, "alice@corp.example", "alice"},
    {{ERE}, "alice@corpXexample", NULL},
    {{ERE}, "xalice@corp.example.evil", NULL},
    {{ERE}, "Alice@corp.example", NULL},
    {{ERE}, "evil\nalice@corp.example", NULL},
    {{ERE}, "alice@corp.example\nevil", NULL},
    {{ERE}, "alice@corp.example\n", NULL},
    {{"/^([a-z]+)$/"}, "alice", "alice"},
    {{"/^([a-z]+)$/"}, "evil\nalice", NULL},
    {{"/alice|bob@corp/"}, "bob@corp", "bob@corp"},
    {{"/alice|bob@corp/"}, "alice", "alice"},
    {{"/alice|bob@corp/"}, "alice@evil", NULL},
    {{"/alice|bob@corp/"}, "evil bob@corp", NULL},
    {{"/a|ab/"}, "ab", "ab"},
    {{"/(a|ab)(c|bcd)/"}, "abcd", "a"},
    {{"/(alice)?.*/"}, "bob", NULL}, /* the group took no part */
    {{"/(alice)?.*/ -> robot"}, "bob", "robot"},
    {{"/(x)?bob/ -> a{user}"}, "bob", NULL},
    {{"/(x)?bob/ -> a{user}"}, "xbob", "ax"},
    {{"/(a*)b/"}, "b", NULL},
    {{"/[a-z]+/"}, "alice", "alice"},
    {{"/[a-z]+/"}, "alice@evil", NULL},
    {{"/.+/"}, "a/b", NULL},
    {{"/.+@corp/ -> shared"}, "any one@corp", "shared"},
    {{"/repo:corp\\/([a-z]+):ref:.*/"}, "repo:corp/web:ref:refs/heads/main",
	"web"},
    {{"/repo:corp/([a-z]+):.*/ -> ci-{user}"}, "repo:corp/web:main", "ci-web"},
    {{"/([[:alpha:]]+)[]/]x/"}, "bob]x", "bob"},
    {{"/([[:alpha:]]+)/"}, CYRILLIC_A, NULL},
    {{"/(.)./"}, CYRILLIC_A, NULL}, /* half a character */
    {{"/a{2}/"}, "aa", "aa"},
    {{"/a{2}/"}, "aaa", NULL},
    {{"/a{2,}/"}, "aaa", "aaa"},
    {{"/a{1,2}/"}, "aaa", NULL},
    {{"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} -> u/ -> u"},
	"0a1b2c3d-0000-1111-2222-0123456789ab -> u", "u"},
    /* the first that matches decides */
    {{"bob@corp -> robert", CORP, "{user}@corp"}, "bob@corp", "robert"},
    {{"bob@corp -> robert", CORP, "{user}@corp"}, "eve@corp", "eve"},
    {{"bob@corp -> robert", CORP, "{user}@corp"}, "eve@corp.example", "eve"},
    {{"bob@corp -> robert", CORP, "{user}@corp"}, "eve@evil", NULL},
    {{"/(.*)@a/", "/.*/ -> guest"}, "-eve@a", NULL}, /* no second chance */
    {{"/(.*)@a/", "/.*/ -> guest"}, "-eve@b", "guest"},
    {{"aa{user}aa", "/.*/ -> guest"}, "aaaa", "guest"},
    {{"aa{user}aa", "/.*/ -> guest"}, "aa1aa", NULL},
};

static void
table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		auto_free(mapping) struct mapping *mapping = NULL;
		char user[MAPPING_USER_MAX + 1] = "untouched";
		struct option_error why = {""};
		enum err e;

		if (make(row->rules, &mapping, &why) != OK)
			fail_msg("%s: %s", row->rules[0], why.text);
		e = mapping_apply(mapping, row->claim, user);
		if (e != (row->user != NULL ? OK : ERR_WRONG_USER))
			fail_msg("%s of %s: %s %s", row->claim, row->rules[0],
			    err_name(e), user);
		assert_string_equal(
		    user, row->user != NULL ? row->user : "untouched");
	}
}

#define TEN "xxxxxxxxxx"
#define FIFTY TEN TEN TEN TEN TEN
#define DEEP8 "/((((((((a))))))))/"
#define DEEP9 "/(((((((((a)))))))))/"

static const struct fault {
	const char *rule, *problem; /* NULL: none */
} faults[] = {
    {"", "\"\": there is nothing in it"},
    {"  ", "\"  \": there is nothing in it"},
    {"-> alice", "\"-> alice\": there is nothing in it"},
    {"alice ->", "\"alice ->\": there is nothing in it"},
    {"alice -> bob -> eve", "\"alice -> bob -> eve\": it has two arrows"},
    {"/a/ -> b -> c", "\"/a/ -> b -> c\": it has two arrows"},
    {"{user}@{user}", "\"{user}@{user}\": {user} stands in it twice"},
    {"a -> {user}{user}", "\"a -> {user}{user}\": {user} stands in it twice"},
    {"{name}@corp",
	"\"{name}@corp\": no braces but those of {user} may stand in it"},
    {"{user}@{corp}",
	"\"{user}@{corp}\": no braces but those of {user} may stand in it"},
    {"{{user}}", "\"{{user}}\": no braces but those of {user} may stand in it"},
    {"{user", "\"{user\": no braces but those of {user} may stand in it"},
    {"/a(b)/ -> {1}",
	"\"/a(b)/ -> {1}\": no braces but those of {user} may stand in it"},
    {"/a", "\"/a\": the expression has no closing slash"},
    {"/", "\"/\": the expression has no closing slash"},
    {"//", "\"//\": the expression is empty"},
    {"/a/ alice", "\"/a/ alice\": something stands behind the closing slash"},
    {"/a/i", "\"/a/i\": something stands behind the closing slash"},
    {"/a/ -> /b", "\"/a/ -> /b\": something stands behind the closing slash"},
    {"/(a/", "\"/(a/\": a ( is not closed"},
    {"/a)|b/", "\"/a)|b/\": a ) has no ("},
    {"/[a/", "\"/[a/\": a [ is not closed"},
    {"/[[:alpha/", "\"/[[:alpha/\": a [ is not closed"},
    {"/[[:nothing:]]/", NULL},
    {"/a\\/", "\"/a\\/\": it ends in a backslash"},
    {"/(.)\\1/", "\"/(.)\\1/\": back-references are not supported"},
    {"/(.)[\\1]/", ""},
    {"/\\d+/", NULL},
    {"/\\<a/", NULL},
    {"/\\`a/", NULL},
    {"/\\'a/", NULL},
    {"/*a/", NULL},
    {"/a|*/", NULL},
    {"/{3}/", NULL},
    {"/a{/", NULL},
    {"/a{,3}/", NULL},
    {"/a{x}/", NULL},
    {"/a{3/", NULL},
    {"/a{3,2}/", NULL},
    {"/a{255}/", ""},
    {"/a{256}/", "\"/a{256}/\": it repeats something more than 255 times"},
    {"/a{99999999999999999999}/", NULL},
    {"/a{99999999999999999999,}/",
	"\"/a{99999999999999999999,}/\": it repeats something more than 255 "
	"times"},
    {"/a{256,1}/", NULL},
    {"/(a{16}){31}/", NULL},
    {"/(a{15}){32}/", ""},
    {"/((a{64}){64}){64}/", NULL},
    {"/(((((((a+)+)+)+)+)+)+)+/", ""},
    {"/(((((((aa+)+)+)+)+)+)+)+/", NULL},
    {"/a{2}{2}{2}{2}{2}{2}{2}{2}{2}/", ""},
    {"/a{2}{2}{2}{2}{2}{2}{2}{2}{2}{2}/", NULL},
    {"/a{255}b{255}/", ""},
    {"/a{255}b{255}ccc/", NULL},
    {"/(a*)*/", "\"/(a*)*/\": it repeats what is empty or may be"},
    {"/(a?b?)+/", NULL},
    {"/(a|)+/", NULL},
    {"/(|a)*/", NULL},
    {"/(a|b*|c){2}/", NULL},
    {"/((a*)(b*))*/", NULL},
    {"/(a*)b*+/", NULL},
    {"/a**/", NULL},
    {"/a?*/", NULL},
    {"/(a{0,3})*/", NULL},
    {"/(^)*a/", NULL},
    {"/a$*/", NULL},
    {"/a()*/", NULL},
    {"/(a*b)*/", ""},
    {"/(ab*)*/", ""},
    {"/(a|b*c|d)+/", ""},
    {"/((a*)?)?b*/", ""},
    {"/a++/", ""},
    {DEEP8, ""},
    {DEEP9, "\"" DEEP9 "\": groups are nested too deep"},
    {"/" FIFTY FIFTY FIFTY FIFTY FIFTY "xxxxxx/", ""},
    {"/" FIFTY FIFTY FIFTY FIFTY FIFTY "xxxxxxx/", NULL},
    {FIFTY FIFTY FIFTY FIFTY FIFTY TEN " -> alice", ""},
    {FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY TEN "-> alice",
	NULL},
    {"alice -> -bob",
	"\"alice -> -bob\": the name that it gives begins with a hyphen"},
    {"alice -> b/b",
	"\"alice -> b/b\": the name that it gives contains a slash"},
    {"alice -> 1000",
	"\"alice -> 1000\": the name that it gives consists of digits"},
    {"a/b", "\"a/b\": the name that it gives contains a slash"},
    {"a/b -> x{user}", NULL},
    {"{user}@corp -> a:{user}", NULL},
    {"{user}@corp -> 1{user}", ""},
    {"1 -> 1{user}", NULL},
    {"{user}@corp -> the {user}", NULL},
    {"{user}@corp -> " FIFTY FIFTY FIFTY FIFTY FIFTY "x{user}xxxx", ""},
    {"{user}@corp -> " FIFTY FIFTY FIFTY FIFTY FIFTY "x{user}xxxxx", NULL},
};

/* A problem of NULL: refused in words that are not looked at; "": accepted. */
static void
refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		const struct fault *fault = &faults[i];
		const char *const rules[RULES_MAX] = {"good", fault->rule};
		auto_free(mapping) struct mapping *mapping = NULL;
		struct option_error why = {""};
		enum err e = make(rules, &mapping, &why);
		bool accepted =
		    fault->problem != NULL && fault->problem[0] == '\0';

		if (e != (accepted ? OK : ERR_CONFIG))
			fail_msg(
			    "%s: %s %s", fault->rule, err_name(e), why.text);
		assert_int_equal(mapping != NULL, accepted);
		if (fault->problem != NULL)
			assert_string_equal(why.text, fault->problem);
		else
			assert_true(strlen(why.text) > strlen("\"\": "));
	}
}

static void
no_rules(void **state)
{
	auto_free(mapping) struct mapping *mapping = NULL;
	char user[MAPPING_USER_MAX + 1];
	char longest[MAPPING_USER_MAX + 2];

	(void)state;
	assert_int_equal(mapping_new(&mapping, NULL, NULL), OK);
	memset(longest, 'a', sizeof(longest));
	longest[MAPPING_USER_MAX + 1] = '\0';
	assert_int_equal(mapping_apply(mapping, longest, user), ERR_WRONG_USER);
	assert_int_equal(mapping_apply(mapping, longest + 1, user), OK);
	assert_string_equal(user, longest + 1);
	mapping_free(NULL);
}

/* What was matched before changes no answer, also when it was forgotten. */
static void
memory_of_claims(void **state)
{
	static const char *const rules[RULES_MAX] = {
	    "/(a|b)*a((a|b){60})/ -> long", ERE};
	auto_free(mapping) struct mapping *mapping = NULL;
	struct option_error why;
	char claim[257] = "";

	(void)state;
	assert_int_equal(make(rules, &mapping, &why), OK);
	for (unsigned i = 0; i < 64; i++) {
		char user[MAPPING_USER_MAX + 1];

		for (size_t n = 0; n < sizeof(claim) - 1; n++)
			claim[n] = (n * n + i) % 7 < 3 ? 'a' : 'b';
		claim[sizeof(claim) - 62] = i % 2 == 0 ? 'a' : 'b';
		assert_int_equal(mapping_apply(mapping, claim, user),
		    i % 2 == 0 ? OK : ERR_WRONG_USER);
		assert_int_equal(
		    mapping_apply(mapping, "bob@corp.example", user), OK);
		assert_string_equal(user, "bob");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(no_rules),
	    cmocka_unit_test(memory_of_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
