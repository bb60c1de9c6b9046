/* SPDX-License-Identifier: BSD-3-Clause */
/* Sliding windows, and which events a selector means. */
#include "jwt-agent/config/selector.h"
#include "jwt-agent/service/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MINUTE_MS INT64_C(60000)
#define START (INT64_C(1000000) * MINUTE_MS)

static void
test_counts_within_the_window(void **state)
{
	struct window window;

	(void)state;
	window_begin(&window, 300);
	assert_int_equal(window_sum(&window, START), 0);
	for (int i = 0; i < 5; i++)
		window_add(&window, START + i * MINUTE_MS, 1);
	assert_int_equal(window_sum(&window, START + 4 * MINUTE_MS), 5);
	/* the first is five minutes old, the others are younger */
	assert_int_equal(window_sum(&window, START + 5 * MINUTE_MS), 4);
	assert_int_equal(window_sum(&window, START + 9 * MINUTE_MS), 0);
}

static void
test_long_silence_empties_it(void **state)
{
	struct window window;

	(void)state;
	window_begin(&window, 60);
	window_add(&window, START, 1000);
	assert_int_equal(window_sum(&window, START + 1), 1000);
	assert_int_equal(window_sum(&window, START * 3), 0);
	window_add(&window, START * 3, 2);
	assert_int_equal(window_sum(&window, START * 3), 2);
}

/* It never goes back; if it did, nothing old may count for long. */
static void
test_clock_that_goes_back_begins_anew(void **state)
{
	struct window window;

	(void)state;
	window_begin(&window, 60);
	window_add(&window, START, 7);
	assert_int_equal(window_sum(&window, START - MINUTE_MS), 0);
	window_add(&window, START - MINUTE_MS, 1);
	assert_int_equal(window_sum(&window, START - MINUTE_MS), 1);
}

static void
test_shortest_and_longest(void **state)
{
	struct window window;

	(void)state;
	window_begin(&window, 1);
	window_add(&window, START, 1);
	assert_int_equal(window_sum(&window, START + 900), 1);
	assert_int_equal(window_sum(&window, START + 1000), 0);
	window_begin(&window, 7 * 86400);
	window_add(&window, START, 1);
	assert_int_equal(
	    window_sum(&window, START + 6 * 86400 * INT64_C(1000)), 1);
	assert_int_equal(
	    window_sum(&window, START + 7 * 86400 * INT64_C(1000)), 0);
}

static bool
means(const char *selector, const char *event, const char *outcome,
    const char *reason)
{
	char *item[] = {"other", (char *)(uintptr_t)selector};
	const struct texts selectors = {2, item};

	return selectors_have(
	    &selectors, &(struct happening){event, outcome, reason});
}

static void
test_selectors(void **state)
{
	(void)state;
	assert_true(means("login", "login", "denied", "Expired"));
	assert_false(means("login", "logins", "denied", "Expired"));
	assert_false(means("logins", "login", "denied", "Expired"));
	assert_true(means("login:denied", "login", "denied", "Expired"));
	assert_false(means("login:denied", "login", "granted", "ok"));
	assert_true(means("login:*:Expired", "login", "denied", "Expired"));
	assert_false(means("login:*:Expired", "login", "denied", "Revoked"));
	assert_true(means("odd-*", "odd-network", "granted", "ok"));
	assert_false(means("odd-*", "odd", "granted", "ok"));
	assert_true(means("*:fault", "refresh", "fault", "DiskFull"));
	assert_true(means(
	    "refresh:denied:Token*", "refresh", "denied", "TokenExpired"));
	assert_false(means(
	    "refresh:denied:Token*", "refresh", "denied", "DeviceUnknown"));
	assert_true(means("other", "other", "granted", "ok"));
	assert_true(selector_names("odd-*:granted", "odd-failures"));
	assert_false(selector_names("login:granted", "odd-failures"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_counts_within_the_window),
	    cmocka_unit_test(test_long_silence_empties_it),
	    cmocka_unit_test(test_clock_that_goes_back_begins_anew),
	    cmocka_unit_test(test_shortest_and_longest),
	    cmocka_unit_test(test_selectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
