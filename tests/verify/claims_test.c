/* SPDX-License-Identifier: BSD-3-Clause */

#include "base/fields.h"
#include "jwt-agent/verify/claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static enum err
claims_of(const char *text, struct claims **out)
{
	return claims_read((const uint8_t *)text, strlen(text), out);
}

static void
set_and_read(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_free(claims) struct claims *again = NULL;
	auto_json json_t *list = json_pack("[s, {s: i}]", "a", "b", 1);
	auto_json json_t *back = NULL;
	auto_str char *text = NULL;
	const char *str = NULL;
	int64_t num = 0;

	(void)state;
	assert_int_equal(claims_new(&claims), OK);
	assert_int_equal(claims_set_str(claims, "sub", "bob"), OK);
	assert_int_equal(claims_set_str(claims, "sub", "al\"i\\c\xc3\xa9"), OK);
	assert_int_equal(claims_set_num(claims, "exp", 1767226500), OK);
	assert_int_equal(claims_set_num(claims, "iat", 5), OK);
	assert_int_equal(claims_set_num(claims, "iat", 0), OK);
	assert_int_equal(claims_set_str(claims, "x", "text first"), OK);
	assert_int_equal(claims_set_json(claims, "x", list), OK);
	assert_int_equal(claims_text(claims, &text), OK);
	assert_string_equal(text,
	    "{\"exp\":1767226500,\"iat\":0,"
	    "\"sub\":\"al\\\"i\\\\c\xc3\xa9\","
	    "\"x\":[\"a\",{\"b\":1}]}");
	assert_int_equal(claims_of(text, &again), OK);
	assert_int_equal(claims_str(again, "sub", &str), OK);
	assert_string_equal(str, "al\"i\\c\xc3\xa9");
	assert_int_equal(claims_num(again, "exp", &num), OK);
	assert_int_equal(num, 1767226500);
	assert_int_equal(claims_num(again, "iat", &num), OK);
	assert_int_equal(num, 0);
	assert_int_equal(claims_json(again, "x", &back), OK);
	assert_true(json_equal(back, list));
}

static void
absent_and_mistyped(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	const char *str = "untouched";
	int64_t num = -7;
	json_t *json = NULL;

	(void)state;
	assert_int_equal(claims_of("{\"n\":1,\"m\":-1,\"z\":0,\"s\":\"x\","
				   "\"b\":false,\"r\":1.5,\"e\":\"\"}",
			     &claims),
	    OK);
	assert_int_equal(claims_str(claims, "q", &str), ERR_NOT_FOUND);
	assert_int_equal(claims_num(claims, "q", &num), ERR_NOT_FOUND);
	assert_int_equal(claims_json(claims, "q", &json), ERR_NOT_FOUND);
	assert_int_equal(claims_str(claims, "n", &str), ERR_INVALID_CLAIM);
	assert_int_equal(claims_str(claims, "m", &str), ERR_INVALID_CLAIM);
	assert_int_equal(claims_str(claims, "e", &str), ERR_INVALID_CLAIM);
	assert_int_equal(claims_str(claims, "b", &str), ERR_INVALID_CLAIM);
	assert_int_equal(claims_num(claims, "m", &num), ERR_INVALID_CLAIM);
	assert_int_equal(claims_num(claims, "s", &num), ERR_INVALID_CLAIM);
	assert_int_equal(claims_num(claims, "b", &num), ERR_INVALID_CLAIM);
	assert_string_equal(str, "untouched");
	assert_int_equal(num, -7);
	assert_int_equal(claims_num(claims, "r", &num), OK);
	assert_int_equal(num, 1);
	assert_int_equal(claims_num(claims, "z", &num), OK);
	assert_int_equal(num, 0);
	/* -1 is what libjwt says for nothing */
	assert_int_equal(claims_json(claims, "m", &json), OK);
	assert_int_equal(json_integer_value(json), -1);
	json_decref(json);
}

#define DEEP8 "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"

static void
by_path(void **state)
{
	static const struct {
		const char *path, *expected; /* NULL: not found */
	} rows[] = {{"s", "\"x\""}, {"o", "{\"\":2,\"a\":{\"b\":[1]}}"},
	    {"o.a", "{\"b\":[1]}"}, {"o.a.b", "[1]"}, {"d.e", "\"whole\""},
	    {"https://x.example/r", "7"}, {"o.", "2"}, {"n", "null"},
	    {"", NULL}, {".", NULL}, {".s", NULL}, {"q", NULL}, {"s.", NULL},
	    {"s.a", NULL}, {"o.b", NULL}, {"o.a.b.0", NULL}, {"o..a", NULL},
	    {"d.f", NULL}, {"https://x.example/s", NULL}, {"n.a", NULL}};
	auto_free(claims) struct claims *claims = NULL;

	(void)state;
	assert_int_equal(
	    claims_of("{\"s\":\"x\",\"o\":{\"a\":{\"b\":[1]},\"\":2},"
		      "\"d.e\":\"whole\",\"d\":{\"e\":\"part\"},\"n\":null,"
		      "\"https://x.example/r\":7}",
		&claims),
	    OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_json json_t *value = NULL;
		auto_str char *text = NULL;
		enum err e = claims_find(claims, rows[i].path, &value);

		if (rows[i].expected == NULL) {
			if (e != ERR_NOT_FOUND)
				fail_msg("%s: found", rows[i].path);
			continue;
		}
		assert_int_equal(e, OK);
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(text, rows[i].expected);
	}
}

/* As deep as a claim set may be, and not a step further. */
static void
deep_path(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_json json_t *value = NULL;
	static const char path[] = "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a";

	(void)state;
	assert_int_equal(
	    claims_of(DEEP8 DEEP8 "1}}}}}}}}}}}}}}}}", &claims), OK);
	assert_int_equal(claims_find(claims, path, &value), OK);
	assert_int_equal(json_integer_value(value), 1);
	json_decref(value);
	value = NULL;
	assert_int_equal(
	    claims_find(claims, "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", &value),
	    ERR_NOT_FOUND);
}

static void
text_by_path(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	const char *first = NULL, *second = NULL, *whole = NULL;
	const char *none = "untouched";

	(void)state;
	assert_int_equal(
	    claims_of("{\"o\":{\"a\":\"x\",\"b\":\"y\",\"n\":1,\"e\":\"\"},"
		      "\"t\":\"z\",\"i\":1}",
		&claims),
	    OK);
	assert_int_equal(claims_find_str(claims, "o.a", &first), OK);
	assert_int_equal(claims_find_str(claims, "o.b", &second), OK);
	assert_int_equal(claims_find_str(claims, "t", &whole), OK);
	assert_string_equal(first, "x");
	assert_string_equal(second, "y");
	assert_string_equal(whole, "z");
	assert_int_equal(
	    claims_find_str(claims, "o.n", &none), ERR_INVALID_CLAIM);
	assert_int_equal(
	    claims_find_str(claims, "o.e", &none), ERR_INVALID_CLAIM);
	assert_int_equal(
	    claims_find_str(claims, "i", &none), ERR_INVALID_CLAIM);
	assert_int_equal(
	    claims_find_str(claims, "o", &none), ERR_INVALID_CLAIM);
	assert_int_equal(claims_find_str(claims, "o.q", &none), ERR_NOT_FOUND);
	assert_int_equal(claims_find_str(claims, "q", &none), ERR_NOT_FOUND);
	assert_string_equal(none, "untouched");
}

static void
audiences(void **state)
{
	char *item[] = {"", "ssh", "web"};
	const struct texts both = {3, item}, ssh = {2, item}, none = {1, item};
	auto_free(claims) struct claims *text = NULL;
	auto_free(claims) struct claims *list = NULL;
	auto_free(claims) struct claims *empty = NULL;

	(void)state;
	assert_int_equal(claims_of("{\"aud\":\"web\"}", &text), OK);
	assert_int_equal(claims_of("{\"aud\":[\"a\",\"web\"]}", &list), OK);
	assert_int_equal(claims_of("{\"aud\":[\"\"]}", &empty), OK);
	assert_int_equal(claims_audience_has(text, &both), OK);
	assert_int_equal(claims_audience_has(list, &both), OK);
	assert_int_equal(claims_audience_has(text, &ssh), ERR_WRONG_AUDIENCE);
	assert_int_equal(claims_audience_has(list, &ssh), ERR_WRONG_AUDIENCE);
	assert_int_equal(claims_audience_has(empty, &both), ERR_WRONG_AUDIENCE);
	assert_int_equal(claims_audience_has(text, &none), ERR_WRONG_AUDIENCE);
	assert_int_equal(claims_audience_has(text, NULL), ERR_WRONG_AUDIENCE);
}

static void
not_utf8(void **state)
{
	auto_free(claims) struct claims *claims = NULL;

	(void)state;
	assert_int_equal(claims_new(&claims), OK);
	assert_int_equal(claims_set_str(claims, "sub", "\xff"), ERR_INTERNAL);
	assert_int_equal(claims_set_json(claims, "x", NULL), ERR_NO_MEMORY);
}

/*
 * Short work for plain claim sets must never say anything else than the
 * parser. A space in front turns it off.
 */
static void
same_both_ways(const char *text, size_t size)
{
	auto_free(claims) struct claims *quick = NULL;
	auto_free(claims) struct claims *slow = NULL;
	auto_str char *spaced = malloc(size + 2);
	auto_str char *quick_text = NULL;
	auto_str char *slow_text = NULL;
	enum err e, f;

	assert_non_null(spaced);
	spaced[0] = ' ';
	memcpy(spaced + 1, text, size);
	spaced[size + 1] = '\0';
	e = claims_read((const uint8_t *)spaced + 1, size, &quick);
	f = claims_read((const uint8_t *)spaced, size + 1, &slow);
	if (e != f)
		fail_msg("%s: %s, not %s", text, err_name(e), err_name(f));
	if (e != OK)
		return;
	assert_int_equal(claims_text(quick, &quick_text), OK);
	assert_int_equal(claims_text(slow, &slow_text), OK);
	assert_string_equal(quick_text, slow_text);
}

#define N31 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

static void
plain_and_parsed(void **state)
{
	static const char *const texts[] = {"{}", "{", "", "}", "{\"a\":1}",
	    "{\"a\":0}", "{\"a\":00}", "{\"a\":01}", "{\"a\":-1}", "{\"a\":-0}",
	    "{\"a\":1.5}", "{\"a\":1e2}", "{\"a\":+1}", "{\"a\":}", "{\"a\"}",
	    "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1}x", "{\"a\":1}}", "{\"a\":1",
	    "{\"a\":\"", "{\"a\":\"x", "{\"a\":\"x\"", "{a:1}", "{\"a\":1 }",
	    "{\"a\": 1}", "{\"\":1}", "{\"\":\"x\"}", "{\"a\":\"\"}",
	    "{\"a\":\"x\",\"b\":\"y\"}", "{\"a\":1,\"a\":1}",
	    "{\"a\":1,\"a\":\"x\"}", "{\"a\":\"x\",\"a\":1}",
	    "{\"a\":\"x\",\"a\":\"x\"}", "{\"a\":\"\\u0041\"}",
	    "{\"a\":\"\x7f\"}", "{\"a\":\"\x1f\"}", "{\"a\":\"\xc3\xa9\"}",
	    "{\"a\":\"\t\"}", "{\"a\":999999999999999}",
	    "{\"a\":1000000000000000}", "{\"a\":9223372036854775807}",
	    "{\"a\":9223372036854775808}", "{\"" N31 "\":1}",
	    "{\"" N31 "n\":1}", "{\"a\":true}", "{\"a\":null}", "{\"a\":[1]}",
	    "{\"a\":{\"a\":1}}",
	    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,"
	    "\"h\":8,\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13,\"n\":14,"
	    "\"o\":15,\"p\":16}",
	    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,"
	    "\"h\":8,\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13,\"n\":14,"
	    "\"o\":15,\"p\":16,\"q\":17}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		same_both_ways(texts[i], strlen(texts[i]));
}

/* Each byte of a claim set replaced by each byte there is. */
static void
plain_and_parsed_with_every_byte(void **state)
{
	char text[] = "{\"exp\":1767226500,\"sub\":\"al\",\"x\":\"\"}";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		char kept = text[i];

		for (int c = 0; c < 256; c++) {
			text[i] = (char)c;
			same_both_ways(text, sizeof(text) - 1);
		}
		text[i] = kept;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(set_and_read),
	    cmocka_unit_test(absent_and_mistyped),
	    cmocka_unit_test(by_path),
	    cmocka_unit_test(deep_path),
	    cmocka_unit_test(text_by_path),
	    cmocka_unit_test(audiences),
	    cmocka_unit_test(not_utf8),
	    cmocka_unit_test(plain_and_parsed),
	    cmocka_unit_test(plain_and_parsed_with_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
