/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/schema.h"

#include "lmdb-store/key.h"

#include "tests/lmdb-store/scratch.h"

#include <string.h>

/* The names are in the stores of every release: they never change. */
static void
test_names(void **state)
{
	static const char *const names[] = {"meta", "device", "device_by_user",
	    "device_by_origin", "family", "session", "session_live",
	    "session_by_expiry", "revoked", "replay", "replay_by_expiry",
	    "signkey", "jwks", "audit", "revoked_by_expiry", "code",
	    "code_by_user", "code_by_expiry"};

	(void)state;
	assert_int_equal(TABLE_COUNT, sizeof(names) / sizeof(*names));
	for (enum table i = 0; i < TABLE_COUNT; i++)
		assert_string_equal(table_name(i), names[i]);
	assert_int_equal(table_version(TABLE_DEVICE), 1);
	assert_int_equal(table_version(TABLE_DEVICE_BY_USER), 0);
}

static enum schema_state
state_now(struct scratch *scratch)
{
	struct txn *txn = scratch_begin(scratch, TXN_READ);
	enum schema_state state = SCHEMA_BLANK;

	assert_int_equal(schema_check(txn, &state), OK);
	scratch_abort(scratch);
	return state;
}

static void
write_version(struct scratch *scratch, const char *record)
{
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(
	    txn_put(txn, TABLE_META, text_slice("schema"), text_slice(record)),
	    OK);
	scratch_commit(scratch);
}

static void
test_store_has_its_version(void **state)
{
	assert_int_equal(state_now(*state), SCHEMA_CURRENT);
}

static void
test_older_store_is_taken_over(void **state)
{
	struct scratch *scratch = *state;

	write_version(scratch, "{\"v\":1,\"version\":1}");
	assert_int_equal(state_now(scratch), SCHEMA_OLDER);
	scratch_reopen(scratch);
	assert_int_equal(state_now(scratch), SCHEMA_CURRENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test_setup_teardown(test_store_has_its_version,
		scratch_setup_open, scratch_teardown),
	    cmocka_unit_test_setup_teardown(test_older_store_is_taken_over,
		scratch_setup_open, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
