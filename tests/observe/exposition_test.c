/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/observe/exposition.h"

#include "base/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct page {
	char *text;
	size_t size;
	struct exposition exposition;
};

static int
set_up(void **state)
{
	struct page *page = calloc(1, sizeof(*page));

	page->exposition.out = open_memstream(&page->text, &page->size);
	*state = page;
	return page->exposition.out != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct page *page = *state;

	fclose(page->exposition.out);
	free(page->text);
	free(page);
	return 0;
}

static enum err
add(struct page *page, const char *text)
{
	auto_json json_t *series = json_loads(text, 0, NULL);
	enum err e;

	assert_non_null(series);
	e = exposition_add(&page->exposition, series);
	fflush(page->exposition.out);
	return e;
}

static void
says_once_what_a_metric_is(void **state)
{
	struct page *page = *state;

	assert_int_equal(
	    add(page,
		"{\"name\": \"a_total\", \"type\": \"counter\", \"help\": "
		"\"H.\", \"samples\": [{\"name\": \"a_total\", \"labels\": "
		"{\"s\": \"x\"}, \"value\": 3}]}"),
	    OK);
	assert_int_equal(
	    add(page,
		"{\"name\": \"a_total\", \"type\": \"counter\", \"help\": "
		"\"H.\", \"samples\": [{\"name\": \"a_total\", \"labels\": "
		"{\"s\": \"y\", \"t\": \"z\"}, \"value\": 4}]}"),
	    OK);
	assert_int_equal(
	    add(page,
		"{\"name\": \"b\", \"type\": \"gauge\", \"help\": \"I.\", "
		"\"samples\": [{\"name\": \"b\", \"labels\": {}, \"value\": "
		"0.25}]}"),
	    OK);
	assert_string_equal(page->text,
	    "# HELP a_total H.\n# TYPE a_total counter\n"
	    "a_total{s=\"x\"} 3\n"
	    "a_total{s=\"y\",t=\"z\"} 4\n"
	    "# HELP b I.\n# TYPE b gauge\n"
	    "b 0.25\n");
}

static void
escapes_what_would_end_a_value_or_a_line(void **state)
{
	struct page *page = *state;

	assert_int_equal(
	    add(page,
		"{\"name\": \"b\", \"type\": \"gauge\", \"help\": "
		"\"one\\ntwo \\\\ \\\"three\\\"\", \"samples\": [{\"name\": "
		"\"b\", \"labels\": {\"l\": \"\\\"\\\\\\n}\"}, \"value\": "
		"1}]}"),
	    OK);
	assert_string_equal(page->text,
	    "# HELP b one\\ntwo \\\\ \"three\"\n# TYPE b gauge\n"
	    "b{l=\"\\\"\\\\\\n}\"} 1\n");
}

static void
refuses_what_is_no_series(void **state)
{
#define HEAD "{\"name\": \"b\", \"type\": \"gauge\", \"help\": \"\""
#define ONE(sample) (HEAD ", \"samples\": [" sample "]}")
	static const char *const wrong[] = {
	    "{}",
	    (HEAD "}"),
	    ONE("{\"name\": \"b\", \"labels\": {}, \"value\": \"1\"}"),
	    ONE("{\"name\": \"b\", \"labels\": {\"l\": 1}, \"value\": 1}"),
	    ONE("{\"name\": \"b\", \"value\": 1}"),
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(add(*state, wrong[i]), ERR_PROTOCOL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(says_once_what_a_metric_is),
	    TEST(escapes_what_would_end_a_value_or_a_line),
	    TEST(refuses_what_is_no_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
