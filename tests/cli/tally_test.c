/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums by label in a fixed room, and what an alert's detail says. */
#include "jwt-agent/cli/alertdetail.h"
#include "jwt-agent/cli/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void
test_most_frequent_first(void **state)
{
	struct tally tally = {.count = 0};
	auto_json json_t *list = NULL;
	const char *first, *second, *third;
	int count;

	(void)state;
	tally_add(&tally, "b", 1);
	tally_add(&tally, "c", 4211);
	tally_add(&tally, "a", 1);
	tally_add(&tally, "c", 1);
	list = tally_json(&tally, "reason");
	assert_int_equal(
	    json_unpack(list, "[{s:s,s:i}{s:s}{s:s}]", "reason", &first,
		"count", &count, "reason", &second, "reason", &third),
	    0);
	assert_string_equal(first, "c");
	assert_int_equal(count, 4212);
	assert_string_equal(second, "a");
	assert_string_equal(third, "b");
}

static void
test_of_many_labels_the_rest_is_one(void **state)
{
	struct tally tally = {.count = 0};
	char label[200];

	(void)state;
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 1000; i++) {
			snprintf(label, sizeof(label), "%03d%0100d", i, 0);
			tally_add(&tally, label, 2);
		}
	assert_int_equal(tally.count, TALLY_LABELS_MAX + 1);
	assert_string_equal(tally.row[TALLY_LABELS_MAX].label, TALLY_OTHER);
	assert_int_equal(tally.row[0].count, 6);
	assert_int_equal(
	    tally.row[TALLY_LABELS_MAX].count, 6 * (1000 - TALLY_LABELS_MAX));
}

static void
assert_name(const char *text, const char *name)
{
	struct alert_detail detail;

	alert_detail_read(text, &detail);
	assert_string_equal(detail.name, name);
}

static void
test_detail(void **state)
{
	struct alert_detail detail;
	auto_json json_t *json = NULL;
	const char *value, *window;

	(void)state;
	alert_detail_read(
	    "failed-logins value=5.2% events=21/400 threshold=5% window=5m",
	    &detail);
	assert_string_equal(detail.name, "failed-logins");
	json = alert_detail_json(&detail);
	assert_int_equal(json_object_size(json), 5);
	assert_int_equal(
	    json_unpack(json, "{s:s,s:s}", "value", &value, "window", &window),
	    0);
	assert_string_equal(value, "5.2%");
	assert_string_equal(window, "5m");
	assert_name("ours", "ours");
	assert_name("ours is not configured any more", "ours");
	assert_name("", "");
	assert_name("$(reboot) value=1", "");
	assert_name("a\nb value=1", "");
	assert_name("0123456789012345678901234567890123456789"
		    "0123456789012345678901234567890123456789 v=1",
	    "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_most_frequent_first),
	    cmocka_unit_test(test_of_many_labels_the_rest_is_one),
	    cmocka_unit_test(test_detail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
