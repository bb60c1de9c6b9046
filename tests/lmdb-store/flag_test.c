/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/flag_change.h"

#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

#define OVERRIDES 10000
#define ROOM ((size_t)16 << 20)

static void
change(struct txn *txn, const char *flag, const char *user, int64_t percent,
    int64_t now)
{
	const struct flag_setting setting = {percent, now, 7};

	assert_int_equal(flag_change(txn, flag, user, &setting), OK);
}

static struct flag_setting
read_setting(struct txn *txn, const char *flag, const char *user)
{
	struct flag_setting setting;

	assert_int_equal(flag_read(txn, flag, user, &setting), OK);
	return setting;
}

/* `from` is taken back to `to`. */
static void
undo(struct txn *txn, const char *user, int64_t from, int64_t to)
{
	auto_clear(flag_change_record) struct flag_change_record record = {0};

	assert_int_equal(flag_change_undo(txn, &record), OK);
	assert_int_equal(record.after, from);
	assert_int_equal(record.before, to);
	if (user == NULL)
		assert_null(record.user);
	else
		assert_string_equal(record.user, user);
	assert_int_equal(read_setting(txn, record.flag, user).percent, to);
}

static size_t
entries(struct txn *txn, enum table table)
{
	size_t count = 99;

	assert_int_equal(txn_entries(txn, table, &count), OK);
	return count;
}

static void
test_states_and_overrides(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(flag_record) struct flag_record record = {0};

	assert_int_equal(read_setting(txn, "a", NULL).percent, FLAG_UNSET);
	assert_int_equal(read_setting(txn, "a", "u").percent, FLAG_UNSET);
	change(txn, "a", NULL, 25, 100);
	change(txn, "a", "u", 100, 101);
	change(txn, "a", "uu", 0, 102);
	change(txn, "ab", "u", 0, 103);
	assert_int_equal(read_setting(txn, "a", NULL).percent, 25);
	assert_int_equal(read_setting(txn, "a", NULL).changed, 100);
	assert_int_equal(read_setting(txn, "a", NULL).by, 7);
	assert_int_equal(read_setting(txn, "a", "u").percent, 100);
	assert_int_equal(read_setting(txn, "a", "u").changed, 101);
	assert_int_equal(read_setting(txn, "a", "uu").percent, 0);
	assert_int_equal(read_setting(txn, "a", "v").percent, FLAG_UNSET);
	assert_int_equal(read_setting(txn, "ab", NULL).percent, FLAG_UNSET);
	assert_int_equal(flag_get(txn, "a", &record), OK);
	assert_int_equal(record.overrides_on, 1);
	assert_int_equal(record.overrides_off, 1);
}

/* What was not there before is not there after it. */
static void
test_undo_is_exact(void **state)
{
	auto_clear(flag_change_record) struct flag_change_record none = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	change(txn, "a", NULL, 25, 100);
	change(txn, "a", NULL, 100, 200);
	change(txn, "a", "u", 0, 300);
	change(txn, "a", "u", 100, 400);
	change(txn, "a", "u", FLAG_UNSET, 500);
	assert_int_equal(entries(txn, TABLE_FLAG_OVERRIDE), 0);
	undo(txn, "u", FLAG_UNSET, 100);
	assert_int_equal(read_setting(txn, "a", "u").changed, 400);
	undo(txn, "u", 100, 0);
	assert_int_equal(read_setting(txn, "a", "u").changed, 300);
	undo(txn, "u", 0, FLAG_UNSET);
	assert_int_equal(entries(txn, TABLE_FLAG_OVERRIDE), 0);
	undo(txn, NULL, 100, 25);
	assert_int_equal(read_setting(txn, "a", NULL).changed, 100);
	change(txn, "a", NULL, 0, 600); /* in between goes on from there */
	undo(txn, NULL, 0, 25);
	undo(txn, NULL, 25, FLAG_UNSET);
	assert_int_equal(entries(txn, TABLE_FLAG), 0);
	assert_int_equal(entries(txn, TABLE_FLAG_CHANGE), 0);
	assert_int_equal(flag_change_undo(txn, &none), ERR_NOT_FOUND);
}

static void
test_changes_have_an_end(void **state)
{
	auto_clear(flag_change_record) struct flag_change_record record = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t count = 0;

	for (int64_t i = 0; i < FLAG_CHANGES_MAX + 3; i++)
		change(txn, "a", NULL, i % 100, i);
	assert_int_equal(flag_change_count(txn, &count), OK);
	assert_int_equal(count, FLAG_CHANGES_MAX);
	assert_int_equal(flag_change_next(txn, 0, &record), OK);
	assert_int_equal(record.seq, 4);
	for (size_t i = 0; i < FLAG_CHANGES_MAX; i++)
		assert_int_equal(flag_change_undo(txn, &record), OK);
	assert_int_equal(flag_change_undo(txn, &record), ERR_NOT_FOUND);
	/* the state before the oldest that is kept */
	assert_int_equal(read_setting(txn, "a", NULL).percent, 2);
}

static void
test_many_overrides(void **state)
{
	auto_clear(flag_override_record) struct flag_override_record at = {0};
	auto_clear(flag_record) struct flag_record record = {0};
	struct scratch *scratch = *state;
	struct key key = {0};
	struct txn *txn;
	size_t met = 0;
	char user[32];

	scratch->map_start = ROOM;
	scratch_open(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	for (int i = 0; i < OVERRIDES; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		change(txn, "a", user, i % 2 == 0 ? 100 : 0, i);
	}
	scratch_commit(scratch);
	scratch_reopen(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	assert_int_equal(flag_get(txn, "a", &record), OK);
	assert_int_equal(record.overrides_on, OVERRIDES / 2);
	assert_int_equal(record.overrides_off, OVERRIDES / 2);
	for (int i = 0; i < OVERRIDES; i += 97) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(
		    read_setting(txn, "a", user).percent, i % 2 == 0 ? 100 : 0);
	}
	while (flag_override_next(txn, &key, &at) == OK)
		met++;
	assert_int_equal(met, OVERRIDES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_states_and_overrides),
	    STORE_TEST(test_undo_is_exact),
	    STORE_TEST(test_changes_have_an_end),
	    cmocka_unit_test_setup_teardown(
		test_many_overrides, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
