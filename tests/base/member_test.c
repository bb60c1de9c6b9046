/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/member.h"

#include "base/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_text(void **state)
{
	auto_json json_t *object =
	    json_pack("{ss si sn ss}", "a", "b", "n", 1, "z", "e", "");

	(void)state;
	assert_string_equal(member_text(object, "a"), "b");
	assert_string_equal(member_text(object, "e"), "");
	assert_string_equal(member_text(object, "n"), "");
	assert_string_equal(member_text(object, "z"), "");
	assert_string_equal(member_text(object, "there is none"), "");
	assert_string_equal(member_text(NULL, "a"), "");
}

static void
test_is(void **state)
{
	auto_json json_t *object =
	    json_pack("{ss si ss}", "a", "b", "n", 1, "e", "");

	(void)state;
	assert_true(member_is(object, "a", "b"));
	assert_true(member_is(object, "e", ""));
	assert_false(member_is(object, "a", "B"));
	assert_false(member_is(object, "a", ""));
	assert_false(member_is(object, "n", "1"));
	assert_false(member_is(object, "there is none", ""));
	assert_false(member_is(NULL, "a", "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
