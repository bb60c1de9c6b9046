/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "jwt-agent/service/timekeeping.h"
#include "tests/service/agency.h"

#include <string.h>

#define DAY INT64_C(86400)

static int64_t elapsed_now_ms; /* since boot */

static int64_t
elapsed_ms(void)
{
	return elapsed_now_ms;
}

static struct clock
new_clock(struct agency *agency)
{
	elapsed_now_ms = 5000;
	return (struct clock){
	    .host = &agency->host, .elapsed_ms = elapsed_ms, .boot = "boot"};
}

static void
let_pass(struct agency *agency, int64_t seconds)
{
	agency_pass(agency, seconds);
	elapsed_now_ms += seconds * 1000;
}

static void
assert_reads(struct clock *clock, int64_t now, int64_t steady)
{
	int64_t wall = 0, without_jumps = 0;

	clock_read(clock, &wall, &without_jumps);
	assert_int_equal(wall - AGENCY_START, now);
	assert_int_equal(without_jumps - AGENCY_START, steady);
}

static void
test_new_boot_is_written_down_once(void **state)
{
	struct clock clock = new_clock(*state);
	struct clock_jump jump = {1, 1};

	clock_begin(&clock, NULL);
	assert_reads(&clock, 0, 0);
	assert_true(clock_is_due(&clock, &jump));
	assert_int_equal(jump.to, 0);
	assert_false(clock_is_due(&clock, &jump));
}

static void
test_jumps_add_up(void **state)
{
	struct agency *agency = *state;
	struct clock clock = new_clock(agency);
	struct clock_jump jump;

	clock_begin(&clock, NULL);
	assert_true(clock_is_due(&clock, &jump));
	agency_pass(agency, DAY);
	assert_reads(&clock, DAY, 0);
	let_pass(agency, 10);
	agency_pass(agency, -2 * DAY);
	assert_reads(&clock, 10 - DAY, 10);
	assert_true(clock_is_due(&clock, &jump));
	assert_int_equal(jump.from - AGENCY_START, 0);
	assert_int_equal(jump.to - AGENCY_START, 10 - DAY);
	assert_false(clock_is_due(&clock, &jump));
	agency_pass(agency, DAY);
	assert_reads(&clock, 10, 10);
	assert_true(clock_is_due(&clock, &jump));
	assert_int_equal(jump.from - AGENCY_START, 10 - DAY);
}

/* 300 seconds is a step, a second more is a jump. */
static void
test_limit(void **state)
{
	static const int64_t steps[] = {300, -300}, jumps[] = {301, -301};
	struct agency *agency = *state;
	struct clock clock = new_clock(agency);
	struct clock_jump jump;

	clock_begin(&clock, NULL);
	for (size_t i = 0; i < 2; i++) {
		agency_pass(agency, steps[i]);
		assert_reads(&clock, i == 0 ? 300 : 0, i == 0 ? 300 : 0);
		(void)!clock_is_due(&clock, &jump);
		assert_int_equal(jump.to, 0);
	}
	for (size_t i = 0; i < 2; i++) {
		agency_pass(agency, jumps[i]);
		assert_reads(&clock, i == 0 ? 301 : 0, 0);
		assert_true(clock_is_due(&clock, &jump));
		assert_true(jump.to != 0);
	}
}

/* A clock that is slewed is followed, and that is written now and then. */
static void
test_drift(void **state)
{
	struct agency *agency = *state;
	struct clock clock = new_clock(agency);
	struct clock_jump jump = {1, 1};

	clock_begin(&clock, NULL);
	assert_true(clock_is_due(&clock, &jump));
	for (int64_t minute = 1; minute <= 10; minute++) {
		let_pass(agency, 3600);
		agency_pass(agency, 31);
		assert_reads(&clock, minute * 3631, minute * 3631);
		assert_int_equal(clock_is_due(&clock, &jump), minute % 2 == 0);
		assert_int_equal(jump.to, 0);
	}
}

static void
test_goes_on_in_the_same_boot_only(void **state)
{
	static char same[] = "boot", other[] = "other";
	struct agency *agency = *state;
	struct clock clock = new_clock(agency);
	struct clock_record kept = {.boot = same,
	    .offset_ms = AGENCY_START * 1000 - 5000,
	    .ahead_ms = -DAY * 1000};

	clock_begin(&clock, &kept);
	assert_reads(&clock, 0, DAY);
	agency_pass(agency, DAY);
	clock_begin(&clock, &kept);
	assert_reads(&clock, DAY, DAY);
	kept.boot = other;
	clock_begin(&clock, &kept);
	assert_reads(&clock, DAY, DAY);
	assert_false(clock.has_jumped);
}

/* What a handler writes is what the next agent begins with. */
static void
test_is_kept_in_the_store(void **state)
{
	struct agency *agency = *state;
	struct clock clock = new_clock(agency), next = clock;
	struct keep_clock_request request = {0};
	struct empty reply;
	struct call *call;

	assert_int_equal(timekeeping_begin(&clock, agency->store), OK);
	agency->service.clock = &clock;
	agency_pass(agency, DAY);
	call = agency_begin(agency);
	request.from = AGENCY_START;
	request.to = AGENCY_START + DAY;
	assert_int_equal(
	    agency_end(agency, timekeeping_keep(call, &request, &reply)), OK);
	assert_string_equal(call->alerts[0].name, "clock-jump");
	assert_string_equal(call->event.detail,
	    "the clock said 2027-01-16T08:00:00Z where "
	    "2027-01-15T08:00:00Z was expected");
	assert_int_equal(call->now - call->steady, DAY);
	assert_int_equal(call_surely_past(call), AGENCY_START);
	assert_int_equal(timekeeping_begin(&next, agency->store), OK);
	assert_reads(&next, DAY, 0);
	assert_false(next.has_jumped);

	request = (struct keep_clock_request){0};
	call = agency_begin(agency);
	assert_int_equal(
	    agency_end(agency, timekeeping_keep(call, &request, &reply)), OK);
	assert_int_equal(call->alert_count, 0);
	agency->service.clock = NULL;
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_new_boot_is_written_down_once),
	    TEST(test_jumps_add_up),
	    TEST(test_limit),
	    TEST(test_drift),
	    TEST(test_goes_on_in_the_same_boot_only),
	    TEST(test_is_kept_in_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
