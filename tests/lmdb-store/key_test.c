/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/key.h"

#include "tests/lmdb-store/scratch.h"

#include <string.h>

static void
test_numbers_sort(void **state)
{
	static const int64_t numbers[] = {
	    0, 1, 255, 256, 65535, 1700000000, INT64_MAX};

	(void)state;
	for (size_t i = 1; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct key less = {0}, more = {0};

		key_add_number(&less, numbers[i - 1]);
		key_add_number(&more, numbers[i]);
		assert_int_equal(less.size, KEY_NUMBER_SIZE);
		assert_true(memcmp(less.data, more.data, less.size) < 0);
		assert_int_equal(key_number(more.data), numbers[i]);
	}
}

static void
test_parts_follow_each_other(void **state)
{
	struct key key = {0};

	(void)state;
	key_add_text(&key, "ab");
	key_add_end(&key);
	key_add_text(&key, "c");
	assert_int_equal(key.size, 4);
	assert_memory_equal(key.data, "ab\0c", 4);
	assert_true(
	    slice_has_prefix(key_slice(&key), (struct slice){"ab\0", 3}));
	assert_false(slice_has_prefix(key_slice(&key), text_slice("ac")));
	assert_true(slice_has_prefix(key_slice(&key), text_slice(NULL)));
	assert_false(slice_has_prefix(text_slice("a"), text_slice("ab")));
	assert_int_equal(slice_from(key_slice(&key), 3).size, 1);
}

static void
test_long_key_only_counts(void **state)
{
	struct key key = {0};
	char text[KV_KEY_MAX + 1] = "";

	(void)state;
	memset(text, 'x', KV_KEY_MAX);
	key_add_text(&key, text);
	assert_int_equal(key.size, KV_KEY_MAX);
	key_add_end(&key);
	key_add_text(&key, text);
	key_add_number(&key, 1);
	assert_int_equal(key.size, 2 * KV_KEY_MAX + 1 + KEY_NUMBER_SIZE);
	assert_int_equal(key.data[KV_KEY_MAX - 1], 'x');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers_sort),
	    cmocka_unit_test(test_parts_follow_each_other),
	    cmocka_unit_test(test_long_key_only_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
