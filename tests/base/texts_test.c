/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_add_and_find(void **state)
{
	auto_clear(texts) struct texts texts = {0};

	(void)state;
	assert_false(texts_has(NULL, "a"));
	assert_false(texts_has(&texts, "a"));
	assert_int_equal(texts_add(&texts, "alpha", 1), OK);
	assert_int_equal(texts_add(&texts, "beta", 4), OK);
	assert_true(texts_has(&texts, "a"));
	assert_true(texts_has(&texts, "beta"));
	assert_false(texts_has(&texts, "alpha"));
}

static void
test_copy(void **state)
{
	auto_clear(texts) struct texts texts = {0};
	auto_clear(texts) struct texts copy = {0};

	(void)state;
	assert_int_equal(texts_add(&texts, "one", 3), OK);
	assert_int_equal(texts_copy(&texts, &copy), OK);
	texts_clear(&texts);
	assert_int_equal(copy.count, 1);
	assert_string_equal(copy.item[0], "one");
}

static void
test_is_bounded(void **state)
{
	auto_clear(texts) struct texts texts = {0};

	(void)state;
	for (int i = 0; i < TEXTS_MAX; i++)
		assert_int_equal(texts_add(&texts, "x", 1), OK);
	assert_int_equal(texts_add(&texts, "x", 1), ERR_INVALID_PARAMETER);
	assert_int_equal(texts.count, TEXTS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_add_and_find),
	    cmocka_unit_test(test_copy),
	    cmocka_unit_test(test_is_bounded),
	};

	return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
