/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/family.h"
#include "lmdb-store/holding.h"

#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
assert_counts(struct txn *txn, int64_t version, int64_t devices, int64_t users)
{
	auto_clear(holding_record) struct holding_record record = {0};
	struct holding_record counted;
	enum err e = holding_next(txn, version - 1, &record);

	assert_int_equal(holding_count(txn, version, &counted), OK);
	assert_int_equal(counted.devices, devices);
	assert_int_equal(counted.users, users);
	if (devices == 0) {
		assert_true(e == ERR_NOT_FOUND || record.version != version);
		return;
	}
	assert_int_equal(e, OK);
	assert_int_equal(record.version, version);
	assert_int_equal(record.devices, devices);
	assert_int_equal(record.users, users);
}

static void
add(struct txn *txn, int64_t version, int64_t uid, const char *family)
{
	const struct holder holder = {version, uid, family};

	assert_int_equal(holding_add(txn, &holder), OK);
}

static void
take_out(struct txn *txn, int64_t version, int64_t uid, const char *family)
{
	const struct holder holder = {version, uid, family};

	assert_int_equal(holding_remove(txn, &holder), OK);
}

static void
test_devices_and_users_are_counted(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	add(txn, 1, 1000, "A");
	add(txn, 1, 1000, "B");
	add(txn, 1, 1000, "B");
	add(txn, 1, 10001, "C");
	add(txn, 2, 1000, "D");
	assert_counts(txn, 1, 3, 2);
	assert_counts(txn, 2, 1, 1);
	take_out(txn, 1, 1000, "A");
	take_out(txn, 1, 1000, "A");
	assert_counts(txn, 1, 2, 2);
	take_out(txn, 1, 1000, "B");
	assert_counts(txn, 1, 1, 1);
	take_out(txn, 1, 10001, "C");
	assert_counts(txn, 1, 0, 0);
	assert_counts(txn, 2, 1, 1);
}

static void
assert_next(
    struct txn *txn, struct holding_place *place, int64_t version, int64_t uid)
{
	assert_int_equal(holding_next_user(txn, 3, place), OK);
	assert_int_equal(place->version, version);
	assert_int_equal(place->uid, uid);
}

/* Each user once for each version. */
static void
test_who_is_outdated(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	struct holding_place place = {0, 0};

	assert_int_equal(holding_next_user(txn, 3, &place), ERR_NOT_FOUND);
	add(txn, 1, 1000, "A");
	add(txn, 1, 1000, "B");
	add(txn, 1, 10001, "C");
	add(txn, 2, 1000, "D");
	add(txn, 3, 1002, "E");
	assert_next(txn, &place, 1, 1000);
	assert_next(txn, &place, 1, 10001);
	assert_next(txn, &place, 2, 1000);
	assert_int_equal(holding_next_user(txn, 3, &place), ERR_NOT_FOUND);
}

static void
test_family_moves(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F");

	assert_int_equal(family_put(txn, &family), OK);
	assert_int_equal(family_put(txn, &family), OK);
	assert_counts(txn, CLAIMS_FIRST, 1, 1);
	assert_int_equal(family_renew(txn, &family, 4), OK);
	assert_int_equal(family_put(txn, &family), OK);
	assert_counts(txn, CLAIMS_FIRST, 0, 0);
	assert_counts(txn, 4, 1, 1);
	assert_int_equal(family_get(txn, "F", &family), OK);
	assert_int_equal(family_claims(&family), 4);
	/* one that is revoked holds nothing */
	sample_set(&family.state, FAMILY_REVOKED);
	assert_int_equal(family_put(txn, &family), OK);
	assert_counts(txn, 4, 0, 0);
	assert_int_equal(family_remove(txn, &family), OK);
}

static void
test_removed_family_is_not_counted(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(family_record) struct family_record family =
	    sample_family(store_seal(scratch->store), "F");

	family.claims = 2;
	assert_int_equal(family_put(txn, &family), OK);
	assert_counts(txn, 2, 1, 1);
	assert_int_equal(family_remove(txn, &family), OK);
	assert_counts(txn, 2, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_devices_and_users_are_counted),
	    STORE_TEST(test_who_is_outdated),
	    STORE_TEST(test_family_moves),
	    STORE_TEST(test_removed_family_is_not_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
