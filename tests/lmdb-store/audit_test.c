/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/audit.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

static void
append(struct scratch *scratch, int64_t seq)
{
	auto_clear(audit_record) struct audit_record record =
	    sample_audit("login");
	int64_t newest = 0;

	sample_set(&record.user, "alice");
	record.uid = 1000;
	assert_int_equal(
	    audit_append(scratch->txn, store_seal(scratch->store), &record),
	    OK);
	assert_int_equal(audit_seq_back(scratch->txn, 0, &newest), OK);
	assert_int_equal(newest, seq);
}

static void
test_round_trip(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(audit_record) struct audit_record in = sample_audit("login");
	auto_clear(audit_record) struct audit_record out = {0};

	sample_set(&in.user, "root");
	sample_set(&in.rhost, "192.0.2.7");
	in.uid = 0;
	assert_int_equal(
	    audit_append(txn, store_seal(scratch->store), &in), OK);
	assert_int_equal(audit_next(txn, 0, &out), OK);
	assert_int_equal(out.v, 2);
	assert_int_equal(out.seq, 1);
	assert_int_equal(out.time, 1700000000);
	assert_string_equal(out.event, "login");
	assert_string_equal(out.outcome, "granted");
	assert_string_equal(out.reason, "ok");
	assert_string_equal(out.user, "root");
	assert_string_equal(out.rhost, "192.0.2.7");
	assert_null(out.device);
	assert_int_equal(out.uid, 0);
	assert_int_equal(out.caller_uid, 0);
	assert_int_equal(out.caller_pid, 42);
}

static void
test_numbers_have_no_gaps(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(audit_record) struct audit_record record = {0};

	append(scratch, 1);
	append(scratch, 2);
	scratch_commit(scratch);
	scratch_begin(scratch, TXN_WRITE);
	append(scratch, 3);
	scratch_abort(scratch);
	scratch_reopen(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	for (int64_t seq = 3; seq <= 300; seq++)
		append(scratch, seq);
	for (int64_t seq = 1; seq <= 300; seq++) {
		assert_int_equal(audit_next(txn, record.seq, &record), OK);
		assert_int_equal(record.seq, seq);
	}
	assert_int_equal(audit_next(txn, 300, &record), ERR_NOT_FOUND);
	assert_int_equal(audit_next(txn, -5, &record), OK);
	assert_int_equal(record.seq, 1);
}

static void
assert_back(struct txn *txn, int64_t count, int64_t wanted)
{
	int64_t seq = -1;

	assert_int_equal(audit_seq_back(txn, count, &seq), OK);
	assert_int_equal(seq, wanted);
}

static void
test_seq_back(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_back(txn, 10, 0);
	for (int64_t seq = 1; seq <= 5; seq++)
		append(scratch, seq);
	assert_back(txn, 1, 4);
	assert_back(txn, 2, 3);
	assert_back(txn, 5, 0);
	assert_back(txn, 6, 0);
	assert_back(txn, INT64_MAX, 0);
	assert_back(txn, 0, 5);
	assert_back(txn, -1, 5);
}

static void
test_foreign_key_in_the_table(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	auto_clear(audit_record) struct audit_record record =
	    sample_audit("login");

	assert_int_equal(
	    txn_put(txn, TABLE_AUDIT, text_slice("x"), text_slice("{}")), OK);
	assert_int_equal(
	    audit_append(txn, store_seal(scratch->store), &record), ERR_STORE);
	assert_int_equal(txn_error(txn), ERR_STORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_round_trip),
	    STORE_TEST(test_numbers_have_no_gaps),
	    STORE_TEST(test_seq_back),
	    STORE_TEST(test_foreign_key_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
