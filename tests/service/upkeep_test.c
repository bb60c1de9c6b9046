/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/upkeep.h"

#include "jwt-agent/service/metrics.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static enum err
done(struct agency *agency, const char *job, const char *outcome)
{
	const struct upkeep_done_request request = {
	    .job = (char *)(uintptr_t)job,
	    .outcome = (char *)(uintptr_t)outcome,
	    .began = agency->now_ms / 1000 - 2,
	    .detail = (char *)(uintptr_t) "a sentence"};
	struct empty reply;

	return agency_end(
	    agency, admin_upkeep_done(agency_begin(agency), &request, &reply));
}

/* The state of a job now, of which the texts are borrowed from `room`. */
static void
look(struct agency *agency, enum job job, struct upkeep_state *state)
{
	const struct call *call = agency_begin(agency);

	upkeep_state_clear(state);
	*state = (struct upkeep_state){0};
	assert_int_equal(
	    upkeep_look(call->service, call->txn, call->now, job, state), OK);
	assert_int_equal(agency_end(agency, OK), OK);
}

static void
is_waited_for_from_the_start_on(void **state)
{
	auto_clear(upkeep_state) struct upkeep_state job = {0};
	struct agency *agency = *state;

	look(agency, JOB_SWEEP, &job);
	assert_true(job.wanted);
	assert_int_equal(job.next, AGENCY_START);
	assert_false(job.overdue);
	agency_pass(agency, 2 * (int64_t)JOB_DAY);
	look(agency, JOB_SWEEP, &job);
	assert_false(job.overdue);
	agency_pass(agency, 1);
	look(agency, JOB_SWEEP, &job);
	assert_true(job.overdue);
	assert_true(upkeep_wants_somebody(&job));
}

static void
is_due_an_interval_after_it_was_good(void **state)
{
	auto_clear(upkeep_state) struct upkeep_state job = {0};
	struct agency *agency = *state;

	agency_pass(agency, 100);
	assert_int_equal(done(agency, "sweep", UPKEEP_OK), OK);
	assert_string_equal(agency->call.event.detail, "sweep: ok: a sentence");
	look(agency, JOB_SWEEP, &job);
	assert_int_equal(job.record.done, AGENCY_START + 100);
	assert_int_equal(job.record.began, AGENCY_START + 98);
	assert_int_equal(job.next, AGENCY_START + 100 + JOB_DAY);
	assert_false(upkeep_wants_somebody(&job));
}

static void
stays_due_when_it_fails(void **state)
{
	auto_clear(upkeep_state) struct upkeep_state job = {0};
	struct agency *agency = *state;

	assert_int_equal(done(agency, "audit-check", UPKEEP_OK), OK);
	agency_pass(agency, JOB_DAY);
	assert_int_equal(done(agency, "audit-check", UPKEEP_FAILED), OK);
	look(agency, JOB_AUDIT_CHECK, &job);
	assert_int_equal(job.record.good, AGENCY_START);
	assert_int_equal(job.record.done, AGENCY_START + JOB_DAY);
	assert_int_equal(job.next, AGENCY_START + JOB_DAY);
	assert_true(upkeep_wants_somebody(&job));
	assert_int_equal(done(agency, "audit-check", UPKEEP_OK), OK);
	look(agency, JOB_AUDIT_CHECK, &job);
	assert_false(upkeep_wants_somebody(&job));
}

static void
wants_somebody_when_it_says_so(void **state)
{
	auto_clear(upkeep_state) struct upkeep_state job = {0};
	struct agency *agency = *state;

	agency_configure(agency, "[token]\nkey_max_age = 1d\n");
	assert_int_equal(done(agency, "key-rotation", UPKEEP_DUE), OK);
	look(agency, JOB_KEY_ROTATION, &job);
	assert_true(upkeep_wants_somebody(&job));
	assert_false(job.overdue);
}

static void
is_not_waited_for_when_it_is_not_wanted(void **state)
{
	auto_clear(upkeep_state) struct upkeep_state job = {0};
	struct agency *agency = *state;

	assert_int_equal(done(agency, "backup", UPKEEP_FAILED), OK);
	agency_pass(agency, 10 * (int64_t)JOB_DAY);
	look(agency, JOB_BACKUP, &job);
	assert_false(job.wanted);
	assert_int_equal(job.next, 0);
	assert_false(job.overdue);
	assert_false(upkeep_wants_somebody(&job));
	agency_configure(agency, "[upkeep]\nbackup_dir = /var/backups\n");
	look(agency, JOB_BACKUP, &job);
	assert_true(job.wanted);
}

static void
refuses_what_is_no_job_and_no_outcome(void **state)
{
	struct agency *agency = *state;

	assert_int_equal(
	    done(agency, "none", UPKEEP_OK), ERR_INVALID_PARAMETER);
	assert_non_null(strstr(agency->call.event.detail, "job"));
	assert_int_equal(
	    done(agency, "sweep", "perhaps"), ERR_INVALID_PARAMETER);
	assert_non_null(strstr(agency->call.event.detail, "outcome"));
}

static void
sweeps_by_number_up_to_the_last(void **state)
{
	struct agency *agency = *state;
	struct sweep_step_request request = {.number = 0};
	bool last = false;

	for (; !last; request.number++) {
		auto_clear(sweep_step_reply) struct sweep_step_reply reply = {
		    0};

		assert_int_equal(agency_end(agency,
				     admin_sweep_step(agency_begin(agency),
					 &request, &reply)),
		    OK);
		assert_string_equal(
		    reply.sweep, sweep_at((size_t)request.number)->name);
		assert_false(reply.more);
		last = reply.last;
	}
	assert_null(sweep_at((size_t)request.number));
	for (int i = 0; i < 2; i++, request.number = -1) {
		struct sweep_step_reply reply = {0};

		assert_int_equal(agency_end(agency,
				     admin_sweep_step(agency_begin(agency),
					 &request, &reply)),
		    ERR_NOT_FOUND);
	}
}

static void
lists_each_job_once(void **state)
{
	struct agency *agency = *state;
	struct call *call = agency_begin(agency);
	struct cursor cursor = {.begun = false};
	struct empty request;

	for (int i = 0; i < JOB_COUNT; i++) {
		auto_clear(upkeep_view) struct upkeep_view entry = {0};

		assert_int_equal(
		    admin_upkeep(call, &request, &cursor, &entry), OK);
		assert_string_equal(entry.job, job_name((enum job)i));
		assert_int_equal(entry.interval, job_interval((enum job)i));
		assert_null(entry.outcome);
	}
	for (int i = 0; i < 2; i++) {
		struct upkeep_view entry = {0};

		assert_int_equal(admin_upkeep(call, &request, &cursor, &entry),
		    ERR_NOT_FOUND);
	}
	assert_int_equal(agency_end(agency, OK), OK);
}

/* Every metric at one moment, as a scrape reads them. */
static size_t
count_series(struct agency *agency, const char *name, double *value)
{
	struct call *call = agency_begin(agency);
	struct cursor cursor = {.begun = false};
	struct empty request;
	size_t count = 0;
	enum err e = OK;

	while (e == OK) {
		auto_clear(metric_view) struct metric_view entry = {0};

		e = admin_metrics(call, &request, &cursor, &entry);
		if (e != OK || strcmp(entry.name, name) != 0)
			continue;
		count++;
		*value = json_number_value(
		    json_object_get(json_array_get(entry.samples, 0), "value"));
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(agency_end(agency, OK), OK);
	return count;
}

static void
is_a_metric_where_it_is_wanted(void **state)
{
	static const char *const jobs[] = {
	    "sweep", "backup", "audit-check", "report", "key-rotation"};
	const struct metric_values given[METRIC_DOMAIN_COUNT] = {
	    [METRIC_JOB] = {jobs, JOB_COUNT}};
	auto_free(metrics) struct metrics *metrics = NULL;
	struct agency *agency = *state;
	double value = -1;

	/* without metrics there is nothing to list */
	assert_int_equal(
	    count_series(agency, "jwtagent_upkeep_overdue", &value), 0);
	assert_int_equal(metrics_new(&metrics, metrics_ticks, given), OK);
	agency->service.metrics = metrics;
	assert_int_equal(
	    count_series(agency, "jwtagent_upkeep_overdue", &value), 3);
	assert_int_equal(
	    count_series(agency,
		"jwtagent_upkeep_last_success_timestamp_seconds", &value),
	    0);
	assert_int_equal(done(agency, "sweep", UPKEEP_OK), OK);
	assert_int_equal(
	    count_series(agency,
		"jwtagent_upkeep_last_success_timestamp_seconds", &value),
	    1);
	assert_true(value == (double)AGENCY_START);
	assert_int_equal(count_series(agency, "jwtagent_devices", &value), 3);
	agency->service.metrics = NULL;
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(is_waited_for_from_the_start_on),
	    TEST(is_due_an_interval_after_it_was_good),
	    TEST(stays_due_when_it_fails),
	    TEST(wants_somebody_when_it_says_so),
	    TEST(is_not_waited_for_when_it_is_not_wanted),
	    TEST(refuses_what_is_no_job_and_no_outcome),
	    TEST(sweeps_by_number_up_to_the_last),
	    TEST(lists_each_job_once),
	    TEST(is_a_metric_where_it_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
