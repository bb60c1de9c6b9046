/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/checkpoint.h"

#include "lmdb-store/audit.h"
#include "lmdb-store/check.h"
#include "lmdb-store/key.h"
#include "lmdb-store/store.h"
#include "tests/base/sparse.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
append(struct scratch *scratch)
{
	auto_clear(audit_record) struct audit_record event =
	    sample_audit("login");

	assert_int_equal(
	    audit_append(scratch->txn, store_seal(scratch->store), &event), OK);
}

/* Four events, with a head of each second one. */
static struct txn *
fill(struct scratch *scratch)
{
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	for (int i = 1; i <= 4; i++) {
		append(scratch);
		if (i % 2 == 0)
			assert_false(sample_head(scratch));
	}
	return txn;
}

static enum err
check(struct scratch *scratch)
{
	return checkpoint_check(scratch->txn, store_seal(scratch->store));
}

static enum err
find(struct scratch *scratch, int64_t seq, char text[LINK_TEXT_SIZE + 1])
{
	struct link link;
	enum err e = checkpoint_find(
	    scratch->txn, store_seal(scratch->store), seq, &link);

	if (e == OK)
		link_write(&link, text);
	return e;
}

static void
test_found_by_number(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	auto_clear(audit_record) struct audit_record event = {0};
	char link[LINK_TEXT_SIZE + 1];
	size_t done = 0;

	assert_int_equal(audit_next(txn, 1, &event), OK);
	assert_int_equal(
	    audit_sweep(txn, store_seal(scratch->store), INT64_MAX, 10, &done),
	    OK);
	append(scratch);
	assert_int_equal(check(scratch), OK);
	assert_int_equal(find(scratch, 2, link), OK);
	assert_string_equal(link, event.link);
	assert_int_equal(find(scratch, 1, link), ERR_NOT_FOUND);
	assert_int_equal(find(scratch, 3, link), ERR_NOT_FOUND);
	assert_int_equal(find(scratch, 4, link), OK);
	assert_int_equal(find(scratch, 5, link), ERR_NOT_FOUND);
	scratch_abort(scratch);
}

static struct key
key_of(int64_t seq)
{
	struct key key = {0};

	key_add_number(&key, seq);
	return key;
}

/* Whatever is done to them is found, and nothing is believed then. */
static void
test_edits(void **state)
{
	static const char *const forged[] = {
	    "{\"v\":1,\"seq\":2,\"link\":\""
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAA\",\"time\":1700000000}",
	    "{", "{\"v\":9}", NULL};
	struct scratch *scratch = *state;
	char link[LINK_TEXT_SIZE + 1];

	for (size_t i = 0; i < sizeof(forged) / sizeof(*forged); i++)
		for (int64_t seq = 1; seq <= 4; seq++) {
			struct txn *txn = fill(scratch);
			struct key key = key_of(seq);
			struct check_total total = {.entries = 0};

			if (forged[i] != NULL)
				assert_int_equal(
				    txn_put(txn, TABLE_CHECKPOINT,
					key_slice(&key), text_slice(forged[i])),
				    OK);
			else if (seq % 2 == 0)
				assert_int_equal(
				    txn_delete(
					txn, TABLE_CHECKPOINT, key_slice(&key)),
				    OK);
			if (forged[i] == NULL && seq % 2 != 0) {
				scratch_abort(scratch);
				continue;
			}
			assert_int_equal(check(scratch), ERR_STORE);
			assert_int_equal(find(scratch, 4, link), ERR_STORE);
			assert_int_equal(
			    check_table(txn, store_seal(scratch->store),
				TABLE_META, &total),
			    OK);
			assert_string_equal(total.first.rule, "audit-heads");
			scratch_abort(scratch);
		}
}

/* Another head does not make good what was changed: it begins anew. */
static void
test_changed_ones_are_dropped(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	struct key key = key_of(2);
	char link[LINK_TEXT_SIZE + 1];

	assert_int_equal(
	    txn_put(txn, TABLE_CHECKPOINT, key_slice(&key), text_slice("{")),
	    OK);
	append(scratch);
	assert_true(sample_head(scratch));
	assert_int_equal(check(scratch), OK);
	assert_int_equal(find(scratch, 4, link), ERR_NOT_FOUND);
	assert_int_equal(find(scratch, 5, link), OK);
	append(scratch);
	assert_false(sample_head(scratch));
	assert_int_equal(find(scratch, 6, link), OK);
	scratch_abort(scratch);
}

/* Ends that cannot be relied on are not made good by a head. */
static void
test_broken_ends_stay_broken(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);

	assert_int_equal(
	    txn_put(txn, TABLE_META, text_slice(AUDIT_ENDS_KEY),
		text_slice("{\"v\":1,\"first\":0,\"last\":4,"
			   "\"first_link\":\"x\",\"last_link\":\"y\"}")),
	    OK);
	assert_false(sample_head(scratch));
	assert_int_equal(check(scratch), ERR_STORE);
	scratch_abort(scratch);
}

static void
test_oldest_ones_go(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	char link[LINK_TEXT_SIZE + 1];
	size_t entries = 0;

	if (is_sparse())
		skip(); /* the bound is what takes long */
	for (int i = 0; i < CHECKPOINTS_MAX + 3; i++) {
		append(scratch);
		assert_false(sample_head(scratch));
	}
	assert_int_equal(txn_entries(txn, TABLE_CHECKPOINT, &entries), OK);
	assert_int_equal(entries, CHECKPOINTS_MAX);
	assert_int_equal(check(scratch), OK);
	assert_int_equal(find(scratch, 3, link), ERR_NOT_FOUND);
	assert_int_equal(find(scratch, 4, link), OK);
	scratch_abort(scratch);
}

/* As a step down does. */
static void
test_forgotten(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	auto_clear(audit_ends) struct audit_ends ends = {0};

	for (int64_t seq = 2; seq <= 4; seq += 2) {
		struct key key = key_of(seq);

		assert_int_equal(
		    txn_delete(txn, TABLE_CHECKPOINT, key_slice(&key)), OK);
	}
	assert_int_equal(
	    checkpoints_forget(txn, store_seal(scratch->store)), OK);
	assert_int_equal(check(scratch), OK);
	assert_int_equal(
	    audit_ends_get(txn, store_seal(scratch->store), &ends), OK);
	assert_null(ends.heads);
	scratch_abort(scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_found_by_number),
	    STORE_TEST(test_edits),
	    STORE_TEST(test_changed_ones_are_dropped),
	    STORE_TEST(test_broken_ends_stay_broken),
	    cmocka_unit_test_setup_teardown(
		test_oldest_ones_go, scratch_setup_large, scratch_teardown),
	    STORE_TEST(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
