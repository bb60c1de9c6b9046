/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/device.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
put_device(struct txn *txn, const char *id, int64_t uid)
{
	auto_clear(device_record) struct device_record record =
	    sample_device(id, uid);

	assert_int_equal(device_put(txn, &record), OK);
}

static void
test_round_trip(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(device_record) struct device_record in =
	    sample_device("D", 1000);
	auto_clear(device_record) struct device_record out = {0};

	in.claims = json_pack("{s:s}", "role", "dba");
	in.seen = 1700000001;
	sample_set(&in.seen_rhost, "192.0.2.7");
	sample_set(&in.seen_service, "sshd");
	assert_int_equal(device_put(txn, &in), OK);
	scratch_commit(scratch);

	txn = scratch_begin(scratch, TXN_READ);
	assert_int_equal(device_get(txn, "D", &out), OK);
	assert_int_equal(out.v, 1);
	assert_string_equal(out.id, "D");
	assert_string_equal(out.user, "alice");
	assert_int_equal(out.uid, 1000);
	assert_string_equal(out.name, "laptop");
	assert_int_equal(out.created, 1700000000);
	assert_string_equal(out.family, "F");
	assert_string_equal(out.state, DEVICE_ACTIVE);
	assert_int_equal(out.seen, 1700000001);
	assert_string_equal(out.seen_rhost, "192.0.2.7");
	assert_string_equal(out.seen_service, "sshd");
	assert_int_equal(out.revoked, 0);
	assert_null(out.revoked_reason);
	assert_true(json_equal(out.claims, in.claims));
}

static void
test_missing(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_READ);
	struct device_record record = {0};
	char id[KV_KEY_MAX + 2] = "";

	assert_int_equal(device_get(txn, "D", &record), ERR_NO_SUCH_DEVICE);
	assert_int_equal(device_get(txn, "", &record), ERR_NO_SUCH_DEVICE);
	memset(id, 'x', sizeof(id) - 1);
	assert_int_equal(device_get(txn, id, &record), ERR_NO_SUCH_DEVICE);
	assert_int_equal(device_next(txn, NULL, &record), ERR_NOT_FOUND);
	assert_int_equal(
	    device_next_of_user(txn, 1000, NULL, &record), ERR_NOT_FOUND);
}

static void
test_walk_all(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(device_record) struct device_record record = {0};
	size_t count;

	put_device(txn, "B", 1001);
	put_device(txn, "A", 1000);
	put_device(txn, "C", 1000);
	assert_int_equal(device_count(txn, &count), OK);
	assert_int_equal(count, 3);
	assert_int_equal(device_next(txn, NULL, &record), OK);
	assert_string_equal(record.id, "A");
	assert_int_equal(device_next(txn, record.id, &record), OK);
	assert_string_equal(record.id, "B");
	assert_int_equal(device_next(txn, record.id, &record), OK);
	assert_string_equal(record.id, "C");
	assert_int_equal(device_next(txn, record.id, &record), ERR_NOT_FOUND);
}

/* The ids of a user's devices, one after the other. */
static void
assert_of_user(struct txn *txn, int64_t uid, const char *ids)
{
	auto_clear(device_record) struct device_record record = {0};
	enum err e = device_next_of_user(txn, uid, NULL, &record);

	for (; e == OK; e = device_next_of_user(txn, uid, record.id, &record)) {
		assert_int_equal(record.uid, uid);
		assert_int_equal(record.id[0], *ids++);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(*ids, '\0');
}

static void
test_walk_of_user(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put_device(txn, "A", 1000);
	put_device(txn, "B", 1001);
	put_device(txn, "C", 1000);
	put_device(txn, "D", 256);
	put_device(txn, "E", 0);
	assert_of_user(txn, 0, "E");
	assert_of_user(txn, 1, "");
	assert_of_user(txn, 256, "D");
	assert_of_user(txn, 999, "");
	assert_of_user(txn, 1000, "AC");
	assert_of_user(txn, 1001, "B");
	assert_of_user(txn, 1002, "");
}

static void
test_update_keeps_one_entry(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(device_record) struct device_record record =
	    sample_device("A", 1000);
	size_t count;

	assert_int_equal(device_put(txn, &record), OK);
	sample_set(&record.state, DEVICE_REVOKED);
	sample_set(&record.revoked_reason, "lost");
	record.revoked = 1700000009;
	assert_int_equal(device_put(txn, &record), OK);
	assert_int_equal(txn_entries(txn, TABLE_DEVICE_BY_USER, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(device_next_of_user(txn, 1000, NULL, &record), OK);
	assert_string_equal(record.state, DEVICE_REVOKED);
	assert_string_equal(record.revoked_reason, "lost");
}

static void
test_index_without_its_record(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	struct device_record record = {0};

	put_device(txn, "A", 1000);
	assert_int_equal(txn_delete(txn, TABLE_DEVICE, text_slice("A")), OK);
	assert_int_equal(
	    device_next_of_user(txn, 1000, NULL, &record), ERR_STORE);
}

static void
test_id_that_is_no_key(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(device_record) struct device_record record =
	    sample_device("", 1000);

	assert_int_equal(device_put(txn, &record), ERR_INTERNAL);
	assert_int_equal(txn_error(txn), ERR_INTERNAL);
}

/* A device whose tokens another issuer makes has an origin and no family. */
static void
test_by_origin(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(device_record) struct device_record out = {0};
	auto_clear(device_record) struct device_record in =
	    sample_device("D", 1000);

	assert_int_equal(
	    device_get_by_origin(txn, "hash", &out), ERR_NO_SUCH_DEVICE);
	free(TAKE(in.family));
	in.issuer = text_new("https://idp.test");
	in.origin = text_new("hash");
	assert_int_equal(device_put(txn, &in), OK);
	assert_int_equal(device_put(txn, &in), OK);
	assert_int_equal(device_get_by_origin(txn, "hash", &out), OK);
	assert_string_equal(out.id, "D");
	assert_null(out.family);
	assert_string_equal(out.issuer, "https://idp.test");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_round_trip),
	    STORE_TEST(test_missing),
	    STORE_TEST(test_walk_all),
	    STORE_TEST(test_walk_of_user),
	    STORE_TEST(test_update_keeps_one_entry),
	    STORE_TEST(test_index_without_its_record),
	    STORE_TEST(test_id_that_is_no_key),
	    STORE_TEST(test_by_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
