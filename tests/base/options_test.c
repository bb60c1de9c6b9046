/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/options.h"

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
	    cmocka_unit_test(test_sections_are_kept_apart),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_long_values_fit_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
