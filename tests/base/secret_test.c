/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
holds_a_copy_with_a_nul_behind_it(void **state)
{
	auto_free(secret) struct secret *secret = NULL;
	char source[] = "abc";

	(void)state;
	assert_int_equal(secret_new(&secret, source, 3), OK);
	source[0] = 'x';
	assert_string_equal(secret_text(secret), "abc");
	assert_int_equal(secret_size(secret), 3);
}

static void
compares_every_byte_and_the_size(void **state)
{
	auto_free(secret) struct secret *secret = NULL;

	(void)state;
	assert_int_equal(secret_new(&secret, "abcd", 4), OK);
	assert_true(secret_equal(secret, "abcd", 4));
	assert_false(secret_equal(secret, "abcx", 4));
	assert_false(secret_equal(secret, "xbcd", 4));
	assert_false(secret_equal(secret, "abc", 3));
	assert_false(secret_equal(secret, "abcde", 5));
}

static void
a_size_that_cannot_be_is_refused(void **state)
{
	struct secret *secret = NULL;

	(void)state;
	assert_int_equal(secret_zero(&secret, SIZE_MAX), ERR_NO_MEMORY);
	assert_null(secret);
	secret_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holds_a_copy_with_a_nul_behind_it),
	    cmocka_unit_test(compares_every_byte_and_the_size),
	    cmocka_unit_test(a_size_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
