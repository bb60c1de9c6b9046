/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/schema.h"

#include "lmdb-store/key.h"

#include "tests/lmdb-store/sample.h"
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
	    "code_by_user", "code_by_expiry", "device_active", "device_by_time",
	    "family_by_time", "session_by_device", "session_by_end", "refusals",
	    "refusals_by_time", "aside", "counter", "flood", "flood_by_time",
	    "family_by_claims", "holding", "user", "alert", "upkeep", "flag",
	    "flag_override", "flag_change", "checkpoint", "census", "daily"};

	(void)state;
	assert_int_equal(TABLE_COUNT, sizeof(names) / sizeof(*names));
	for (enum table i = 0; i < TABLE_COUNT; i++)
		assert_string_equal(table_name(i), names[i]);
	assert_int_equal(table_version(TABLE_DEVICE), 1);
	assert_int_equal(table_version(TABLE_DEVICE_BY_USER), 0);
}

static int64_t
version_now(struct scratch *scratch)
{
	struct txn *txn = scratch_begin(scratch, TXN_READ);
	struct schema schema = {0};

	assert_int_equal(schema_read(txn, &schema), OK);
	assert_false(schema.under_way);
	scratch_abort(scratch);
	return schema.version;
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
	assert_int_equal(version_now(*state), SCHEMA_VERSION);
}

static void
test_older_store_is_taken_over(void **state)
{
	struct scratch *scratch = *state;

	write_version(scratch, "{\"v\":1,\"version\":1}");
	assert_int_equal(version_now(scratch), 1);
	scratch_reopen(scratch);
	assert_int_equal(version_now(scratch), SCHEMA_VERSION);
}

static size_t
entries(struct txn *txn, enum table table)
{
	size_t count = 0;

	assert_int_equal(txn_entries(txn, table, &count), OK);
	return count;
}

static void
empty_table(struct txn *txn, enum table table)
{
	struct slice key;

	while (txn_next(txn, table, text_slice(NULL), &key, NULL) == OK) {
		struct key copy = {0};

		key_add_bytes(&copy, key.data, key.size);
		assert_int_equal(txn_delete(txn, table, key_slice(&copy)), OK);
	}
}

/* What stores of schema 2 do not have. */
static const enum table newer[] = {TABLE_DEVICE_ACTIVE, TABLE_DEVICE_BY_TIME,
    TABLE_FAMILY_BY_TIME, TABLE_SESSION_BY_DEVICE, TABLE_SESSION_BY_END};

#define NEWER_COUNT (sizeof(newer) / sizeof(*newer))

static void
write_records(struct scratch *scratch)
{
	auto_clear(device_record) struct device_record active =
	    sample_device("D1", 1000);
	auto_clear(device_record) struct device_record revoked =
	    sample_device("D2", 1000);
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F1");
	auto_clear(session_record) struct session_record live =
	    sample_session("S1", "D1");
	auto_clear(session_record) struct session_record ended =
	    sample_session("S2", "D1");
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	sample_set(&revoked.state, DEVICE_REVOKED);
	sample_set(&ended.state, SESSION_CLOSED);
	ended.due = 0;
	assert_int_equal(device_put(txn, &active), OK);
	assert_int_equal(device_put(txn, &revoked), OK);
	assert_int_equal(family_put(txn, &family), OK);
	assert_int_equal(session_put(txn, NULL, &live), OK);
	assert_int_equal(session_put(txn, NULL, &ended), OK);
	scratch_commit(scratch);
}

static void
test_older_store_gets_its_indexes(void **state)
{
	struct scratch *scratch = *state;
	size_t before[NEWER_COUNT];
	struct txn *txn;

	write_records(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	for (size_t i = 0; i < NEWER_COUNT; i++) {
		before[i] = entries(txn, newer[i]);
		assert_true(before[i] > 0);
		empty_table(txn, newer[i]);
	}
	scratch_commit(scratch);
	write_version(scratch, "{\"v\":1,\"version\":2}");
	scratch_reopen(scratch);
	txn = scratch_begin(scratch, TXN_READ);
	for (size_t i = 0; i < NEWER_COUNT; i++)
		assert_int_equal(entries(txn, newer[i]), before[i]);
	assert_int_equal(entries(txn, TABLE_DEVICE_ACTIVE), 1);
	assert_int_equal(entries(txn, TABLE_SESSION_BY_END), 1);
	assert_int_equal(entries(txn, TABLE_SESSION_BY_DEVICE), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    STORE_TEST(test_store_has_its_version),
	    STORE_TEST(test_older_store_gets_its_indexes),
	    STORE_TEST(test_older_store_is_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
