/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/alert.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

static void
put(struct txn *txn, const char *name, bool firing, int64_t fired)
{
	const struct alert_record record = {
	    .name = (char *)(uintptr_t)name, .firing = firing, .fired = fired};

	assert_int_equal(alert_put(txn, &record), OK);
}

static void
test_kept_over_restart(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(alert_record) struct alert_record found = {0};
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(alert_get(txn, "a", &found), ERR_NOT_FOUND);
	put(txn, "a", true, 100);
	scratch_commit(scratch);
	scratch_reopen(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(alert_get(txn, "a", &found), OK);
	assert_string_equal(found.name, "a");
	assert_true(found.firing);
	assert_int_equal(found.fired, 100);
	assert_int_equal(found.cleared, 0);
}

/* One record for each name, whatever it was before. */
static void
test_written_again(void **state)
{
	auto_clear(alert_record) struct alert_record found = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t entries = 0;

	put(txn, "a", true, 100);
	assert_int_equal(alert_get(txn, "a", &found), OK);
	found.firing = false;
	found.cleared = 160;
	assert_int_equal(alert_put(txn, &found), OK);
	alert_record_clear(&found);
	assert_int_equal(alert_get(txn, "a", &found), OK);
	assert_false(found.firing);
	assert_int_equal(found.fired, 100);
	assert_int_equal(found.cleared, 160);
	assert_int_equal(txn_entries(txn, TABLE_ALERT, &entries), OK);
	assert_int_equal(entries, 1);
}

static void
test_in_the_order_of_names(void **state)
{
	static const char *const names[] = {"a", "a-b", "aa", "b"};
	auto_clear(alert_record) struct alert_record at = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(alert_next(txn, &at), ERR_NOT_FOUND);
	for (int i = 3; i >= 0; i--)
		put(txn, names[i], false, i);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(alert_next(txn, &at), OK);
		assert_string_equal(at.name, names[i]);
		assert_int_equal(at.fired, i);
	}
	assert_int_equal(alert_next(txn, &at), ERR_NOT_FOUND);
	assert_string_equal(at.name, "b"); /* what it held stays */
}

static void
test_removed(void **state)
{
	auto_clear(alert_record) struct alert_record found = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(alert_remove(txn, "a"), ERR_NOT_FOUND);
	put(txn, "a", true, 1);
	put(txn, "b", true, 2);
	assert_int_equal(alert_remove(txn, "a"), OK);
	assert_int_equal(alert_get(txn, "a", &found), ERR_NOT_FOUND);
	assert_int_equal(alert_next(txn, &found), OK);
	assert_string_equal(found.name, "b");
	assert_int_equal(alert_remove(txn, "a"), ERR_NOT_FOUND);
}

static void
test_unreadable(void **state)
{
	static const struct {
		const char *record;
		enum err expected;
	} rows[] = {
	    {"{", ERR_STORE},
	    {"[]", ERR_STORE},
	    {"{\"v\":1,\"name\":\"a\"}", ERR_STORE},
	    {"{\"v\":1,\"name\":\"a\",\"firing\":1}", ERR_STORE},
	    {"{\"v\":1,\"name\":\"a\",\"firing\":true,\"fired\":\"x\"}",
		ERR_STORE},
	    {"{\"v\":99,\"name\":\"a\",\"firing\":true}", ERR_STORE_NEWER},
	};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(alert_record) struct alert_record found = {0};

		assert_int_equal(txn_put(txn, TABLE_ALERT, text_slice("a"),
				     text_slice(rows[i].record)),
		    OK);
		assert_int_equal(alert_get(txn, "a", &found), rows[i].expected);
		assert_int_equal(alert_next(txn, &found), rows[i].expected);
		assert_null(found.name);
	}
	put(txn, "a", true, 3); /* and it can be written over */
	scratch_commit(*state);
}

/* What could not be read back is not written, and takes the rest with it. */
static void
test_not_written(void **state)
{
	const struct alert_record nameless = {.firing = true};
	auto_clear(alert_record) struct alert_record found = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put(txn, "a", true, 1);
	assert_int_equal(alert_put(txn, &nameless), ERR_INTERNAL);
	assert_int_equal(
	    txn_commit(TAKE(((struct scratch *)*state)->txn)), ERR_INTERNAL);
	txn = scratch_begin(*state, TXN_READ);
	assert_int_equal(alert_get(txn, "a", &found), ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_kept_over_restart),
	    STORE_TEST(test_written_again),
	    STORE_TEST(test_in_the_order_of_names),
	    STORE_TEST(test_removed),
	    STORE_TEST(test_unreadable),
	    STORE_TEST(test_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
