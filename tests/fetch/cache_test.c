/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/cache.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static void
test_directives_are_read(void **state)
{
	static const struct {
		const char *value;
		int64_t seconds;
	} rows[] = {
	    {"max-age=300", 300},
	    {"public, max-age=300, must-revalidate", 300},
	    {"MAX-AGE=7", 7},
	    {"max-age=\"60\"", 60},
	    {"max-age=0", 0},
	    {" \t max-age=1\r\n", 1},
	    {",,max-age=2,,", 2},
	    {"max-age=9,max-age=5", 5},
	    {"max-age=5,max-age=9", 5},
	    {"max-age=2147483647", INT32_MAX},
	    {"max-age=2147483648", CACHE_SECONDS_MAX},
	    {"max-age=99999999999999999999999999", CACHE_SECONDS_MAX},
	    {"no-store", 0},
	    {"no-cache", 0},
	    {"No-Cache", 0},
	    {"no-cache=\"Set-Cookie\"", 0},
	    {"max-age=9, no-store", 0},
	    {"no-store, max-age=9", 0},
	    {"private=\"a, max-age=1\", max-age=3", 3},
	    {"private=\"a\\\", max-age=1\", max-age=3", 3},
	    {"private=\"a, max-age=1", CACHE_SILENT},
	    {"private=\"a\\", CACHE_SILENT},
	    {"", CACHE_SILENT},
	    {" , ,", CACHE_SILENT},
	    {"public", CACHE_SILENT},
	    {"max-age", CACHE_SILENT},
	    {"max-age=", CACHE_SILENT},
	    {"max-age=\"\"", CACHE_SILENT},
	    {"max-age= 5", CACHE_SILENT},
	    {"max-age=-5", CACHE_SILENT},
	    {"max-age=+5", CACHE_SILENT},
	    {"max-age=5.5", CACHE_SILENT},
	    {"max-age=5s", CACHE_SILENT},
	    {"max-age=0x10", CACHE_SILENT},
	    {"max-age=5s, max-age=6", 6},
	    {"s-maxage=5", CACHE_SILENT},
	    {"x-max-age=5", CACHE_SILENT},
	    {"max-ages=5", CACHE_SILENT},
	    {"no-storehouse", CACHE_SILENT},
	    {"=5", CACHE_SILENT},
	    {"=", CACHE_SILENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (cache_max_age(rows[i].value) != rows[i].seconds)
			fail_msg("%s: %lld", rows[i].value,
			    (long long)cache_max_age(rows[i].value));
}

static void
test_lines_add_up(void **state)
{
	static const struct {
		const char *lines[4];
		int64_t left;
	} rows[] = {
	    {{"Cache-Control: max-age=300\r\n"}, 300},
	    {{"cache-control:max-age=300"}, 300},
	    {{"Cache-Control: max-age=300", "Age: 100\r\n"}, 200},
	    {{"age:100", "Cache-Control: max-age=300"}, 200},
	    {{"Cache-Control: max-age=300", "Age: 300"}, 0},
	    {{"Cache-Control: max-age=300", "Age: 99999999999999"}, 0},
	    {{"Cache-Control: max-age=300", "Age: 1", "Age: 5"}, 295},
	    {{"Cache-Control: max-age=300", "Age: x"}, 300},
	    {{"Cache-Control: max-age=300", "Age: 5, 6"}, 300},
	    {{"Cache-Control: max-age=300", "Age:"}, 300},
	    {{"Cache-Control: max-age=300", "Ages: 5"}, 300},
	    {{"Cache-Control: max-age=9", "Cache-Control: max-age=7"}, 7},
	    {{"Cache-Control: max-age=9", "Cache-Control: public"}, 9},
	    {{"Cache-Control: public", "Cache-Control: no-store"}, 0},
	    {{"Cache-Control: public"}, CACHE_SILENT},
	    {{"Age: 5"}, CACHE_SILENT},
	    {{"X-Cache-Control: max-age=9"}, CACHE_SILENT},
	    {{"Cache-Control"}, CACHE_SILENT},
	    {{"HTTP/1.1 200 OK", "", "\r\n"}, CACHE_SILENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cache cache = CACHE_UNSAID;

		for (int k = 0; k < 4 && rows[i].lines[k] != NULL; k++)
			cache_take(&cache, rows[i].lines[k]);
		if (cache_left(&cache) != rows[i].left)
			fail_msg("%s: %lld", rows[i].lines[0],
			    (long long)cache_left(&cache));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_directives_are_read),
	    cmocka_unit_test(test_lines_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
