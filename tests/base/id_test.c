/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int64_t
given_time(void *state)
{
	return *(int64_t *)state;
}

static enum err
all_ones(void *state, void *data, size_t size)
{
	(void)state;
	memset(data, 0xff, size);
	return OK;
}

static enum err
no_random(void *state, void *data, size_t size)
{
	(void)state;
	(void)data;
	(void)size;
	return ERR_CRYPTO;
}

static void
ids_sort_by_time(void **state)
{
	int64_t now = 1795246190123;
	struct host host = {&now, given_time, all_ones};
	char early[ID_SIZE + 1], late[ID_SIZE + 1];

	(void)state;
	assert_int_equal(id_new(&host, early), OK);
	assert_true(id_valid(early));
	now++;
	assert_int_equal(id_new(&host, late), OK);
	assert_true(strcmp(early, late) < 0);
	assert_string_equal(early + 10, "ZZZZZZZZZZZZZZZZ");
}

static void
two_ids_of_one_moment_differ(void **state)
{
	char one[ID_SIZE + 1], other[ID_SIZE + 1];

	(void)state;
	assert_int_equal(id_new(&host_system, one), OK);
	assert_int_equal(id_new(&host_system, other), OK);
	assert_string_not_equal(one, other);
}

static void
without_randomness_there_is_no_id(void **state)
{
	int64_t now = 0;
	struct host host = {&now, given_time, no_random};
	char id[ID_SIZE + 1] = "";

	(void)state;
	assert_int_equal(id_new(&host, id), ERR_CRYPTO);
	assert_string_equal(id, "");
}

static void
only_the_alphabet_makes_an_id(void **state)
{
	(void)state;
	assert_false(id_valid(""));
	assert_false(id_valid("01M7YG5VEFC2HMS23NPAYF8BH"));
	assert_false(id_valid("01M7YG5VEFC2HMS23NPAYF8BHTT"));
	assert_false(id_valid("01m7yg5vefc2hms23npayf8bht"));
	assert_false(id_valid("../../../etc/passwd0000000"));
	assert_true(id_valid("01M7YG5VEFC2HMS23NPAYF8BHT"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_sort_by_time),
	    cmocka_unit_test(two_ids_of_one_moment_differ),
	    cmocka_unit_test(without_randomness_there_is_no_id),
	    cmocka_unit_test(only_the_alphabet_makes_an_id),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
