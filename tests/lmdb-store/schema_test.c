/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/schema.h"

#include "tests/lmdb-store/scratch.h"

#include <string.h>

/* The names are in the stores of every release: they never change. */
static void
test_names(void **state)
{
	static const char *const names[] = {"meta", "device", "device_by_user",
	    "family", "session", "session_live", "session_by_expiry", "revoked",
	    "signkey", "audit"};

	(void)state;
	assert_int_equal(TABLE_COUNT, sizeof(names) / sizeof(*names));
	for (enum table i = 0; i < TABLE_COUNT; i++)
		assert_string_equal(table_name(i), names[i]);
	assert_int_equal(table_version(TABLE_DEVICE), 1);
	assert_int_equal(table_version(TABLE_DEVICE_BY_USER), 0);
}

static void
test_store_has_its_version(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_READ);
	bool blank = true;

	assert_int_equal(schema_check(txn, &blank), OK);
	assert_false(blank);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test_setup_teardown(test_store_has_its_version,
		scratch_setup_open, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
