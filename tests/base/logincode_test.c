/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/logincode.h"

#include "base/crockford.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
every_character_of_the_alphabet_is_read_in_either_case(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 32; i++) {
		char character = crockford_character(i);

		assert_int_equal(character, CROCKFORD_ALPHABET[i]);
		assert_int_equal(crockford_value(character), (int)i);
		if (character >= 'A')
			assert_int_equal(
			    crockford_value((char)(character + 32)), (int)i);
	}
}

static void
what_looks_alike_is_the_same(void **state)
{
	(void)state;
	assert_int_equal(crockford_value('o'), 0);
	assert_int_equal(crockford_value('O'), 0);
	assert_int_equal(crockford_value('i'), 1);
	assert_int_equal(crockford_value('I'), 1);
	assert_int_equal(crockford_value('l'), 1);
	assert_int_equal(crockford_value('L'), 1);
}

static void
nothing_else_has_a_value(void **state)
{
	size_t values = 0;

	(void)state;
	for (int i = -128; i < 128; i++)
		if (crockford_value((char)i) >= 0)
			values++;
	/* ten digits, 25 letters (no U) in two cases */
	assert_int_equal(values, 10 + 2 * 25);
	assert_int_equal(crockford_value('u'), -1);
	assert_int_equal(crockford_value('\0'), -1);
}

static void
a_code_is_read_as_people_type_it(void **state)
{
	static const char *const rows[][2] = {
	    {"ABCD-EFGH-JKMN", "ABCDEFGHJKMN"},
	    {"abcd-efgh-jkmn", "ABCDEFGHJKMN"},
	    {"abcd efgh jkmn", "ABCDEFGHJKMN"},
	    {"ABCD efgh-JKMN", "ABCDEFGHJKMN"},
	    {"oOiI-lL01-vVwW", "00111101VVWW"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char code[LOGINCODE_SIZE + 1];

		assert_true(logincode_read(rows[i][0], code));
		assert_string_equal(code, rows[i][1]);
	}
}

static void
what_is_grouped_otherwise_is_none(void **state)
{
	static const char *const rows[] = {
	    "",
	    "ABCDEFGHJKMN",
	    "ABCD-EFGHJKMN",
	    "ABCDEFGH-JKMN",
	    "ABCD--EFGHJKMN",
	    "-ABCD-EFGHJKMN",
	    "ABC-DEFGH-JKMN",
	    "ABCD-EFGH-JKM",
	    "ABCD-EFGH-JKMNP",
	    "ABCD-EFGH-JKMN ",
	    " ABCD-EFGH-JKMN",
	    "ABCD_EFGH_JKMN",
	    "ABCD\tEFGH\tJKMN",
	    "UBCD-EFGH-JKMN",
	    "ABCD-EFG!-JKMN",
	    "ABCD-EFGH-JKM\xc3",
	    "----ABCDEFGHJK",
	    "ABCD-EFGH-JKMN-PQRS",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char code[LOGINCODE_SIZE + 1] = "as before";

		assert_false(logincode_read(rows[i], code));
		assert_string_equal(code, "as before");
	}
}

/* Every bit that is used shows, and the four that are left over do not. */
static enum err
scripted(void *bytes, void *data, size_t size)
{
	memcpy(data, bytes, size);
	return OK;
}

static enum err
broken(void *state, void *data, size_t size)
{
	(void)state;
	(void)data;
	(void)size;
	return ERR_IO;
}

static void
a_new_code_has_60_random_bits(void **state)
{
	uint8_t zero[8] = {0}, one[8];
	char nothing[LOGINCODE_SIZE + 1], code[LOGINCODE_SIZE + 1];
	struct host host = {.state = zero, .random = scripted};
	size_t differ = 0;

	(void)state;
	assert_int_equal(logincode_new(&host, nothing), OK);
	assert_string_equal(nothing, "000000000000");
	host.state = one;
	for (unsigned int bit = 0; bit < 64; bit++) {
		memset(one, 0, sizeof(one));
		one[bit / 8] = (uint8_t)(1 << bit % 8);
		assert_int_equal(logincode_new(&host, code), OK);
		differ += strcmp(code, nothing) != 0;
	}
	assert_int_equal(differ, 60);
	host.random = broken;
	assert_int_equal(logincode_new(&host, code), ERR_IO);
}

static void
what_is_shown_can_be_read(void **state)
{
	char code[LOGINCODE_SIZE + 1], again[LOGINCODE_SIZE + 1];
	char shown[LOGINCODE_SHOWN_SIZE + 1];

	(void)state;
	logincode_show("ABCDEFGHJKMN", shown);
	assert_string_equal(shown, "ABCD-EFGH-JKMN");
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(logincode_new(&host_system, code), OK);
		logincode_show(code, shown);
		assert_true(logincode_read(shown, again));
		assert_string_equal(again, code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		every_character_of_the_alphabet_is_read_in_either_case),
	    cmocka_unit_test(what_looks_alike_is_the_same),
	    cmocka_unit_test(nothing_else_has_a_value),
	    cmocka_unit_test(a_code_is_read_as_people_type_it),
	    cmocka_unit_test(what_is_grouped_otherwise_is_none),
	    cmocka_unit_test(a_new_code_has_60_random_bits),
	    cmocka_unit_test(what_is_shown_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
