/* SPDX-License-Identifier: BSD-3-Clause */

/* What is counted for an alert, what its number is, and what becomes of it. */

#include "jwt-agent/service/alert.h"
#include "jwt-agent/service/reading.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

static bool
note(struct agency *agency, const char *outcome, int times)
{
	const struct happening happening = {
	    .event = "login", .outcome = outcome, .reason = "Expired"};
	bool noted = false;

	for (int i = 0; i < times; i++)
		noted = alerts_note(agency->alerts, &happening, agency->now_ms);
	return noted;
}

static struct alert_rule *
rule(struct agency *agency)
{
	struct alert_rule *found = alerts_find(agency->alerts, "x");

	assert_non_null(found);
	return found;
}

/* As the wall clock says that time. */
static struct alert_reading
read_at(struct agency *agency, int64_t now)
{
	struct alert_reading reading;
	struct call *call = agency_begin(agency);
	enum err e = alert_read(
	    rule(agency), &agency->service, call->txn, now, &reading);

	assert_int_equal(agency_end(agency, e), OK);
	return reading;
}

static enum alert_change
judge_at(struct agency *agency, int64_t now)
{
	struct alert_reading reading = read_at(agency, now);

	return alert_judge(rule(agency), &reading);
}

static enum alert_change
judge(struct agency *agency)
{
	return judge_at(agency, agency->now_ms / 1000);
}

static void
assert_described(struct agency *agency, const char *text)
{
	struct alert_reading reading = read_at(agency, agency->now_ms / 1000);
	char described[ALERT_DETAIL_SIZE];

	alert_describe(
	    rule(agency)->config, &reading, described, sizeof(described));
	assert_string_equal(described, text);
}

/* What is to become of it is written, as the dispatcher does. */
static void
carry_out(struct agency *agency, enum alert_change change)
{
	const struct alert_change_request request = {TEXT("x"), TEXT("x")};
	struct alert_rule *at = rule(agency);
	struct call *call = agency_begin(agency);
	struct empty reply;
	enum err e = change == ALERT_FIRES
	    ? alert_fire(call, &request, &reply)
	    : alert_clear(call, &request, &reply);

	assert_int_equal(agency_end(agency, e), OK);
	at->firing = change == ALERT_FIRES;
	at->inherited = false;
	*(at->firing ? &at->fired : &at->cleared) = call->now;
}

static void
fires(struct agency *agency)
{
	assert_int_equal(judge(agency), ALERT_FIRES);
	carry_out(agency, ALERT_FIRES);
	assert_int_equal(judge(agency), ALERT_STAYS); /* only once */
}

static void
clears(struct agency *agency)
{
	assert_int_equal(judge(agency), ALERT_CLEARS);
	carry_out(agency, ALERT_CLEARS);
	assert_int_equal(judge(agency), ALERT_STAYS);
}

#define RATIO                                                                  \
	"[alert x]\nkind = ratio\nof = login:denied, login:fault\n"            \
	"to = login\nwindow = 5m\nthreshold = 5\nminimum = 20\n"               \
	"cooldown = 10m\n"

static void
test_ratio(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, RATIO);
	assert_described(
	    agency, "x value=0.0% events=0/0 threshold=5% window=5m");
	note(agency, "denied", 19);
	assert_int_equal(judge(agency), ALERT_STAYS); /* too few to say */
	note(agency, "granted", 361);
	assert_described(
	    agency, "x value=5.0% events=19/380 threshold=5% window=5m");
	assert_int_equal(judge(agency), ALERT_STAYS);
	note(agency, "fault", 1);
	assert_described(
	    agency, "x value=5.2% events=20/381 threshold=5% window=5m");
	fires(agency);
	agency_pass(agency, 150);
	note(agency, "granted", 300);
	clears(agency);
}

static void
test_minimum_of_a_ratio(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, RATIO);
	note(agency, "denied", 19);
	assert_int_equal(judge(agency), ALERT_STAYS);
	note(agency, "denied", 1);
	fires(agency);
}

static void
test_rate(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency,
	    "[alert x]\nkind = rate\nof = login:denied\nwindow = 90s\n"
	    "threshold = 10\n");
	note(agency, "granted", 100);
	note(agency, "denied", 15);
	assert_described(
	    agency, "x value=10.0/min events=15 threshold=10/min window=90s");
	assert_int_equal(judge(agency), ALERT_STAYS);
	note(agency, "denied", 1);
	assert_described(
	    agency, "x value=10.6/min events=16 threshold=10/min window=90s");
	fires(agency);
	agency_pass(agency, 90);
	clears(agency);
}

static void
test_minimum_of_a_rate(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency,
	    "[alert x]\nkind = rate\nof = login:denied\nwindow = 1m\n"
	    "threshold = 1\nminimum = 5\n");
	note(agency, "denied", 4);
	assert_int_equal(judge(agency), ALERT_STAYS);
	note(agency, "denied", 1);
	fires(agency);
}

static void
test_count(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency,
	    "[alert x]\nof = login:denied:Expired\nwindow = 1h\n"
	    "threshold = 5\n");
	note(agency, "denied", 5);
	assert_described(agency, "x value=5 threshold=5 window=1h");
	assert_int_equal(judge(agency), ALERT_STAYS);
	agency_pass(agency, 3539);
	note(agency, "denied", 1);
	assert_described(agency, "x value=6 threshold=5 window=1h");
	fires(agency);
	agency_pass(agency, 61); /* of the six only the last is left */
	assert_described(agency, "x value=1 threshold=5 window=1h");
	clears(agency);
}

static void
test_one_is_enough_for_nought(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[alert x]\nof = login\nwindow = 2d\n");
	assert_int_equal(judge(agency), ALERT_STAYS);
	note(agency, "granted", 1);
	assert_described(agency, "x value=1 threshold=0 window=2d");
	fires(agency);
}

/* Nothing is said before there is a number. */
static void
test_level(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[alert x]\nkind = level\nof = audit_chain\n");
	assert_described(agency, "x value=unknown threshold=0");
	assert_int_equal(judge(agency), ALERT_STAYS);
	assert_false(
	    note(agency, "denied", 1) && read_at(agency, AGENCY_START).known);
	alerts_note_verified(agency->alerts, 0);
	assert_int_equal(judge(agency), ALERT_STAYS);
	alerts_note_verified(agency->alerts, 2);
	assert_described(agency, "x value=2 threshold=0");
	fires(agency);
	alerts_note_verified(agency->alerts, 0);
	clears(agency);
}

/* A level that nobody knows any more, after a restart, clears nothing. */
static void
test_unknown_level_goes_on(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, "[alert x]\nkind = level\nof = audit_chain\n");
	alerts_note_verified(agency->alerts, 2);
	fires(agency);
	agency_restart(agency);
	assert_true(rule(agency)->firing);
	agency_pass(agency, 7 * 86400);
	assert_int_equal(judge(agency), ALERT_STAYS);
	alerts_note_verified(agency->alerts, 0);
	clears(agency);
}

#define COUNT                                                                  \
	"[alert x]\nof = login:denied\nwindow = 5m\nthreshold = 2\n"           \
	"cooldown = 10m\n"

/* It rests, whatever happens, and speaks again when it may. */
static void
test_cool_down(void **state)
{
	struct agency *agency = *state;
	int64_t until = AGENCY_START + 600;

	agency_configure(agency, COUNT);
	assert_int_equal(alert_rests_until(rule(agency), AGENCY_START), 0);
	note(agency, "denied", 3);
	fires(agency);
	agency_pass(agency, 300);
	clears(agency);
	assert_int_equal(rule(agency)->cleared, AGENCY_START + 300);
	note(agency, "denied", 3);
	assert_int_equal(judge(agency), ALERT_STAYS);
	assert_int_equal(
	    alert_rests_until(rule(agency), AGENCY_START + 300), until);
	agency_pass(agency, 299);
	assert_int_equal(judge(agency), ALERT_STAYS);
	agency_pass(agency, 1);
	note(agency, "denied", 3);
	assert_int_equal(alert_rests_until(rule(agency), until), 0);
	fires(agency);
	assert_int_equal(rule(agency)->fired, until);
}

static void
test_no_cool_down(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency,
	    "[alert x]\nof = login:denied\nwindow = 1m\ncooldown = 0\n");
	for (int i = 0; i < 3; i++) {
		note(agency, "denied", 1);
		fires(agency);
		agency_pass(agency, 60);
		clears(agency);
	}
}

/* The wall clock is not what windows go by; set back, it silences nothing. */
static void
test_clock_set_back(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, COUNT);
	note(agency, "denied", 3);
	fires(agency);
	agency_pass(agency, 300);
	clears(agency);
	note(agency, "denied", 3);
	assert_int_equal(judge_at(agency, AGENCY_START + 599), ALERT_STAYS);
	assert_int_equal(judge_at(agency, AGENCY_START), ALERT_STAYS);
	assert_int_equal(judge_at(agency, AGENCY_START - 1), ALERT_FIRES);
	assert_int_equal(judge_at(agency, 0), ALERT_FIRES);
}

/* One that was firing goes on until a whole window was seen. */
static void
test_inherited(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, COUNT);
	note(agency, "denied", 3);
	fires(agency);
	agency_pass(agency, 10);
	agency_restart(agency);
	assert_true(rule(agency)->firing);
	assert_int_equal(rule(agency)->fired, AGENCY_START);
	assert_int_equal(judge(agency), ALERT_STAYS);
	agency_pass(agency, 299);
	assert_int_equal(judge(agency), ALERT_STAYS);
	agency_pass(agency, 1);
	clears(agency);
	agency_restart(agency);
	assert_false(rule(agency)->firing);
	assert_int_equal(rule(agency)->fired, AGENCY_START);
	assert_int_equal(rule(agency)->cleared, AGENCY_START + 310);
	/* and it still rests */
	note(agency, "denied", 3);
	assert_int_equal(judge(agency), ALERT_STAYS);
}

/* What goes on over the restart neither clears nor is told again. */
static void
test_inherited_and_going_on(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, COUNT);
	note(agency, "denied", 3);
	fires(agency);
	agency_restart(agency);
	agency_pass(agency, 250);
	note(agency, "denied", 3);
	agency_pass(agency, 50);
	assert_int_equal(judge(agency), ALERT_STAYS);
	agency_pass(agency, 250);
	clears(agency);
}

static void
test_disabled(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, COUNT);
	note(agency, "denied", 3);
	fires(agency);
	agency_configure(agency, COUNT "enabled = no\n");
	assert_true(rule(agency)->firing);
	note(agency, "denied", 30);
	clears(agency);
	assert_described(agency, "x value=0 threshold=2 window=5m");
	agency_configure(agency, COUNT);
	agency_pass(agency, 600);
	note(agency, "denied", 3);
	fires(agency);
}

#define QUIET(name) "[alert " name "]\nenabled = no\n"
#define NOTHING_SHIPPED                                                        \
	QUIET("failed-logins")                                                 \
	QUIET("failed-refreshes") QUIET("oddities") QUIET("token-reuse")

/* Whether somebody has to look at it soon. */
static void
test_what_is_watched(void **state)
{
	struct agency *agency = *state;

	assert_true(note(agency, "granted", 1)); /* of failed-logins */
	agency_configure(agency, NOTHING_SHIPPED);
	assert_false(note(agency, "denied", 1));
	agency_configure(agency,
	    NOTHING_SHIPPED "[alert x]\nof = login:denied:BadSignature\n");
	assert_false(note(agency, "denied", 1));
	agency_configure(
	    agency, NOTHING_SHIPPED "[alert x]\nof = log*:denied:Exp*\n");
	assert_false(note(agency, "granted", 1));
	assert_true(note(agency, "denied", 1));
	agency_configure(
	    agency, NOTHING_SHIPPED "[alert x]\nenabled = no\nof = login\n");
	assert_false(note(agency, "denied", 1));
}

/* Above what two numbers of a real flood come to. */
static void
test_many(void **state)
{
	struct agency *agency = *state;
	struct alert_rule *at;

	agency_configure(agency, RATIO);
	at = rule(agency);
	window_add(&at->of, agency->now_ms, INT64_C(4000000000));
	window_add(&at->to, agency->now_ms, INT64_C(8000000000));
	assert_described(agency,
	    "x value=50.0% events=4000000000/8000000000 threshold=5% "
	    "window=5m");
	fires(agency);
}

static void
test_unknown_level_is_refused(void **state)
{
	struct agency *agency = *state;
	auto_free(config) struct config *config = NULL;
	struct config_error error = {""};
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/other.conf", agency->directory);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs("[alert x]\nkind = level\nof = sunspots\n"
			  "[agent]\nmaster_key = /k\n",
			file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(config_load(path, true, &config, &error), OK);
	assert_int_equal(alerts_check(config, &error), ERR_CONFIG);
	assert_non_null(strstr(error.text,
	    "other.conf:3: of=: \"sunspots\" is nothing that is measured"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_ratio),
	    TEST(test_minimum_of_a_ratio),
	    TEST(test_rate),
	    TEST(test_minimum_of_a_rate),
	    TEST(test_count),
	    TEST(test_one_is_enough_for_nought),
	    TEST(test_level),
	    TEST(test_unknown_level_goes_on),
	    TEST(test_cool_down),
	    TEST(test_no_cool_down),
	    TEST(test_clock_set_back),
	    TEST(test_inherited),
	    TEST(test_inherited_and_going_on),
	    TEST(test_disabled),
	    TEST(test_what_is_watched),
	    TEST(test_many),
	    TEST(test_unknown_level_is_refused),
	};

	return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
