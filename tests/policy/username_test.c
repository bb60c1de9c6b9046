/* SPDX-License-Identifier: BSD-3-Clause */

#include "jwt-agent/policy/username.h"
#include "jwt-agent/policy/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define UNSEEN "contains white space or a control character"

static const struct row {
	const char *name, *problem;
} rows[] = {
    {"alice", NULL},
    {"a", NULL},
    {"alice@partner.example", NULL},
    {"CORP\\alice", NULL},
    {"a-b_c.d$", NULL},
    {"1alice", NULL},
    {"alice1", NULL},
    {"ren\xc3\xa9", NULL},
    {"\xe5\xb1\xb1\xe7\x94\xb0", NULL},
    {"\xf0\x9f\x94\x91", NULL},
    {"", "is empty"},
    {"-", "begins with a hyphen"},
    {"-alice", "begins with a hyphen"},
    {"0", "consists of digits"},
    {"01000", "consists of digits"},
    {"/alice", "contains a slash"},
    {"a/b", "contains a slash"},
    {"alice/", "contains a slash"},
    {"..", NULL},
    {"a:b", "contains a colon"},
    {"alice:", "contains a colon"},
    {"alice ", UNSEEN},
    {" alice", UNSEEN},
    {"a\tb", UNSEEN},
    {"alice\n", UNSEEN},
    {"\nalice", UNSEEN},
    {"alice\r", UNSEEN},
    {"a\x01", UNSEEN},
    {"a\x7f", UNSEEN},
    {"a\xc2\x80", UNSEEN},
    {"a\xc2\x85", UNSEEN}, /* next line */
    {"a\xc2\xa0"
     "b",
	UNSEEN}, /* no-break space */
    {"a\xc2\xa1", NULL},
    {"a\xc2\xad"
     "b",
	UNSEEN},	       /* soft hyphen */
    {"a\xe2\x80\x83", UNSEEN}, /* em space */
    {"a\xe2\x80\x8b"
     "b",
	UNSEEN}, /* zero width space */
    {"\xe2\x80\xae"
     "ecila",
	UNSEEN},	       /* right-to-left override */
    {"a\xe2\x80\xa8", UNSEEN}, /* line separator */
    {"a\xe3\x80\x80", UNSEEN}, /* ideographic space */
    {"\xef\xbb\xbf"
     "alice",
	UNSEEN},		   /* byte order mark */
    {"a\xf3\xa0\x80\xa0", UNSEEN}, /* tag space */
    {"a\xff", "is not UTF-8"},
    {"a\xc3", "is not UTF-8"},
    {"a\x80", "is not UTF-8"},
    {"a\xc0\xaf", "is not UTF-8"},     /* a slash, overlong */
    {"a\xe0\x80\xaf", "is not UTF-8"}, /* the same */
    {"a\xed\xa0\x80", "is not UTF-8"}, /* a surrogate */
    {"a\xf4\x90\x80\x80", "is not UTF-8"},
    {"a\xf5\x80\x80\x80", "is not UTF-8"},
    {"a\xe2\x80", "is not UTF-8"},
};

static void
table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *problem = user_name_problem(rows[i].name);

		if (rows[i].problem == NULL && problem != NULL)
			fail_msg("%s: %s", rows[i].name, problem);
		if (rows[i].problem == NULL)
			continue;
		if (problem == NULL)
			fail_msg("%s is taken for a name", rows[i].name);
		assert_string_equal(problem, rows[i].problem);
	}
}

static void
length(void **state)
{
	char name[USER_NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[USER_NAME_MAX] = '\0';
	assert_null(user_name_problem(name));
	name[USER_NAME_MAX] = 'a';
	name[USER_NAME_MAX + 1] = '\0';
	assert_string_equal(user_name_problem(name), "is too long");
}

static void
characters(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		uint32_t character;
	} firsts[] = {
	    {"", 0, 0},
	    {"a\xff", 1, 'a'},
	    {"\xc2\x80", 2, 0x80},
	    {"\xdf\xbf", 2, 0x7ff},
	    {"\xe0\xa0\x80", 3, 0x800},
	    {"\xed\x9f\xbf", 3, 0xd7ff},
	    {"\xee\x80\x80", 3, 0xe000},
	    {"\xef\xbf\xbf", 3, 0xffff},
	    {"\xf0\x90\x80\x80", 4, 0x10000},
	    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
	    {"\xed\xbf\xbf", 0, 0},
	    {"\xf0\x8f\xbf\xbf", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(firsts); i++) {
		uint32_t character = 0;

		assert_int_equal(
		    utf8_next(firsts[i].text, &character), firsts[i].size);
		assert_int_equal(character, firsts[i].character);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(length),
	    cmocka_unit_test(characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
