/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/document.h"

#include "base/fields.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define URL "https://issuer.example/keys"

static enum err
read_text(const char *text, struct problem *problem)
{
	auto_json json_t *json = NULL;
	enum err e = document_read(text, strlen(text), URL, &json, problem);

	assert_true((json != NULL) == (e == OK));
	return e;
}

static void
test_objects_are_read(void **state)
{
	static const char *const texts[] = {
	    "{}",
	    " {\"keys\":[]}\n",
	    "{\"brackets\":\"[[[[[[[[[[[[[[[[\\\"[[[[{{{{{{{{\"}",
	    "{\"a\":[[[[[[[[[[[]]]]]]]]]]]}",
	    "{\"a\":[[],[],[],[],[],[],[],[],[],[],[],[],[]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct problem problem = {""};

		assert_int_equal(read_text(texts[i], &problem), OK);
		assert_string_equal(problem.text, "");
	}
}

static void
test_anything_else_is_named(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
	    {"", "GET " URL " answered what is not JSON"},
	    {"<html>", "GET " URL " answered what is not JSON"},
	    {"{\"a\":1", "GET " URL " answered what is not JSON"},
	    {"{} {}", "GET " URL " answered what is not JSON"},
	    {"{\"a\":\"\\u0000\"}", "GET " URL " answered what is not JSON"},
	    {"{\"a\":99999999999999999999}",
		"GET " URL " answered what is not JSON"},
	    {"[]", "GET " URL " answered JSON that is not an object"},
	    {"null", "GET " URL " answered JSON that is not an object"},
	    {"\"a\"", "GET " URL " answered JSON that is not an object"},
	    {"{\"a\":1,\"a\":1}",
		"GET " URL " answered JSON that has a member twice"},
	    {"{\"b\":[{\"a\":1,\"\\u0061\":2}]}",
		"GET " URL " answered JSON that has a member twice"},
	    {"{\"a\":[[[[[[[[[[[[]]]]]]]]]]]]}",
		"GET " URL " answered JSON that is nested too deeply"},
	    {"[[[[[[[[[[[[[",
		"GET " URL " answered JSON that is nested too deeply"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct problem problem = {""};

		assert_int_equal(
		    read_text(rows[i].text, &problem), ERR_KEYS_UNAVAILABLE);
		assert_string_equal(problem.text, rows[i].said);
	}
}

/* An array of so many items, itself and the object around it two more. */
static enum err
read_items(size_t count, struct problem *problem)
{
	char text[2 * DOCUMENT_VALUES_MAX + 16] = "{\"a\":[1";

	size_t used = strlen(text);

	for (; count > 1; count--, used += 2)
		memcpy(text + used, ",1", 2);
	memcpy(text + used, "]}", 2);
	return read_text(text, problem);
}

static void
test_values_are_counted(void **state)
{
	struct problem problem = {""};

	(void)state;
	assert_int_equal(read_items(DOCUMENT_VALUES_MAX - 1, &problem), OK);
	assert_int_equal(
	    read_items(DOCUMENT_VALUES_MAX, &problem), ERR_KEYS_UNAVAILABLE);
	assert_string_equal(
	    problem.text, "GET " URL " answered JSON of too many values");
}

static void
test_a_problem_is_one_line_of_ascii(void **state)
{
	struct problem problem = {""};
	char text[2 * PROBLEM_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(problem_say(&problem, "%s", "a\n\x1b[1m\xc3\xa9\x7f~"),
	    ERR_KEYS_UNAVAILABLE);
	assert_string_equal(problem.text, "a??[1m???~");
	problem_say(&problem, PROBLEM_TEXT " %s", text, "why");
	assert_string_equal(problem.text + 400, " why");
	problem_say(&problem, "%s", text);
	assert_int_equal(strlen(problem.text), PROBLEM_MAX);
	assert_true(PROBLEM_MAX <= FIELD_STR_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_objects_are_read),
	    cmocka_unit_test(test_anything_else_is_named),
	    cmocka_unit_test(test_values_are_counted),
	    cmocka_unit_test(test_a_problem_is_one_line_of_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
