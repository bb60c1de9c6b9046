/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/check.h"

#include "lmdb-store/key.h"
#include "lmdb-store/replay.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

#define SESSION "01ARZ3NDEKTSV4RRFFQ69G5FAV"

/* A device with a family and a session that is pending. */
static struct txn *
fill(struct scratch *scratch)
{
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(device_record) struct device_record device =
	    sample_device("D", 1000);
	auto_clear(session_record) struct session_record session =
	    sample_session(SESSION, "D");
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F");

	sample_set(&device.family, "F");
	sample_set(&device.origin, "O");
	sample_set(&family.device, "D");
	assert_int_equal(device_put(txn, &device), OK);
	assert_int_equal(family_put(txn, &family), OK);
	assert_int_equal(session_put(txn, NULL, &session), OK);
	assert_int_equal(replay_put(txn, "hash", 7), OK);
	return txn;
}

static struct table_check
look(struct txn *txn, enum table table)
{
	struct table_check found;

	assert_int_equal(check_table(txn, table, &found), OK);
	return found;
}

static void
assert_problem(struct txn *txn, enum table table, const char *text)
{
	struct table_check found = look(txn, table);

	assert_int_equal(found.problems, 1);
	if (strstr(found.problem, text) == NULL)
		fail_msg("%s instead of %s", found.problem, text);
}

static void
test_sound(void **state)
{
	struct txn *txn = fill(*state);

	for (enum table table = 0; table < TABLE_COUNT; table++) {
		struct table_check found = look(txn, table);

		if (found.problems != 0)
			fail_msg("%s: %s", table_name(table), found.problem);
	}
	assert_int_equal(look(txn, TABLE_SESSION).entries, 1);
	assert_int_equal(look(txn, TABLE_SESSION_BY_EXPIRY).entries, 1);
	assert_int_equal(look(txn, TABLE_REPLAY).entries, 1);
	scratch_abort(*state);
}

/* What is done to a sound store, and what has to be said of which table. */
struct damage {
	enum table at;
	const char *key; /* with a number before it when that is not 0 */
	int64_t number;
	const char *value; /* NULL: the entry is taken out */
	enum table seen;
	const char *said;
};

static void
test_damage(void **state)
{
	static const struct damage damages[] = {
	    {TABLE_SESSION, SESSION, 0, NULL, TABLE_SESSION_LIVE,
		"cannot be read"},
	    {TABLE_SESSION, SESSION, 0, NULL, TABLE_SESSION_BY_EXPIRY,
		"cannot be read"},
	    {TABLE_SESSION, SESSION, 0, "[]", TABLE_SESSION,
		SESSION " is not a JSON object"},
	    {TABLE_SESSION, SESSION, 0, "{}", TABLE_SESSION, "no version"},
	    {TABLE_SESSION, SESSION, 0, "{\"v\":99}", TABLE_SESSION, "newer"},
	    {TABLE_SESSION, SESSION, 0, "{\"v\":1}", TABLE_SESSION,
		"cannot be read"},
	    {TABLE_SESSION_BY_EXPIRY, SESSION, 1700000120, NULL, TABLE_SESSION,
		"by expiry disagree"},
	    {TABLE_SESSION_BY_EXPIRY, SESSION, 17, "", TABLE_SESSION_BY_EXPIRY,
		"at another time"},
	    {TABLE_SESSION_BY_EXPIRY, "x", 0, "", TABLE_SESSION_BY_EXPIRY,
		"no key"},
	    {TABLE_SESSION_LIVE, "x", 0, "", TABLE_SESSION_LIVE, "no key"},
	    {TABLE_DEVICE, "D", 0, NULL, TABLE_DEVICE_BY_USER,
		"cannot be read"},
	    {TABLE_DEVICE, "D", 0, NULL, TABLE_DEVICE_BY_ORIGIN,
		"cannot be read"},
	    {TABLE_DEVICE, "D", 0, NULL, TABLE_FAMILY, "cannot be read"},
	    {TABLE_DEVICE_BY_USER, "D", 1000, NULL, TABLE_DEVICE,
		"index by user"},
	    {TABLE_DEVICE_BY_USER, "D", 7, "", TABLE_DEVICE_BY_USER,
		"another user"},
	    {TABLE_DEVICE_BY_ORIGIN, "O", 0, NULL, TABLE_DEVICE,
		"index by origin"},
	    {TABLE_DEVICE_BY_ORIGIN, "P", 0, "D", TABLE_DEVICE_BY_ORIGIN,
		"another origin"},
	    {TABLE_FAMILY, "F", 0, NULL, TABLE_DEVICE, "family"},
	    {TABLE_REPLAY, "hash", 0, NULL, TABLE_REPLAY_BY_EXPIRY, "no mark"},
	    {TABLE_AUDIT, "A", 0, "{", TABLE_AUDIT, "JSON"},
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		const struct damage *damage = &damages[i];
		struct txn *txn = fill(*state);
		struct key key = {0};

		if (damage->number != 0)
			key_add_number(&key, damage->number);
		key_add_text(&key, damage->key);
		assert_int_equal(damage->value == NULL
			? txn_delete(txn, damage->at, key_slice(&key))
			: txn_put(txn, damage->at, key_slice(&key),
			      text_slice(damage->value)),
		    OK);
		assert_problem(txn, damage->seen, damage->said);
		scratch_abort(*state);
	}
}

static void
test_live_index(void **state)
{
	struct txn *txn = fill(*state);
	struct key right = {0}, wrong = {0};

	key_add_text(&right, "D");
	key_add_end(&right);
	key_add_text(&right, SESSION);
	key_add_text(&wrong, "E");
	key_add_end(&wrong);
	key_add_text(&wrong, SESSION);
	assert_int_equal(
	    txn_delete(txn, TABLE_SESSION_LIVE, key_slice(&right)), OK);
	assert_problem(txn, TABLE_SESSION, "live sessions disagree");
	assert_int_equal(
	    txn_put(txn, TABLE_SESSION_LIVE, key_slice(&wrong), text_slice("")),
	    OK);
	assert_problem(txn, TABLE_SESSION_LIVE, "not live on this device");
	scratch_abort(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_sound, scratch_setup_open, scratch_teardown),
	    cmocka_unit_test_setup_teardown(
		test_damage, scratch_setup_open, scratch_teardown),
	    cmocka_unit_test_setup_teardown(
		test_live_index, scratch_setup_open, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
