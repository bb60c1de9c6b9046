/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/observe/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int64_t now;

static int64_t
test_ticks(void)
{
	return now;
}

static int
set_up(void **state)
{
	static const char *const services[] = {"sshd", "sudo", "other"};
	static const char *const issuers[] = {"corp"};
	static const char *const methods[] = {"one", "two"};
	static const char *const version[] = {"1"};
	struct metric_values given[METRIC_DOMAIN_COUNT] = {
	    [METRIC_SERVICE] = {services, 3},
	    [METRIC_ISSUER] = {issuers, 1},
	    [METRIC_METHOD] = {methods, 2},
	    [METRIC_VERSION] = {version, 1},
	};

	now = 0;
	return metrics_new((struct metrics **)state, test_ticks, given) == OK
	    ? 0
	    : -1;
}

static int
tear_down(void **state)
{
	metrics_free(*state);
	return 0;
}

static size_t
series_of(const struct metrics *metrics, enum metric metric)
{
	struct metric_series series;
	size_t at = 0, count = 0;

	while (metric_next(metrics, metric, &at, &series))
		count++;
	return count;
}

static void
login(struct metrics *metrics, const char *service, enum err reason)
{
	metric_add(metrics, METRIC_LOGINS,
	    metric_place(metrics, METRIC_SERVICE, service), reason, 1);
}

static void
counts_each_combination_by_itself(void **state)
{
	struct metrics *metrics = *state;

	login(metrics, "sshd", OK);
	login(metrics, "sshd", OK);
	login(metrics, "sudo", ERR_EXPIRED);
	login(metrics, "nobody-knows", ERR_EXPIRED);
	assert_int_equal(metric_value(metrics, METRIC_LOGINS, 0, OK), 2);
	assert_int_equal(
	    metric_value(metrics, METRIC_LOGINS, 1, ERR_EXPIRED), 1);
	assert_int_equal(
	    metric_value(metrics, METRIC_LOGINS, 2, ERR_EXPIRED), 1);
	assert_int_equal(metric_value(metrics, METRIC_LOGINS, 1, OK), 0);
}

static void
sums_over_a_label(void **state)
{
	struct metrics *metrics = *state;

	login(metrics, "sshd", OK);
	login(metrics, "sshd", ERR_EXPIRED);
	login(metrics, "sudo", ERR_REVOKED);
	login(metrics, "sudo", ERR_NO_MEMORY);
	assert_int_equal(metric_total(metrics, METRIC_LOGINS, NULL, NULL), 4);
	assert_int_equal(
	    metric_total(metrics, METRIC_LOGINS, "outcome", "granted"), 1);
	assert_int_equal(
	    metric_total(metrics, METRIC_LOGINS, "outcome", "denied"), 2);
	assert_int_equal(
	    metric_total(metrics, METRIC_LOGINS, "outcome", "fault"), 1);
	assert_int_equal(
	    metric_total(metrics, METRIC_LOGINS, "service", "sudo"), 2);
	assert_int_equal(
	    metric_total(metrics, METRIC_LOGINS, "reason", "Expired"), 1);
	assert_int_equal(metric_total(metrics, METRIC_LOGINS, "no", "x"), 0);
}

/* A success that did not happen yet is 0; other reasons are not there. */
static void
shows_success_from_the_beginning(void **state)
{
	struct metrics *metrics = *state;

	assert_int_equal(series_of(metrics, METRIC_LOGINS), 3);
	assert_int_equal(series_of(metrics, METRIC_REFRESHES), 1);
	assert_int_equal(series_of(metrics, METRIC_KEY_FETCHES), 2);
	login(metrics, "sshd", ERR_EXPIRED);
	assert_int_equal(series_of(metrics, METRIC_LOGINS), 4);
}

static void
names_the_labels(void **state)
{
	struct metrics *metrics = *state;
	struct metric_series series;
	size_t at = 0;

	login(metrics, "sudo", ERR_EXPIRED);
	while (metric_next(metrics, METRIC_LOGINS, &at, &series))
		if (strcmp(series.labels[1].value, "denied") == 0)
			break;
	assert_int_equal(series.label_count, 3);
	assert_string_equal(series.labels[0].name, "service");
	assert_string_equal(series.labels[0].value, "sudo");
	assert_string_equal(series.labels[1].name, "outcome");
	assert_string_equal(series.labels[2].name, "reason");
	assert_string_equal(series.labels[2].value, "Expired");
	assert_int_equal(series.value, 1);
}

static void
shows_a_gauge_once_it_is_set(void **state)
{
	struct metrics *metrics = *state;

	assert_int_equal(series_of(metrics, METRIC_CONNECTIONS), 0);
	metric_set(metrics, METRIC_CONNECTIONS, 0, 0, 0);
	assert_int_equal(series_of(metrics, METRIC_CONNECTIONS), 1);
	metric_add(metrics, METRIC_CONNECTIONS, 0, 0, 3);
	metric_add(metrics, METRIC_CONNECTIONS, 0, 0, -1);
	assert_int_equal(metric_value(metrics, METRIC_CONNECTIONS, 0, 0), 2);
	metric_clear(metrics, METRIC_CONNECTIONS);
	assert_int_equal(series_of(metrics, METRIC_CONNECTIONS), 0);
	assert_int_equal(metric_value(metrics, METRIC_CONNECTIONS, 0, 0), 0);
}

static void
observes_into_the_bucket_that_holds_it(void **state)
{
	struct metrics *metrics = *state;
	struct metric_series series;
	int64_t in_buckets = 0;
	size_t at = 0;

	metric_observe(metrics, METRIC_TURN_CALLS, 0, 1);
	metric_observe(metrics, METRIC_TURN_CALLS, 0, 2);
	metric_observe(metrics, METRIC_TURN_CALLS, 0, 3);
	metric_observe(metrics, METRIC_TURN_CALLS, 0, 1000);
	assert_true(metric_next(metrics, METRIC_TURN_CALLS, &at, &series));
	assert_int_equal(series.count, 4);
	assert_int_equal(series.value, 1006);
	for (size_t i = 0; i < series.bucket_count; i++)
		in_buckets += series.buckets[i];
	assert_int_equal(in_buckets, 3); /* one is above all of them */
	assert_int_equal(series.buckets[0], 1);
	assert_int_equal(series.buckets[1], 1);
	assert_int_equal(series.buckets[2], 1);
	assert_int_equal(series.bounds[2], 4);
}

static void
measures_by_its_clock(void **state)
{
	struct metrics *metrics = *state;
	struct metric_series series;
	int64_t began = metric_begin(metrics);
	size_t at = 0;

	now = 70000;
	metric_end(metrics, METRIC_CALL_TIME, 1, began);
	assert_true(metric_next(metrics, METRIC_CALL_TIME, &at, &series));
	assert_string_equal(series.labels[0].value, "two");
	assert_int_equal(series.value, 70000);
	assert_int_equal(series.buckets[1], 1);
	assert_false(metric_next(metrics, METRIC_CALL_TIME, &at, &series));
}

static void
counts_nothing_where_there_is_no_place(void **state)
{
	struct metrics *metrics = *state;

	metric_add(metrics, METRIC_LOGINS, 3, OK, 1);
	metric_add(metrics, METRIC_LOGINS, 0, ERR_COUNT, 1);
	metric_add(metrics, METRIC_CONNECTIONS, 1, 0, 1);
	metric_observe(metrics, METRIC_CALL_TIME, 2, 1);
	assert_int_equal(metric_total(metrics, METRIC_LOGINS, NULL, NULL), 0);
	assert_int_equal(series_of(metrics, METRIC_CONNECTIONS), 0);
	assert_int_equal(series_of(metrics, METRIC_CALL_TIME), 0);
}

static void
takes_no_metrics_at_all(void **state)
{
	size_t place = 7;
	struct metric_series series;

	(void)state;
	metric_add(NULL, METRIC_LOGINS, 0, 0, 1);
	metric_observe(NULL, METRIC_TURN_CALLS, 0, 1);
	metric_clear(NULL, METRIC_LOGINS);
	assert_int_equal(metric_begin(NULL), 0);
	metric_end(NULL, METRIC_CALL_TIME, 0, 0);
	assert_int_equal(metric_value(NULL, METRIC_LOGINS, 0, 0), 0);
	assert_int_equal(metric_total(NULL, METRIC_LOGINS, NULL, NULL), 0);
	assert_false(metric_find(NULL, METRIC_SERVICE, "sshd", &place));
	place = 0;
	assert_false(metric_next(NULL, METRIC_LOGINS, &place, &series));
	metrics_free(NULL);
}

/* As `promtool check metrics` would have it. */
static void
has_names_that_say_what_they_are(void **state)
{
	(void)state;
	for (int i = 0; i < METRIC_COUNT; i++) {
		enum metric metric = (enum metric)i;
		const char *name = metric_name(metric);
		size_t size = strlen(name);
		bool total = size > 6 && strcmp(name + size - 6, "_total") == 0;

		assert_int_equal(strncmp(name, "jwtagent_", 9), 0);
		assert_int_equal(total, metric_kind(metric) == METRIC_COUNTER);
		assert_true(strlen(metric_help(metric)) > 10);
		if (metric_unit(metric) == METRIC_NANOSECONDS)
			assert_non_null(strstr(name, "_seconds"));
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(counts_each_combination_by_itself),
	    TEST(sums_over_a_label),
	    TEST(shows_success_from_the_beginning),
	    TEST(names_the_labels),
	    TEST(shows_a_gauge_once_it_is_set),
	    TEST(observes_into_the_bucket_that_holds_it),
	    TEST(measures_by_its_clock),
	    TEST(counts_nothing_where_there_is_no_place),
	    cmocka_unit_test(takes_no_metrics_at_all),
	    cmocka_unit_test(has_names_that_say_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
