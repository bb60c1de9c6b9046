/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/flood.h"

#include "lmdb-store/store.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

#define NOW INT64_C(5000)
#define WALL INT64_C(1700000000)

static struct audit_record
denial_of(const char *rhost, const char *user)
{
	struct audit_record denial = sample_audit("login");

	sample_set(&denial.reason, "BadSignature");
	sample_set(&denial.service, "sshd");
	sample_set(&denial.rhost, rhost);
	sample_set(&denial.user, user);
	denial.time = WALL;
	return denial;
}

static bool
add_denial(struct scratch *scratch, const struct audit_record *denial)
{
	bool summed = true;

	assert_int_equal(flood_add(scratch->txn, store_seal(scratch->store),
			     denial, NOW, &summed),
	    OK);
	return summed;
}

static bool
add(struct scratch *scratch, const char *rhost, const char *user)
{
	auto_clear(audit_record) struct audit_record denial =
	    denial_of(rhost, user);

	return add_denial(scratch, &denial);
}

/* How many of so many denials are recorded each. */
static int
recorded(struct scratch *scratch, const char *rhost, int denials)
{
	int each = 0;

	for (int i = 0; i < denials; i++)
		each += !add(scratch, rhost, "alice");
	return each;
}

static size_t
windows(struct txn *txn)
{
	size_t entries = 0, indexed = 0;

	assert_int_equal(txn_entries(txn, TABLE_FLOOD, &entries), OK);
	assert_int_equal(txn_entries(txn, TABLE_FLOOD_BY_TIME, &indexed), OK);
	assert_int_equal(entries, indexed);
	return entries;
}

static void
test_first_ones_are_recorded_each(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(flood_record) struct flood_record flood = {0};

	for (int i = 0; i < FLOOD_EACH; i++)
		assert_false(add(*state, "192.0.2.7", "alice"));
	for (int i = 0; i < 500; i++)
		assert_true(add(*state, "192.0.2.7", "alice"));
	assert_int_equal(windows(txn), 1);
	assert_int_equal(flood_first_due(txn, NOW + FLOOD_SECONDS, &flood), OK);
	assert_int_equal(flood.recorded, FLOOD_EACH);
	assert_int_equal(flood.count, 500);
	assert_int_equal(flood.first, WALL);
	assert_int_equal(flood.last, WALL);
	assert_string_equal(flood.event, "login");
	assert_string_equal(flood.reason, "BadSignature");
	assert_string_equal(flood.service, "sshd");
	assert_string_equal(flood.network, "192.0.2.0/24");
}

/* Whatever differs in something that matters begins a window of its own. */
static void
test_first_of_another_kind_is_recorded(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(audit_record) struct audit_record denial =
	    denial_of("192.0.2.7", "alice");

	assert_int_equal(recorded(*state, "192.0.2.7", 100), FLOOD_EACH);
	assert_false(add(*state, "198.51.100.7", "alice"));
	assert_false(add(*state, "2001:db8::1", "alice"));
	assert_false(add(*state, "gate.example", "alice"));
	sample_set(&denial.service, "sudo");
	assert_false(add_denial(*state, &denial));
	sample_set(&denial.event, "refresh");
	assert_false(add_denial(*state, &denial));
	sample_set(&denial.reason, "Expired");
	assert_false(add_denial(*state, &denial));
	denial.caller_uid = 1000;
	assert_false(add_denial(*state, &denial));
	sample_set(&denial.rhost, "");
	assert_false(add_denial(*state, &denial));
	assert_int_equal(windows(txn), 9);
}

static void
test_a_network_is_one(void **state)
{
	scratch_begin(*state, TXN_WRITE);
	assert_int_equal(recorded(*state, "192.0.2.7", 100), FLOOD_EACH);
	assert_true(add(*state, "192.0.2.250", "alice"));
	assert_true(add(*state, "::ffff:192.0.2.1", "alice"));
	assert_int_equal(recorded(*state, "2001:db8:0:1::1", 100), FLOOD_EACH);
	assert_true(add(*state, "2001:db8:0:1:ffff::", "alice"));
	assert_false(add(*state, "2001:db8:0:2::1", "alice"));
}

static void
test_users_are_counted_up_to_a_bound(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(flood_record) struct flood_record flood = {0};
	char user[32];

	recorded(*state, "192.0.2.7", FLOOD_EACH);
	for (int i = 0; i < 3 * FLOOD_USERS_MAX; i++) {
		snprintf(user, sizeof(user), "user%d", i / 2);
		add(*state, "192.0.2.7", user);
		assert_int_equal(flood_first_due(txn, INT64_MAX, &flood), OK);
		assert_int_equal(json_array_size(flood.users),
		    i / 2 < FLOOD_USERS_MAX ? i / 2 + 1 : FLOOD_USERS_MAX);
		assert_int_equal(flood.more_users, i / 2 >= FLOOD_USERS_MAX);
	}
	for (size_t i = 0; i < json_array_size(flood.users); i++)
		assert_null(strstr(
		    json_string_value(json_array_get(flood.users, i)), "user"));
}

static void
test_window_ends(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(flood_record) struct flood_record flood = {0};

	recorded(*state, "192.0.2.7", 100);
	assert_int_equal(flood_first_due(txn, NOW + FLOOD_SECONDS - 1, &flood),
	    ERR_NOT_FOUND);
	assert_int_equal(flood_first_due(txn, NOW + FLOOD_SECONDS, &flood), OK);
	assert_int_equal(flood_remove(txn, &flood), OK);
	assert_int_equal(flood_remove(txn, &flood), ERR_INTERNAL);
	scratch_abort(*state);
	txn = scratch_begin(*state, TXN_WRITE);
	assert_int_equal(recorded(*state, "192.0.2.7", 100), FLOOD_EACH);
}

/* One address for each denial: the table does not grow beyond its bound, and
 * each is either recorded or in a count. */
static void
test_bound(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(flood_record) struct flood_record flood = {0};
	int each = 0, busy = 0, counted = 0, denials = FLOOD_WINDOWS_MAX + 500;
	char rhost[64];

	for (int i = 0; i < denials; i++) {
		snprintf(rhost, sizeof(rhost), "10.%d.%d.1", i / 256, i % 256);
		each += !add(*state, rhost, "alice");
	}
	assert_int_equal(windows(txn), FLOOD_WINDOWS_MAX + 1);
	assert_int_equal(each, FLOOD_WINDOWS_MAX + 1);
	for (int i = 0; i < 10; i++)
		busy += !add(*state, "10.0.0.1", "alice");
	assert_int_equal(busy, 0);
	while (flood_first_due(txn, INT64_MAX, &flood) == OK) {
		counted += (int)flood.count;
		if (strcmp(flood.network, FLOOD_OTHER) == 0)
			assert_int_equal(flood.count, 499);
		assert_int_equal(flood_remove(txn, &flood), OK);
	}
	assert_int_equal(each + busy + counted, denials + 10);
	assert_int_equal(windows(txn), 0);
}

/* Beyond the bound the first of an event and reason is recorded all the same. */
static void
test_bound_hides_no_other_reason(void **state)
{
	char rhost[64];
	auto_clear(audit_record) struct audit_record denial =
	    denial_of("198.51.100.1", "alice");

	scratch_begin(*state, TXN_WRITE);
	for (int i = 0; i < FLOOD_WINDOWS_MAX + 2; i++) {
		snprintf(rhost, sizeof(rhost), "10.%d.%d.1", i / 256, i % 256);
		add(*state, rhost, "alice");
	}
	sample_set(&denial.reason, "WrongUser");
	assert_false(add_denial(*state, &denial));
	assert_true(add_denial(*state, &denial));
}

/* What lies in the table and cannot be read stops neither denials nor the
 * sweep. */
static void
test_damaged_window_begins_anew(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(flood_record) struct flood_record flood = {0};
	struct key key = {0};

	recorded(*state, "192.0.2.7", 100);
	assert_int_equal(flood_first_due(txn, INT64_MAX, &flood), OK);
	key_add_text(&key, flood.id);
	assert_int_equal(
	    txn_put(txn, TABLE_FLOOD, key_slice(&key), text_slice("{")), OK);
	assert_int_equal(
	    flood_first_due(txn, INT64_MAX, &flood), ERR_NOT_FOUND);
	assert_int_equal(recorded(*state, "192.0.2.7", 100), FLOOD_EACH);
	assert_int_equal(flood_first_due(txn, INT64_MAX, &flood), OK);
	assert_int_equal(flood.count, 100 - FLOOD_EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_first_ones_are_recorded_each),
	    STORE_TEST(test_first_of_another_kind_is_recorded),
	    STORE_TEST(test_a_network_is_one),
	    STORE_TEST(test_users_are_counted_up_to_a_bound),
	    STORE_TEST(test_window_ends),
	    cmocka_unit_test_setup_teardown(
		test_bound, scratch_setup_large, scratch_teardown),
	    cmocka_unit_test_setup_teardown(test_bound_hides_no_other_reason,
		scratch_setup_large, scratch_teardown),
	    STORE_TEST(test_damaged_window_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
