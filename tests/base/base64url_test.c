/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/base64url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
encodes_rfc_7515_appendix_c(void **state)
{
	static const uint8_t bytes[] = {3, 236, 255, 224, 193};
	char text[BASE64URL_TEXT_SIZE(sizeof(bytes)) + 1];

	(void)state;
	base64url_encode(text, bytes, sizeof(bytes));
	assert_string_equal(text, "A-z_4ME");
}

static void
every_length_comes_back(void **state)
{
	uint8_t bytes[256], back[256];
	char text[BASE64URL_TEXT_SIZE(256) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		size_t got = 0;

		base64url_encode(text, bytes, size);
		assert_int_equal(strlen(text), BASE64URL_TEXT_SIZE(size));
		assert_int_equal(
		    base64url_decode(back, &got, text, strlen(text)), OK);
		assert_int_equal(got, size);
		assert_memory_equal(back, bytes, size);
	}
}

static void
refuses_all_but_the_canonical_text(void **state)
{
	static const char *const bad[] = {"A", "AA==", "AB", "AAB", "A+z_",
	    "A/z_", "AA A", " AAA", "AAAA\n", "AAAAA", "AA.A",
	    "\xff\xff\xff\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint8_t bytes[16];
		size_t size = 99;

		assert_int_equal(
		    base64url_decode(bytes, &size, bad[i], strlen(bad[i])),
		    ERR_MALFORMED);
		assert_int_equal(size, 99);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(encodes_rfc_7515_appendix_c),
	    cmocka_unit_test(every_length_comes_back),
	    cmocka_unit_test(refuses_all_but_the_canonical_text),
	};

	return cmocka_run_group_tests_name("base64url", tests, NULL, NULL);
}
