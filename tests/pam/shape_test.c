/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof(*rows))

struct row {
	const char *answer;
	enum shape shape;
};

static void
tells_a_token_from_a_password(void **state)
{
	static const struct row rows[] = {
	    {"eyJ.a.b", SHAPE_TOKEN},
	    {"eyJ.", SHAPE_TOKEN},
	    {"eyJ.a.b.c.d", SHAPE_TOKEN},
	    {"eyJ-_09azAZ..", SHAPE_TOKEN},
	    {"eyJ+", SHAPE_PART},
	    {"eyJabc.def+", SHAPE_PART},
	    {"", SHAPE_OTHER},
	    {"+", SHAPE_OTHER},
	    {"ey", SHAPE_OTHER},
	    {"eyJ", SHAPE_OTHER},
	    {"eyJabc", SHAPE_OTHER},
	    {"abc.def.ghi", SHAPE_OTHER},
	    {"abc+", SHAPE_OTHER},
	    {"eyJ a.b", SHAPE_OTHER},
	    {"eyJ.a.b ", SHAPE_OTHER},
	    {"eyJ.a=.b", SHAPE_OTHER},
	    {"eyJ.a/b.c", SHAPE_OTHER},
	    {"eyJ.a.b++", SHAPE_OTHER},
	    {"eyJ.a+.b", SHAPE_OTHER},
	    {"eyJ.\xff", SHAPE_OTHER},
	    {"ABCD-EFGH-JKMN", SHAPE_CODE},
	    {"abcd efgh jkmn", SHAPE_CODE},
	    {"0o1l-iIL2-VWxz", SHAPE_CODE},
	    {"eyJ0-eyJ0-eyJ0", SHAPE_CODE},
	    {"ABCDEFGHJKMN", SHAPE_OTHER},
	    {"ABCD-EFGHJKMN", SHAPE_OTHER},
	    {"ABCD-EFGH-JKM", SHAPE_OTHER},
	    {"ABCD-EFGH-JKMU", SHAPE_OTHER},
	    {"ABCD-EFGH-JKMN ", SHAPE_OTHER},
	    {"ABCD-EFGH-JKMN+", SHAPE_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_int_equal(shape_of_first(rows[i].answer), rows[i].shape);
}

static void
reads_the_parts_that_follow(void **state)
{
	static const struct row rows[] = {
	    {"", SHAPE_TOKEN},
	    {"abc", SHAPE_TOKEN},
	    {".abc.", SHAPE_TOKEN},
	    {"+", SHAPE_PART},
	    {"abc+", SHAPE_PART},
	    {"a b", SHAPE_OTHER},
	    {"abc++", SHAPE_OTHER},
	    {"a+b", SHAPE_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_int_equal(shape_of_next(rows[i].answer), rows[i].shape);
}

static void
knows_the_sizes_of_a_cut(void **state)
{
	char answer[1100];

	(void)state;
	for (size_t size = 0; size < sizeof(answer); size++) {
		size_t cut = size == 511 || size == 1023 ? size : 0;

		memset(answer, 'A', sizeof(answer));
		memcpy(answer, "eyJ", 3);
		answer[size] = '\0';
		assert_int_equal(shape_cut(answer), cut);
		assert_int_equal(shape_of_first(answer),
		    cut != 0 ? SHAPE_TOKEN : SHAPE_OTHER);
	}
}

static void
knows_a_refresh_token(void **state)
{
	(void)state;
	assert_true(shape_is_refresh_token("jr1_AZaz09-_"));
	assert_false(shape_is_refresh_token("jr1_"));
	assert_false(shape_is_refresh_token("jr1_a.b"));
	assert_false(shape_is_refresh_token("jr1_a+"));
	assert_false(shape_is_refresh_token("jr2_abc"));
	assert_false(shape_is_refresh_token("xjr1_abc"));
	assert_false(shape_is_refresh_token(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_a_token_from_a_password),
	    cmocka_unit_test(reads_the_parts_that_follow),
	    cmocka_unit_test(knows_the_sizes_of_a_cut),
	    cmocka_unit_test(knows_a_refresh_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
