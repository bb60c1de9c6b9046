/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/session.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
put_session(struct txn *txn, const char *id, const char *device, int64_t due)
{
	auto_clear(session_record) struct session_record record =
	    sample_session(id, device);

	record.due = due;
	assert_int_equal(session_put(txn, NULL, &record), OK);
}

/* Takes the session from the store, and puts it back in that state. */
static void
change(struct txn *txn, const char *id, const char *state, int64_t due)
{
	auto_clear(session_record) struct session_record before = {0},
							 now = {0};

	assert_int_equal(session_get(txn, id, &before), OK);
	assert_int_equal(session_get(txn, id, &now), OK);
	sample_set(&now.state, state);
	now.due = due;
	assert_int_equal(session_put(txn, &before, &now), OK);
}

static void
test_round_trip(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(session_record) struct session_record in =
	    sample_session("S", "D");
	auto_clear(session_record) struct session_record out = {0};

	in.leader = 4711;
	in.leader_start = 123456789;
	sample_set(&in.boot, "8f6d");
	sample_set(&in.tty, "pts/3");
	assert_int_equal(session_put(txn, NULL, &in), OK);
	assert_int_equal(session_get(txn, "S", &out), OK);
	assert_int_equal(out.v, 1);
	assert_string_equal(out.user, "alice");
	assert_int_equal(out.uid, 1000);
	assert_string_equal(out.device, "D");
	assert_string_equal(out.issuer, "https://localhost");
	assert_string_equal(out.jti_hash, "hash");
	assert_string_equal(out.service, "sshd");
	assert_string_equal(out.state, SESSION_PENDING);
	assert_string_equal(out.tty, "pts/3");
	assert_null(out.rhost);
	assert_int_equal(out.opened, 0);
	assert_int_equal(out.due, 1700000120);
	assert_int_equal(out.leader, 4711);
	assert_int_equal(out.leader_start, 123456789);
	assert_string_equal(out.boot, "8f6d");
	assert_true(session_is_live(&out));
}

static void
test_missing(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_READ);
	struct session_record record = {0};
	size_t count;

	assert_int_equal(session_get(txn, "S", &record), ERR_NO_SUCH_SESSION);
	assert_int_equal(session_next(txn, NULL, &record), ERR_NOT_FOUND);
	assert_int_equal(
	    session_next_live(txn, NULL, NULL, &record), ERR_NOT_FOUND);
	assert_int_equal(session_next_live_of_device(txn, "D", NULL, &record),
	    ERR_NOT_FOUND);
	assert_int_equal(
	    session_next_due(txn, INT64_MAX, &record), ERR_NOT_FOUND);
	assert_int_equal(session_live_count(txn, &count), OK);
	assert_int_equal(count, 0);
}

static void
assert_all(struct txn *txn, const char *ids)
{
	auto_clear(session_record) struct session_record record = {0};
	enum err e = session_next(txn, NULL, &record);

	for (; e == OK; e = session_next(txn, record.id, &record))
		assert_int_equal(record.id[0], *ids++);
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(*ids, '\0');
}

static void
assert_live(struct txn *txn, const char *ids)
{
	auto_clear(session_record) struct session_record record = {0};
	enum err e = session_next_live(txn, NULL, NULL, &record);
	size_t count, wanted = strlen(ids);

	for (; e == OK;
	     e = session_next_live(txn, record.device, record.id, &record))
		assert_int_equal(record.id[0], *ids++);
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(*ids, '\0');
	assert_int_equal(session_live_count(txn, &count), OK);
	assert_int_equal(count, wanted);
}

static void
assert_live_of(struct txn *txn, const char *device, const char *ids)
{
	auto_clear(session_record) struct session_record record = {0};
	enum err e = session_next_live_of_device(txn, device, NULL, &record);

	for (; e == OK;
	     e = session_next_live_of_device(txn, device, record.id, &record)) {
		assert_string_equal(record.device, device);
		assert_int_equal(record.id[0], *ids++);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(*ids, '\0');
}

static void
test_live_index(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	put_session(txn, "1", "Y", 100);
	put_session(txn, "2", "X", 100);
	put_session(txn, "3", "XX", 100);
	put_session(txn, "4", "X", 100);
	put_session(txn, "5", "Y", 100);
	assert_all(txn, "12345");
	assert_live(txn, "24315");
	assert_live_of(txn, "X", "24");
	assert_live_of(txn, "XX", "3");
	assert_live_of(txn, "Y", "15");
	assert_live_of(txn, "Z", "");
	assert_live_of(txn, "", "");

	change(txn, "2", SESSION_ACTIVE, 0);
	assert_live_of(txn, "X", "24");
	change(txn, "2", SESSION_CLOSED, 0);
	change(txn, "4", SESSION_EXPIRED, 0);
	change(txn, "1", SESSION_REVOKED, 0);
	assert_live_of(txn, "X", "");
	assert_live_of(txn, "Y", "5");
	assert_live(txn, "35");
	assert_all(txn, "12345");
}

static void
test_due_index(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(session_record) struct session_record record = {0};

	put_session(txn, "1", "D", 300);
	put_session(txn, "2", "D", 200);
	put_session(txn, "3", "D", 0);
	assert_int_equal(session_next_due(txn, 199, &record), ERR_NOT_FOUND);
	assert_int_equal(session_next_due(txn, 200, &record), OK);
	assert_string_equal(record.id, "2");
	change(txn, "2", SESSION_ACTIVE, 0);
	assert_int_equal(session_next_due(txn, 299, &record), ERR_NOT_FOUND);
	assert_int_equal(session_next_due(txn, INT64_MAX, &record), OK);
	assert_string_equal(record.id, "1");
	assert_int_equal(record.due, 300);
	change(txn, "1", SESSION_PENDING, 400);
	assert_int_equal(session_next_due(txn, 399, &record), ERR_NOT_FOUND);
	change(txn, "1", SESSION_EXPIRED, 0);
	assert_int_equal(
	    session_next_due(txn, INT64_MAX, &record), ERR_NOT_FOUND);
	assert_all(txn, "123");
}

static void
test_before_must_be_what_is_stored(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(session_record) struct session_record before = {0},
							 now = {0};

	put_session(txn, "1", "D", 100);
	before = sample_session("1", "other");
	now = sample_session("1", "D");
	assert_int_equal(session_put(txn, &before, &now), ERR_INTERNAL);
	assert_int_equal(
	    txn_commit(TAKE(((struct scratch *)*state)->txn)), ERR_INTERNAL);
}

static void
test_id_never_changes(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(session_record) struct session_record before = {0},
							 now = {0};

	before = sample_session("1", "D");
	now = sample_session("2", "D");
	assert_int_equal(session_put(txn, NULL, &before), OK);
	assert_int_equal(session_put(txn, &before, &now), ERR_INTERNAL);
}

static void
test_index_without_its_record(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	struct session_record record = {0};

	put_session(txn, "1", "D", 100);
	assert_int_equal(txn_delete(txn, TABLE_SESSION, text_slice("1")), OK);
	assert_int_equal(
	    session_next_live(txn, NULL, NULL, &record), ERR_STORE);
	assert_int_equal(session_next_due(txn, 100, &record), ERR_STORE);
}

/* A device's name that does not fit a key of the index. */
static void
test_device_that_is_no_key(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(session_record) struct session_record record = {0};
	char device[KV_KEY_MAX + 1] = "";

	memset(device, 'd', KV_KEY_MAX);
	record = sample_session("1", device);
	assert_int_equal(session_put(txn, NULL, &record), ERR_INTERNAL);
}

static void
test_walk_by_due(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(session_record) struct session_record record = {0};

	put_session(txn, "A", "D", 300);
	put_session(txn, "B", "D", 100);
	put_session(txn, "C", "D", 300);
	put_session(txn, "E", "D", 0);
	assert_int_equal(session_next_by_due(txn, NULL, &record), OK);
	assert_string_equal(record.id, "B");
	assert_int_equal(session_next_by_due(txn, &record, &record), OK);
	assert_string_equal(record.id, "A");
	assert_int_equal(session_next_by_due(txn, &record, &record), OK);
	assert_string_equal(record.id, "C");
	assert_int_equal(
	    session_next_by_due(txn, &record, &record), ERR_NOT_FOUND);
	scratch_abort(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_round_trip),
	    STORE_TEST(test_missing),
	    STORE_TEST(test_live_index),
	    STORE_TEST(test_due_index),
	    STORE_TEST(test_before_must_be_what_is_stored),
	    STORE_TEST(test_id_never_changes),
	    STORE_TEST(test_index_without_its_record),
	    STORE_TEST(test_device_that_is_no_key),
	    STORE_TEST(test_walk_by_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
