/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
every_wire_name_is_unique_and_found_again(void **state)
{
	(void)state;
	for (int i = OK + 1; i < ERR_COUNT; i++)
		assert_int_equal(err_from_wire(err_wire((enum err)i)), i);
	assert_int_equal(
	    err_from_wire("io.jwtagent.NoSuchThing"), ERR_PROTOCOL);
}

static void
names_are_the_last_part_of_the_wire_name(void **state)
{
	(void)state;
	assert_string_equal(err_name(OK), "ok");
	assert_string_equal(err_name(ERR_EXPIRED), "Expired");
	assert_string_equal(err_wire(ERR_PERMISSION_DENIED),
	    "org.varlink.service.PermissionDenied");
}

/* The reason is for those whose token had a good signature. */
static void
verdicts_before_the_signature_are_not_shown(void **state)
{
	static const enum err hidden[] = {ERR_MALFORMED, ERR_TRUNCATED,
	    ERR_UNSIGNED, ERR_ALGORITHM_REFUSED, ERR_HEADER_REFUSED,
	    ERR_UNKNOWN_ISSUER, ERR_UNKNOWN_KEY, ERR_BAD_SIGNATURE};
	static const enum err shown[] = {ERR_EXPIRED, ERR_NOT_YET_VALID,
	    ERR_WRONG_AUDIENCE, ERR_REVOKED, ERR_DEVICE_REVOKED,
	    ERR_WRONG_USER};

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		assert_string_equal(err_shown(hidden[i]), "token refused");
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		assert_string_equal(err_shown(shown[i]), err_text(shown[i]));
}

static void
exit_codes_are_the_documented_ones(void **state)
{
	(void)state;
	assert_int_equal(err_exit(OK), 0);
	assert_int_equal(err_exit(ERR_STORE), 1);
	assert_int_equal(err_exit(ERR_CONFIG), 2);
	assert_int_equal(err_exit(ERR_DEVICE_REVOKED), 3);
	assert_int_equal(err_exit(ERR_UNREACHABLE), 4);
	assert_int_equal(err_exit(ERR_NO_SUCH_DEVICE), 5);
}

static void
only_reuse_commits_what_it_refused(void **state)
{
	(void)state;
	for (int i = OK + 1; i < ERR_COUNT; i++)
		assert_int_equal(
		    err_commits((enum err)i), i == ERR_TOKEN_REUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_wire_name_is_unique_and_found_again),
	    cmocka_unit_test(names_are_the_last_part_of_the_wire_name),
	    cmocka_unit_test(verdicts_before_the_signature_are_not_shown),
	    cmocka_unit_test(exit_codes_are_the_documented_ones),
	    cmocka_unit_test(only_reuse_commits_what_it_refused),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
