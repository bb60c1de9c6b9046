/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define UNTOUCHED INT64_C(-7)

#define ROWS(rows) (sizeof(rows) / sizeof(*(rows)))

/* The seconds are those of "date -u -d TEXT +%s". */
static void
test_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t over;
	} rows[] = {
	    {"2026-12-31", INT64_C(1798761600)}, /* 2027 begins */
	    {"2026-12-31T18:00:00Z", INT64_C(1798740000)},
	    {"2028-02-29", INT64_C(1835481600)},
	    {"2000-02-29", INT64_C(951868800)},
	    {"2026-02-28", INT64_C(1772323200)},
	    {"1970-01-01", 86400},
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-12-31T23:59:59Z", INT64_C(1798761599)},
	    {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
	    {"9999-12-31", INT64_C(253402300800)},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		int64_t over = UNTOUCHED;

		if (!date_read(rows[i].text, &over))
			fail_msg("%s is refused", rows[i].text);
		assert_int_equal(over, rows[i].over);
	}
}

static void
test_refusals(void **state)
{
	static const char *const rows[] = {
	    "",
	    "never",
	    "2026",
	    "2026-12",
	    "20261231",
	    "2026-1-1",
	    "26-12-31",
	    "2026/12/31",
	    "31-12-2026",
	    "2026-12-31 ",
	    " 2026-12-31",
	    "+026-12-31",
	    "-026-12-31",
	    "2026-12- 1",
	    "12026-12-31",
	    "2026-00-10",
	    "2026-13-10",
	    "2026-12-00",
	    "2026-12-32",
	    "2026-02-29",
	    "2026-02-30",
	    "2026-04-31",
	    "1900-02-29",
	    "1969-12-31",
	    "0000-01-01",
	    "2026-12-31T18:00:00",
	    "2026-12-31T18:00Z",
	    "2026-12-31T18:00:00z",
	    "2026-12-31t18:00:00Z",
	    "2026-12-31 18:00:00Z",
	    "2026-12-31T18:00:00.5Z",
	    "2026-12-31T18:00:00+01:00",
	    "2026-12-31T18:00:00Z ",
	    "2026-12-31T24:00:00Z",
	    "2026-12-31T18:60:00Z",
	    "2026-12-31T18:00:60Z",
	    "2026-12-31T18:00:61Z",
	    "2026-12-31T18:00:62Z",
	    "2026-12-31T-1:00:00Z",
	    "2026-02-30T00:00:00Z",
	    "1969-12-31T23:59:59Z",
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		int64_t over = UNTOUCHED;

		if (date_read(rows[i], &over))
			fail_msg("\"%s\" is taken", rows[i]);
		assert_int_equal(over, UNTOUCHED);
	}
}

/* Where the host is moves no date. */
static void
test_time_zone(void **state)
{
	char text[DATE_SIZE];
	int64_t over = UNTOUCHED;

	(void)state;
	setenv("TZ", "America/New_York5EDT", 1);
	tzset();
	assert_true(date_read("2026-07-01", &over));
	assert_int_equal(over, INT64_C(1782950400));
	assert_true(date_read("2026-07-01T12:00:00Z", &over));
	assert_int_equal(over, INT64_C(1782907200));
	date_text(over, text);
	assert_string_equal(text, "2026-07-01T12:00:00Z");
	unsetenv("TZ");
	tzset();
}

static void
test_items(void **state)
{
	static const struct {
		const char *item;
		size_t name; /* 0: it is none */
	} rows[] = {
	    {"RS256 2026-12-31", 5},
	    {"1 2026-12-31", 1},
	    {"RS256\t2026-12-31", 5},
	    {"RS256 \t  2026-12-31", 5},
	    {"", 0},
	    {"RS256", 0},
	    {"RS256 ", 0},
	    {"2026-12-31", 0},
	    {" 2026-12-31", 0},
	    {"RS256 2026-12-31 ", 0},
	    {"RS256 RS384 2026-12-31", 0},
	    {"RS256 2026-02-30", 0},
	    {"RS256=2026-12-31", 0},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		int64_t over = UNTOUCHED;
		size_t name = 0;

		if (date_read_item(rows[i].item, &name, &over) !=
		    (rows[i].name != 0))
			fail_msg("\"%s\"", rows[i].item);
		assert_int_equal(name, rows[i].name);
		assert_int_equal(
		    over, rows[i].name != 0 ? INT64_C(1798761600) : UNTOUCHED);
	}
}

/* What has no such form is a question mark, never half a date. */
static void
test_text(void **state)
{
	static const struct {
		int64_t second;
		const char *text;
	} rows[] = {
	    {0, "1970-01-01T00:00:00Z"},
	    {-1, "1969-12-31T23:59:59Z"},
	    {INT64_C(1798740000), "2026-12-31T18:00:00Z"},
	    {INT64_C(253402300799), "9999-12-31T23:59:59Z"},
	    {INT64_C(253402300800), "?"},
	    {INT64_MAX, "?"},
	    {INT64_MIN, "?"},
	};
	char text[DATE_SIZE];

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		date_text(rows[i].second, text);
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_dates),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_time_zone),
	    cmocka_unit_test(test_items),
	    cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
