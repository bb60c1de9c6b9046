/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/user.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/scratch.h"

static void
test_kept_over_restart(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(user_record) struct user_record user = {.uid = 1000};
	auto_clear(user_record) struct user_record found = {0};
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(user_get(txn, 1000, &found), OK);
	assert_null(found.user);
	user.user = text_new("alice");
	user.attributes = json_pack("{sssb}", "team", "blue", "onboarded", 1);
	assert_int_equal(user_put(txn, &user), OK);
	user.asked = 7;
	assert_int_equal(user_put(txn, &user), OK);
	scratch_commit(scratch);
	scratch_reopen(scratch);
	txn = scratch_begin(scratch, TXN_READ);
	assert_int_equal(user_get(txn, 1000, &found), OK);
	assert_int_equal(found.uid, 1000);
	assert_string_equal(found.user, "alice");
	assert_int_equal(found.asked, 7);
	assert_true(json_equal(found.attributes, user.attributes));
}

/* Of the uid alone: one that begins with the same digits is another. */
static void
test_told_apart(void **state)
{
	static const int64_t uids[] = {1, 10, 100, INT64_C(4294967294)};
	auto_clear(user_record) struct user_record found = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	for (size_t i = 0; i < 4; i++) {
		const struct user_record user = {.uid = uids[i],
		    .user = (char *)(uintptr_t) "u",
		    .asked = uids[i]};

		assert_int_equal(user_put(txn, &user), OK);
	}
	assert_int_equal(user_remove(txn, 10), OK);
	assert_int_equal(user_remove(txn, 10), ERR_NOT_FOUND);
	assert_int_equal(user_get(txn, 10, &found), OK);
	assert_null(found.user);
	assert_int_equal(user_get(txn, 1000, &found), OK);
	assert_null(found.user);
	for (size_t i = 0; i < 4; i++)
		if (uids[i] != 10) {
			assert_int_equal(user_get(txn, uids[i], &found), OK);
			assert_int_equal(found.asked, uids[i]);
		}
}

static void
test_in_the_order_of_digits(void **state)
{
	static const int64_t uids[] = {1, 10, 100, 2};
	auto_clear(user_record) struct user_record at = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(user_next(txn, &at), ERR_NOT_FOUND);
	for (int i = 3; i >= 0; i--) {
		const struct user_record user = {
		    .uid = uids[i], .user = (char *)(uintptr_t) "u"};

		assert_int_equal(user_put(txn, &user), OK);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(user_next(txn, &at), OK);
		assert_int_equal(at.uid, uids[i]);
	}
	assert_int_equal(user_next(txn, &at), ERR_NOT_FOUND);
}

static void
test_unreadable(void **state)
{
	static const struct {
		const char *record;
		enum err expected;
	} rows[] = {
	    {"{", ERR_STORE},
	    {"{\"v\":1,\"uid\":7}", ERR_STORE},
	    {"{\"v\":1,\"uid\":\"7\",\"user\":\"u\"}", ERR_STORE},
	    {"{\"v\":1,\"uid\":7,\"user\":\"u\",\"attributes\":[]}", ERR_STORE},
	    {"{\"v\":99,\"uid\":7,\"user\":\"u\"}", ERR_STORE_NEWER},
	};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(user_record) struct user_record found = {0};

		assert_int_equal(txn_put(txn, TABLE_USER, text_slice("7"),
				     text_slice(rows[i].record)),
		    OK);
		assert_int_equal(user_get(txn, 7, &found), rows[i].expected);
		assert_null(found.user);
	}
}

/* What could not be read back is not written. */
static void
test_not_written(void **state)
{
	const struct user_record nameless = {.uid = 7};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(user_put(txn, &nameless), ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_kept_over_restart),
	    STORE_TEST(test_told_apart),
	    STORE_TEST(test_in_the_order_of_digits),
	    STORE_TEST(test_unreadable),
	    STORE_TEST(test_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
