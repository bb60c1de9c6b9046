/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/options.h"

#include "base/texts.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

struct sample {
	bool flag;
	char *text;
	char *path;
	int64_t seconds;
	char *choice;
	char *unset;
	char *other_text;
	int64_t number;
	char *url;
	struct texts list;
	struct texts chosen;
	struct texts lines;
	int64_t size;
};

#define AT(member) offsetof(struct sample, member)

static const struct option rows[] = {
    {NULL, "flag", OPTION_FLAG, AT(flag), NULL, 0, 0, NULL, ""},
    {NULL, "text", OPTION_TEXT, AT(text), "two", 2, 5, NULL, ""},
    {NULL, "path", OPTION_PATH, AT(path), "/here", 0, 0, NULL, ""},
    {NULL, "seconds", OPTION_SECONDS, AT(seconds), "90", 10, 86400, NULL, ""},
    {NULL, "choice", OPTION_CHOICE, AT(choice), "one", 0, 0, "one|two|three",
	""},
    {NULL, "unset", OPTION_TEXT, AT(unset), NULL, 1, 5, NULL, ""},
    {"other", "text", OPTION_TEXT, AT(other_text), NULL, 1, 9, NULL, ""},
    {NULL, "number", OPTION_NUMBER, AT(number), "7", 5, 4294967294, NULL, ""},
    {NULL, "url", OPTION_URL, AT(url), NULL, 0, 0, NULL, ""},
    {NULL, "list", OPTION_LIST, AT(list), "a, b", 1, 5, NULL, ""},
    {NULL, "chosen", OPTION_LIST, AT(chosen), NULL, 1, 9, "one|two|three", ""},
    {NULL, "lines", OPTION_LINES, AT(lines), NULL, 2, 9, NULL, ""},
    {NULL, "size", OPTION_SIZE, AT(size), "1M", 1024, INT64_C(1) << 40, NULL,
	""},
};

#define COUNT (sizeof(rows) / sizeof(*rows))

static void
sample_clear(struct sample *sample)
{
	options_clear(rows, COUNT, sample);
}

static enum err
set(struct sample *sample, const char *name, const char *value,
    struct option_error *error)
{
	return options_set(rows, COUNT, sample, NULL, name, value, error);
}

static void
test_defaults(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(options_preset(rows, COUNT, &sample, &error), OK);
	assert_false(sample.flag);
	assert_string_equal(sample.text, "two");
	assert_string_equal(sample.path, "/here");
	assert_int_equal(sample.seconds, 90);
	assert_string_equal(sample.choice, "one");
	assert_null(sample.unset);
	assert_int_equal(sample.number, 7);
	assert_null(sample.url);
	assert_int_equal(sample.list.count, 2);
	assert_string_equal(sample.list.item[1], "b");
	assert_int_equal(sample.lines.count, 0);
}

static void
test_bad_default_is_refused(void **state)
{
	const struct option bad = {
	    NULL, "path", OPTION_PATH, AT(path), "here", 0, 0, NULL, ""};
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(options_preset(&bad, 1, &sample, &error), ERR_CONFIG);
}

static void
test_values(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} times[] = {{"10", 10}, {"10s", 10}, {"2m", 120}, {"3h", 10800},
	    {"1d", 86400}, {"1440m", 86400}};
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(set(&sample, "flag", NULL, &error), OK);
	assert_true(sample.flag);
	assert_int_equal(set(&sample, "flag", "no", &error), OK);
	assert_false(sample.flag);
	assert_int_equal(set(&sample, "flag", "yes", &error), OK);
	assert_true(sample.flag);
	assert_int_equal(set(&sample, "text", "12345", &error), OK);
	assert_int_equal(set(&sample, "text", "12", &error), OK);
	assert_string_equal(sample.text, "12");
	assert_int_equal(set(&sample, "path", "/there", &error), OK);
	assert_string_equal(sample.path, "/there");
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		assert_int_equal(
		    set(&sample, "seconds", times[i].text, &error), OK);
		assert_int_equal(sample.seconds, times[i].seconds);
	}
	assert_int_equal(set(&sample, "choice", "three", &error), OK);
	assert_string_equal(sample.choice, "three");
	assert_int_equal(set(&sample, "choice", "two", &error), OK);
	assert_string_equal(sample.choice, "two");
}

static void
test_numbers_and_urls(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(set(&sample, "number", "4294967294", &error), OK);
	assert_int_equal(sample.number, 4294967294);
	assert_int_equal(set(&sample, "number", "5", &error), OK);
	assert_int_equal(sample.number, 5);
	assert_int_equal(set(&sample, "url", "https://a.test/x", &error), OK);
	assert_int_equal(set(&sample, "url", "http://[::1]/x", &error), OK);
	assert_string_equal(sample.url, "http://[::1]/x");
}

static void
assert_texts(const struct texts *texts, const char *const expected[])
{
	size_t count = 0;

	for (; expected[count] != NULL; count++) {
		assert_true(count < texts->count);
		assert_string_equal(texts->item[count], expected[count]);
	}
	assert_int_equal(texts->count, count);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
test_lists(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(set(&sample, "list", "a", &error), OK);
	assert_texts(&sample.list, TEXTS("a"));
	assert_int_equal(set(&sample, "list", " b c ,d\t,12345", &error), OK);
	assert_texts(&sample.list, TEXTS("a", "b c", "d", "12345"));
	assert_int_equal(set(&sample, "chosen", "three,one", &error), OK);
	assert_texts(&sample.chosen, TEXTS("three", "one"));
	assert_int_equal(set(&sample, "lines", "a, b", &error), OK);
	assert_int_equal(set(&sample, "lines", "c |d", &error), OK);
	assert_texts(&sample.lines, TEXTS("a, b", "c |d"));
}

static void
test_list_is_bounded(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	for (int i = 0; i < TEXTS_MAX; i++)
		assert_int_equal(set(&sample, "list", "x", &error), OK);
	assert_int_equal(set(&sample, "list", "x", &error), ERR_CONFIG);
	assert_string_equal(error.text, "list= takes at most 256 items");
}

static void
test_find_and_clear(void **state)
{
	const struct option *row = options_find(rows, COUNT, NULL, "list");
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_non_null(row);
	assert_string_equal(row->name, "list");
	assert_null(options_find(rows, COUNT, "other", "list"));
	assert_null(options_find(rows, COUNT, NULL, "lis"));
	assert_int_equal(options_preset(rows, COUNT, &sample, &error), OK);
	option_clear(row, &sample);
	assert_int_equal(sample.list.count, 0);
	assert_int_equal(option_set(row, &sample, "z", &error), OK);
	assert_texts(&sample.list, TEXTS("z"));
	option_clear(options_find(rows, COUNT, NULL, "number"), &sample);
	assert_int_equal(sample.number, 0);
	option_clear(options_find(rows, COUNT, NULL, "text"), &sample);
	assert_null(sample.text);
}

static void
test_inherit(void **state)
{
	auto_clear(sample) struct sample parent = {0};
	auto_clear(sample) struct sample child = {0};
	bool given[COUNT] = {false};
	struct option_error error;

	(void)state;
	assert_int_equal(options_preset(rows, COUNT, &parent, &error), OK);
	assert_int_equal(set(&parent, "flag", "yes", &error), OK);
	assert_int_equal(set(&parent, "unset", "u", &error), OK);
	assert_int_equal(set(&parent, "lines", "l1", &error), OK);
	assert_int_equal(options_preset(rows, COUNT, &child, &error), OK);
	assert_int_equal(set(&child, "text", "mine", &error), OK);
	assert_int_equal(set(&child, "number", "9", &error), OK);
	given[options_find(rows, COUNT, NULL, "text") - rows] = true;
	given[options_find(rows, COUNT, NULL, "number") - rows] = true;
	assert_int_equal(
	    options_inherit(rows, COUNT, &child, &parent, given), OK);
	assert_true(child.flag);
	assert_string_equal(child.text, "mine");
	assert_int_equal(child.number, 9);
	assert_string_equal(child.unset, "u");
	assert_ptr_not_equal(child.unset, parent.unset);
	assert_int_equal(child.seconds, 90);
	assert_null(child.url);
	assert_texts(&child.list, TEXTS("a", "b"));
	assert_texts(&child.lines, TEXTS("l1"));
}

static void
test_sections_are_kept_apart(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(
	    options_set(rows, COUNT, &sample, "other", "text", "x", &error),
	    OK);
	assert_string_equal(sample.other_text, "x");
	assert_null(sample.text);
	assert_int_equal(
	    options_set(rows, COUNT, &sample, "other", "path", "/x", &error),
	    ERR_CONFIG);
	assert_string_equal(
	    error.text, "unknown key \"path\" in section [other]");
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		const char *sentence;
	} bad[] = {
	    {"nothing", "1", "unknown argument \"nothing\""},
	    {"Text", "two", "unknown argument \"Text\""},
	    {"flag", "maybe", "flag= takes yes or no, not \"maybe\""},
	    {"flag", "", "flag= takes yes or no, not \"\""},
	    {"text", NULL, "text= needs a value"},
	    {"text", "", "text= needs a value"},
	    {"text", "1", "text= takes 2 to 5 characters"},
	    {"text", "123456", "text= takes 2 to 5 characters"},
	    {"path", "here", "path= takes an absolute path, not \"here\""},
	    {"seconds", "9", "seconds= takes 10 to 86400 seconds"},
	    {"seconds", "86401", "seconds= takes 10 to 86400 seconds"},
	    {"seconds", "2d", "seconds= takes 10 to 86400 seconds"},
	    {"seconds", "106751991167301d",
		"seconds= takes 10 to 86400 seconds"},
	    {"choice", "four",
		"choice= takes one of one|two|three, not \"four\""},
	    {"choice", "on", "choice= takes one of one|two|three, not \"on\""},
	    {"choice", "one|two",
		"choice= takes one of one|two|three, not \"one|two\""},
	    {"number", "4", "number= takes 5 to 4294967294"},
	    {"number", "4294967295", "number= takes 5 to 4294967294"},
	    {"number", "99999999999999999999", "number= takes 5 to 4294967294"},
	    {"number", "-7", "number= takes a number, not \"-7\""},
	    {"number", "+7", "number= takes a number, not \"+7\""},
	    {"number", " 7", "number= takes a number, not \" 7\""},
	    {"number", "7 ", "number= takes a number, not \"7 \""},
	    {"number", "7s", "number= takes a number, not \"7s\""},
	    {"number", "0x7", "number= takes a number, not \"0x7\""},
	    {"url", "", "url= needs a value"},
	    {"url", "ftp://a.test",
		"url=: the URL begins with neither https:// nor http://"},
	    {"list", "", "list= needs a value"},
	    {"list", ",", "list= has an empty item"},
	    {"list", " ", "list= has an empty item"},
	    {"list", "a,,b", "list= has an empty item"},
	    {"list", "a, ,b", "list= has an empty item"},
	    {"list", "a,", "list= has an empty item"},
	    {"list", ",a", "list= has an empty item"},
	    {"list", "a,123456", "list= takes items of 1 to 5 characters"},
	    {"chosen", "one, four",
		"chosen= takes one|two|three, not \"four\""},
	    {"chosen", "on", "chosen= takes one|two|three, not \"on\""},
	    {"chosen", "one|two",
		"chosen= takes one|two|three, not \"one|two\""},
	    {"lines", "1", "lines= takes items of 2 to 9 characters"},
	    {"lines", "1234567890", "lines= takes items of 2 to 9 characters"},
	};
	static const char *const times[] = {"", "s", "-1", "+10", " 10", "10 ",
	    "10 s", "10w", "10sm", "1.5h", "0x10", "99999999999999999999"};
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	assert_int_equal(options_preset(rows, COUNT, &sample, &error), OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(
		    set(&sample, bad[i].name, bad[i].value, &error),
		    ERR_CONFIG);
		assert_string_equal(error.text, bad[i].sentence);
	}
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		assert_int_equal(
		    set(&sample, "seconds", times[i], &error), ERR_CONFIG);
	assert_string_equal(sample.text, "two");
	assert_string_equal(sample.path, "/here");
	assert_int_equal(sample.seconds, 90);
	assert_string_equal(sample.choice, "one");
}

static void
test_sizes(void **state)
{
	static const struct {
		const char *text;
		int64_t size; /* 0: refused */
	} sizes[] = {{"1024", 1024}, {"1K", 1024}, {"3M", 3 << 20},
	    {"2G", INT64_C(2) << 30}, {"1T", INT64_C(1) << 40}, {"1023", 0},
	    {"2T", 0}, {"9999999999999T", 0}, {"-1M", 0}, {" 1M", 0}, {"M", 0},
	    {"1MB", 0}, {"1m", 0}, {"1.5G", 0}};
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		enum err e = set(&sample, "size", sizes[i].text, &error);

		assert_int_equal(e, sizes[i].size != 0 ? OK : ERR_CONFIG);
		if (e == OK)
			assert_int_equal(sample.size, sizes[i].size);
	}
	assert_string_equal(
	    error.text, "size= takes a size such as 512M or 16G, not \"1.5G\"");
	assert_int_equal(set(&sample, "size", "2T", &error), ERR_CONFIG);
	assert_string_equal(
	    error.text, "size= takes 1024 to 1099511627776 bytes");
}

static void
test_long_values_fit_the_sentence(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	struct option_error error;
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(set(&sample, "choice", text, &error), ERR_CONFIG);
	assert_true(strlen(error.text) < sizeof(error.text));
	assert_int_equal(set(&sample, text, "x", &error), ERR_CONFIG);
	assert_true(strlen(error.text) < sizeof(error.text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_bad_default_is_refused),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_numbers_and_urls),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_list_is_bounded),
	    cmocka_unit_test(test_find_and_clear),
	    cmocka_unit_test(test_inherit),
	    cmocka_unit_test(test_sections_are_kept_apart),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_long_values_fit_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
