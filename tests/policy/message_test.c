/* SPDX-License-Identifier: BSD-3-Clause */

#include "jwt-agent/policy/message.h"
#include "tests/policy/claimset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEN "xxxxxxxxxx"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct row {
	const char *claims, *form, *text;
} rows[] = {
    {"{}", "no", "no"},
    {"{}", "ask the desk: +1 555 (9-5)", "ask the desk: +1 555 (9-5)"},
    {"{}", "f\xc3\xbcr {sub}!", "f\xc3\xbcr (none)!"},
    {"{'sub':'alice'}", "{sub}", "alice"},
    {"{'sub':'alice'}", "not you, {sub}", "not you, alice"},
    {"{'sub':'alice','n':3}", "{sub}{n}{sub}", "alice3alice"},
    {"{'n':-12}", "{n}", "-12"},
    {"{'n':1.5}", "{n}", "1.5"},
    {"{'n':1.1}", "{n}", "1.1"},
    {"{'n':9223372036854775807}", "{n}", "9223372036854775807"},
    {"{'a':true,'b':null,'c':['x'],'d':{}}", "<{a} {b} {c} {d} {e}>",
	"<true (none) (none) (none) (none)>"},
    {"{'sub':''}", "<{sub}>", "<>"},
    {"{'r':{'tier':'gold'}}", "{r.tier}", "gold"},
    {"{'r':{'tier':'gold'}}", "<{r}>", "<(none)>"},
    {"{'https://x/y':'gold'}", "{https://x/y}", "gold"},
    /* nothing of a value is expanded again, nor does it control anything */
    {"{'sub':'{jti}','jti':'secret'}", "{sub}", "{jti}"},
    {"{'a':'{','b':'}','sub':'x'}", "{a}sub{b}", "{sub}"},
    {"{'sub':'%s%n'}", "{sub}", "%s%n"},
    {"{'sub':'a\\u0001\\n\\t\\u007fb'}", "{sub}", "a????b"},
    {"{'sub':'\\u001b[2Jgone'}", "{sub}", "?[2Jgone"},
    {"{'sub':'Jos\xc3\xa9'}", "{sub}", "Jos?"},
    {"{'sub':'\\u202ealice'}", "{sub}", "?alice"},
    {"{'sub':'\xf0\x9f\x94\x91'}", "{sub}", "?"},
    {"{'sub':'a\\\\x00 \\'}'}", "{sub}", "a\\x00 \"}"},
    /* bounds */
    {"{'sub':'" SIXTY SIXTY "abcdefghij'}", "{sub}!", SIXTY SIXTY "abcdefgh!"},
    {"{'sub':'" SIXTY SIXTY "abcdefgh'}", "{sub}!", SIXTY SIXTY "abcdefgh!"},
    {"{'sub':'" SIXTY SIXTY "abcdefg\xc3\xa9"
     "f'}",
	"{sub}!", SIXTY SIXTY "abcdefg?!"},
    {"{'s':'" SIXTY "'}", "{s}{s}{s}{s}" TEN "abcde",
	SIXTY SIXTY SIXTY SIXTY TEN "abcde"},
    {"{'s':'" SIXTY "'}", "{s}{s}{s}{s}" TEN "abcdef",
	SIXTY SIXTY SIXTY SIXTY TEN "abcde"},
    {"{'s':'" SIXTY "'}",
	"{s}{s}{s}{s}" TEN "abcd\xc3\xa9"
	"f",
	SIXTY SIXTY SIXTY SIXTY TEN "abcd"},
    {"{'s':'" SIXTY "abcd'}", "{s}{s}{s}{s}{s}{s}", NULL},
    /* what the configuration does not let in does no harm */
    {"{'sub':'x'}", "{sub", "x"},
    {"{'sub':'x'}", "sub}", "sub}"},
    {"{'sub':'x'}", "<{}>", "<(none)>"},
    {"{'sub':'x'}", "a\nb\xff", "a?b?"},
};

static void
table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		auto_free(claims) struct claims *claims = claimset(row->claims);
		char text[POLICY_TEXT_SIZE];

		memset(text, '#', sizeof(text));
		policy_deny_text(row->form, claims, text);
		if (row->text != NULL)
			assert_string_equal(text, row->text);
		else
			assert_int_equal(strlen(text), POLICY_TEXT_SIZE - 1);
	}
}

#define BRACE "a brace does not belong to a {claim}"

static void
problems(void **state)
{
	static const struct {
		const char *form, *problem;
	} forms[] = {
	    {"no", NULL},
	    {"not you, {sub}", NULL},
	    {"{a}{b.c}{https://x/y}", NULL},
	    {"f\xc3\xbcr {sub}", NULL},
	    {"", "there is nothing in it"},
	    {"{", BRACE},
	    {"}", BRACE},
	    {"{}", BRACE},
	    {"{sub", BRACE},
	    {"sub}", BRACE},
	    {"{sub}}", BRACE},
	    {"{{sub}", BRACE},
	    {"{a{b}}", BRACE},
	    {"{a b}", BRACE},
	    {"{a} and {", BRACE},
	    {"a\nb", "there is a control character in it"},
	    {"a\x1b[2J", "there is a control character in it"},
	    {"a\xc2\x9b"
	     "2J",
		"there is a control character in it"},
	    {"a\xff", "it is not UTF-8"},
	};
	char longest[POLICY_TEXT_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		const char *problem = policy_deny_problem(forms[i].form);

		if ((problem == NULL) != (forms[i].problem == NULL))
			fail_msg("%s: %s", forms[i].form, problem);
		if (problem != NULL)
			assert_string_equal(problem, forms[i].problem);
	}
	memset(longest, 'a', sizeof(longest));
	longest[POLICY_TEXT_SIZE] = '\0';
	assert_string_equal(
	    policy_deny_problem(longest), "it is longer than 255 bytes");
	assert_null(policy_deny_problem(longest + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
