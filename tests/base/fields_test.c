/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define SAMPLE(F)                                                              \
	F(str, name)                                                           \
	F(opt_str, nick)                                                       \
	F(secret, token)                                                       \
	F(opt_secret, spare)                                                   \
	F(num, count)                                                          \
	F(opt_num, later)                                                      \
	F(flag, on)                                                            \
	F(opt_flag, maybe)                                                     \
	F(object, box)                                                         \
	F(opt_object, lid)                                                     \
	F(list, row)                                                           \
	F(opt_list, column)
DECLARE_FIELDS(sample, SAMPLE)
DEFINE_FIELDS(sample, SAMPLE)

static const char least[] = "{\"name\":\"n\",\"token\":\"t\",\"count\":0,"
			    "\"on\":false,\"box\":{},\"row\":[]}";

static json_t *
parse(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(json);
	return json;
}

static void
reads_and_writes_every_kind(void **state)
{
	static const char text[] =
	    "{\"name\":\"n\",\"nick\":\"m\",\"token\":\"t\",\"spare\":\"s\","
	    "\"count\":-7,\"later\":8,\"on\":true,\"maybe\":true,"
	    "\"box\":{\"a\":1},\"lid\":{},\"row\":[1],\"column\":[]}";
	auto_clear(sample) struct sample sample = {0};
	auto_json json_t *json = parse(text);
	auto_json json_t *back = NULL;

	(void)state;
	assert_int_equal(
	    fields_decode(sample_fields(), json, &sample, NULL), OK);
	assert_string_equal(sample.nick, "m");
	assert_string_equal(secret_text(sample.spare), "s");
	assert_int_equal(sample.count, -7);
	assert_true(sample.on);
	assert_int_equal(fields_encode(sample_fields(), &sample, &back), OK);
	assert_true(json_equal(json, back));
}

static void
absent_and_null_are_the_same(void **state)
{
	auto_clear(sample) struct sample sample = {0};
	auto_json json_t *json = parse(least);

	(void)state;
	json_object_set_new(json, "nick", json_null());
	json_object_set_new(json, "later", json_null());
	assert_int_equal(
	    fields_decode(sample_fields(), json, &sample, NULL), OK);
	assert_null(sample.nick);
	assert_null(sample.spare);
	assert_int_equal(sample.later, 0);
	assert_false(sample.maybe);
	assert_null(sample.lid);
}

static void
refuse(const char *member, json_t *value, const char *problem)
{
	struct sample sample = {0}, zero = {0};
	struct field_error error = {"", ""};
	auto_json json_t *json = parse(least);

	if (value == NULL)
		json_object_del(json, member);
	else
		json_object_set_new(json, member, value);
	assert_int_equal(fields_decode(sample_fields(), json, &sample, &error),
	    ERR_INVALID_PARAMETER);
	assert_string_equal(error.member, member);
	assert_string_equal(error.problem, problem);
	assert_memory_equal(&sample, &zero, sizeof(sample));
}

static void
names_the_member_that_is_wrong(void **state)
{
	char *many = malloc(FIELD_STR_MAX + 2);

	(void)state;
	memset(many, 'x', FIELD_STR_MAX + 1);
	many[FIELD_STR_MAX + 1] = '\0';
	refuse("name", NULL, "is missing");
	refuse("name", json_null(), "is missing");
	refuse("name", json_integer(1), "is not a string");
	refuse("name", json_stringn("a\0b", 3), "holds a NUL");
	refuse("name", json_string(many), "is too long");
	refuse("nick", json_true(), "is not a string");
	refuse("token", json_array(), "is not a string");
	refuse("count", json_string("1"), "is not a whole number");
	refuse("count", json_real(1.0), "is not a whole number");
	refuse("on", json_string("false"), "is not true or false");
	refuse("on", json_integer(1), "is not true or false");
	refuse("box", json_array(), "is not an object");
	refuse("row", json_object(), "is not an array");
	refuse("stranger", json_true(), "is unknown");
	free(many);
}

static void
refuses_what_is_no_object(void **state)
{
	auto_json json_t *json = parse("[]");
	struct sample sample = {0};

	(void)state;
	assert_int_equal(fields_decode(sample_fields(), json, &sample, NULL),
	    ERR_INVALID_PARAMETER);
}

static void
clearing_twice_is_harmless(void **state)
{
	struct sample sample = {0};
	auto_json json_t *json = parse(least);

	(void)state;
	assert_int_equal(
	    fields_decode(sample_fields(), json, &sample, NULL), OK);
	sample_clear(&sample);
	sample_clear(&sample);
	assert_null(sample.name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_and_writes_every_kind),
	    cmocka_unit_test(absent_and_null_are_the_same),
	    cmocka_unit_test(names_the_member_that_is_wrong),
	    cmocka_unit_test(refuses_what_is_no_object),
	    cmocka_unit_test(clearing_twice_is_harmless),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
