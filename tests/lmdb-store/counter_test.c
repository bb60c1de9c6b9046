/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/counter.h"

#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

static void
add(struct txn *txn, const char *name, const char *first, const char *second,
    int64_t now)
{
	const char *labels[COUNTER_LABELS_MAX + 1] = {first, second};

	assert_int_equal(counter_add(txn, name, labels, now), OK);
}

/* The count under these labels; 0 when there is none. */
static int64_t
count_of(
    struct txn *txn, const char *name, const char *first, const char *second)
{
	auto_clear(counter_record) struct counter_record record = {0};
	enum err e;

	while ((e = counter_next(txn, name, &record)) == OK) {
		const char *one, *two;

		assert_string_equal(record.name, name);
		assert_int_equal(
		    json_unpack(record.labels, "[ss]", &one, &two), 0);
		if (strcmp(one, first) == 0 && strcmp(two, second) == 0)
			return record.count;
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	return 0;
}

static void
test_counts_by_name_and_labels(void **state)
{
	auto_clear(counter_record) struct counter_record record = {0};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	add(txn, "a", "sshd", "ok", 1000);
	add(txn, "a", "sshd", "ok", 1005);
	add(txn, "a", "sshd", "Expired", 1002);
	add(txn, "ab", "sshd", "ok", 1003);
	add(txn, "a", "sudo", "ok", 1004);
	assert_int_equal(count_of(txn, "a", "sshd", "ok"), 2);
	assert_int_equal(count_of(txn, "a", "sshd", "Expired"), 1);
	assert_int_equal(count_of(txn, "a", "sudo", "ok"), 1);
	assert_int_equal(count_of(txn, "ab", "sshd", "ok"), 1);
	assert_int_equal(count_of(txn, "ab", "sudo", "ok"), 0);
	assert_int_equal(count_of(txn, "b", "sshd", "ok"), 0);
	assert_int_equal(counter_next(txn, "a", &record), OK);
	assert_int_equal(counter_next(txn, "a", &record), OK);
	assert_int_equal(record.since, 1000);
	assert_int_equal(record.last, 1005);
}

static void
test_odd_labels_are_other(void **state)
{
	char text[COUNTER_LABEL_MAX + 2] = "";
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	memset(text, 'x', COUNTER_LABEL_MAX + 1);
	add(txn, "a", text, "ok", 1);
	add(txn, "a", "line\n", "ok", 1);
	add(txn, "a", "\xff\xfe", "ok", 1);
	assert_int_equal(count_of(txn, "a", COUNTER_OTHER, "ok"), 3);
	text[COUNTER_LABEL_MAX] = '\0';
	add(txn, "a", text, "ok", 1);
	assert_int_equal(count_of(txn, "a", text, "ok"), 1);
}

static void
test_there_is_an_end(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	size_t entries = 0;
	char text[16];

	for (int i = 0; i < COUNTERS_MAX + 50; i++) {
		snprintf(text, sizeof(text), "s%04d", i);
		add(txn, "a", text, "ok", 1);
	}
	add(txn, "a", "s0001", "ok", 2);
	add(txn, "b", "sshd", "ok", 1);
	assert_int_equal(count_of(txn, "a", COUNTER_OTHER, COUNTER_OTHER), 50);
	assert_int_equal(count_of(txn, "b", COUNTER_OTHER, COUNTER_OTHER), 1);
	assert_int_equal(count_of(txn, "a", "s0001", "ok"), 2);
	assert_int_equal(txn_entries(txn, TABLE_COUNTER, &entries), OK);
	assert_int_equal(entries, COUNTERS_MAX + 2);
}

static void
test_an_empty_label(void **state)
{
	auto_clear(counter_record) struct counter_record record = {0};
	const char *none[COUNTER_LABELS_MAX + 1] = {""};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	assert_int_equal(counter_add(txn, "a", none, 1), OK);
	assert_int_equal(counter_add(txn, "a", none, 2), OK);
	assert_int_equal(counter_next(txn, "a", &record), OK);
	assert_int_equal(record.count, 2);
	assert_int_equal(counter_next(txn, "a", &record), ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_counts_by_name_and_labels),
	    STORE_TEST(test_odd_labels_are_other),
	    STORE_TEST(test_there_is_an_end),
	    STORE_TEST(test_an_empty_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
