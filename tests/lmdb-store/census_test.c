/* SPDX-License-Identifier: BSD-3-Clause */

/* How many there are in each state: by each way in which a record comes,
 * changes and goes, and after any number of them in any order. */

#include "lmdb-store/census.h"

#include "tests/base/sparse.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

#define OPERATIONS 3000
#define IDS 40

static const char *const session_states[] = {SESSION_PENDING, SESSION_ACTIVE,
    SESSION_CLOSED, SESSION_EXPIRED, SESSION_REVOKED};
static const char *const device_states[] = {
    DEVICE_ACTIVE, DEVICE_REVOKED, DEVICE_IMPORTED};

#define COUNT(states) (sizeof(states) / sizeof(*(states)))

static int64_t
number(struct txn *txn, enum table table, const char *state)
{
	int64_t count = -1, walked = -1;

	assert_int_equal(census_get(txn, table, state, &count), OK);
	assert_int_equal(census_walk(txn, table, state, &walked), OK);
	assert_int_equal(count, walked);
	return count;
}

/* Each number is that of a walk, and all together are all there are. */
static void
assert_true_numbers(
    struct txn *txn, enum table table, const char *const *states, size_t count)
{
	int64_t sum = 0, all = 0;
	size_t entries;

	for (size_t i = 0; i < count; i++)
		sum += number(txn, table, states[i]);
	assert_int_equal(txn_entries(txn, table, &entries), OK);
	assert_int_equal(census_sum(txn, table, &all), OK);
	assert_int_equal(sum, (int64_t)entries);
	assert_int_equal(sum, all);
}

static void
set_session(struct txn *txn, const char *id, const char *state)
{
	auto_clear(session_record) struct session_record before = {0};
	auto_clear(session_record) struct session_record now =
	    sample_session(id, "D");
	enum err e = session_get(txn, id, &before);

	sample_set(&now.state, state);
	now.due = 0;
	if (!session_is_live(&now))
		now.ended = 1700000200;
	assert_int_equal(session_put(txn, e == OK ? &before : NULL, &now), OK);
}

/* False: it lives, or is not there. */
static bool
remove_session(struct txn *txn, const char *id)
{
	auto_clear(session_record) struct session_record record = {0};

	if (session_get(txn, id, &record) != OK || session_is_live(&record))
		return false;
	assert_int_equal(session_remove(txn, &record), OK);
	return true;
}

static void
set_device(struct txn *txn, const char *id, const char *state)
{
	auto_clear(device_record) struct device_record record =
	    sample_device(id, 1000);

	sample_set(&record.state, state);
	assert_int_equal(device_put(txn, &record), OK);
}

static bool
remove_device(struct txn *txn, const char *id)
{
	auto_clear(device_record) struct device_record record = {0};

	if (device_get(txn, id, &record) != OK)
		return false;
	assert_int_equal(device_remove(txn, &record), OK);
	return true;
}

static void
test_sessions(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(number(txn, TABLE_SESSION, SESSION_PENDING), 0);
	set_session(txn, "A", SESSION_PENDING);
	set_session(txn, "B", SESSION_PENDING);
	set_session(txn, "C", SESSION_PENDING);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_PENDING), 3);
	set_session(txn, "A", SESSION_ACTIVE);
	set_session(txn, "A", SESSION_ACTIVE);
	set_session(txn, "B", SESSION_EXPIRED);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_PENDING), 1);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_ACTIVE), 1);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_EXPIRED), 1);
	set_session(txn, "A", SESSION_REVOKED);
	set_session(txn, "C", SESSION_CLOSED);
	assert_true(remove_session(txn, "B"));
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_ACTIVE), 0);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_REVOKED), 1);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_CLOSED), 1);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_EXPIRED), 0);
	/* devices are others */
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_REVOKED), 0);
}

static void
test_devices(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(device_record) struct device_record kept = {0};

	set_device(txn, "A", DEVICE_ACTIVE);
	set_device(txn, "A", DEVICE_ACTIVE);
	set_device(txn, "B", DEVICE_IMPORTED);
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_ACTIVE), 1);
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_IMPORTED), 1);
	set_device(txn, "B", DEVICE_ACTIVE);
	set_device(txn, "A", DEVICE_REVOKED);
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_ACTIVE), 1);
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_REVOKED), 1);
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_IMPORTED), 0);
	assert_int_equal(device_get(txn, "B", &kept), OK);
	assert_int_equal(device_keep(txn, &kept, 1700000900), OK);
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_ACTIVE), 1);
	assert_true(remove_device(txn, "A"));
	assert_int_equal(number(txn, TABLE_DEVICE, DEVICE_REVOKED), 0);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_ACTIVE), 0);
}

/* A number that is too low does not fall below nothing. */
static void
test_wrong_number_is_no_fault(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	struct key key = census_key("session", SESSION_ACTIVE);
	int64_t count = -1;

	set_session(txn, "A", SESSION_ACTIVE);
	assert_int_equal(txn_delete(txn, TABLE_CENSUS, key_slice(&key)), OK);
	set_session(txn, "A", SESSION_CLOSED);
	assert_int_equal(
	    census_get(txn, TABLE_SESSION, SESSION_ACTIVE, &count), OK);
	assert_int_equal(count, 0);
	assert_int_equal(number(txn, TABLE_SESSION, SESSION_CLOSED), 1);
	assert_int_equal(txn_error(txn), OK);
}

/* What is dropped was not counted. */
static void
test_abort(void **state)
{
	struct scratch *scratch = *state;

	set_session(scratch_begin(scratch, TXN_WRITE), "A", SESSION_ACTIVE);
	scratch_abort(scratch);
	assert_int_equal(number(scratch_begin(scratch, TXN_READ), TABLE_SESSION,
			     SESSION_ACTIVE),
	    0);
}

/* The same on each run. */
static size_t
choose(uint64_t *seed, size_t count)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (size_t)(*seed >> 33) % count;
}

static void
operate(struct txn *txn, uint64_t *seed)
{
	char id[8];

	snprintf(id, sizeof(id), "%02zu", choose(seed, IDS));
	switch (choose(seed, 6)) {
	case 0:
		(void)remove_session(txn, id);
		break;
	case 1:
		(void)remove_device(txn, id);
		break;
	case 2:
	case 3:
		set_device(
		    txn, id, device_states[choose(seed, COUNT(device_states))]);
		break;
	default:
		set_session(txn, id,
		    session_states[choose(seed, COUNT(session_states))]);
	}
}

static void
test_any_operations(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	uint64_t seed = 7;

	for (int i = 0; i < sparse(OPERATIONS); i++) {
		operate(txn, &seed);
		if (i % 10 != 0)
			continue;
		assert_true_numbers(
		    txn, TABLE_SESSION, session_states, COUNT(session_states));
		assert_true_numbers(
		    txn, TABLE_DEVICE, device_states, COUNT(device_states));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_sessions),
	    STORE_TEST(test_devices),
	    STORE_TEST(test_wrong_number_is_no_fault),
	    STORE_TEST(test_abort),
	    STORE_TEST(test_any_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
