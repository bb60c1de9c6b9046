/* SPDX-License-Identifier: BSD-3-Clause */

/* What is asked of alerts: the list, a test of one, and that those which are
 * not configured any more are forgotten. */

#include "jwt-agent/service/alert.h"

#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

#define CONFIG                                                                 \
	"[alert x]\nkind = ratio\nof = login:denied\nto = login\n"             \
	"threshold = 5\nwindow = 5m\ncooldown = 10m\n"                         \
	"[alert y]\nenabled = no\nof = login, refresh\n"                       \
	"[alert z]\nkind = level\nof = audit_chain\n"

static void
note(struct agency *agency, const char *outcome)
{
	const struct happening happening = {
	    .event = "login", .outcome = outcome, .reason = "Expired"};

	alerts_note(agency->alerts, &happening, agency->now_ms);
}

static void
put(struct agency *agency, const char *name, bool firing)
{
	const struct alert_record record = {
	    .name = TEXT(name), .firing = firing, .fired = AGENCY_START};

	assert_int_equal(
	    agency_end(agency, alert_put(agency_begin(agency)->txn, &record)),
	    OK);
}

static struct alert_record
get(struct agency *agency, const char *name)
{
	struct alert_record record = {0};
	enum err e = alert_get(agency_begin(agency)->txn, name, &record);

	assert_true(e == OK || e == ERR_NOT_FOUND);
	assert_int_equal(agency_end(agency, OK), OK);
	return record;
}

static void
change(struct agency *agency, bool firing, const char *detail)
{
	const struct alert_change_request request = {TEXT("x"), TEXT(detail)};
	struct call *call = agency_begin(agency);
	struct empty reply;

	assert_int_equal(agency_end(agency,
			     firing ? alert_fire(call, &request, &reply)
				    : alert_clear(call, &request, &reply)),
	    OK);
	assert_string_equal(agency->call.event.detail, detail);
}

static void
test_kept(void **state)
{
	struct agency *agency = *state;
	auto_clear(alert_record) struct alert_record fired = {0};
	auto_clear(alert_record) struct alert_record cleared = {0};

	change(agency, true, "x value=1");
	fired = get(agency, "x");
	assert_true(fired.firing);
	assert_int_equal(fired.fired, AGENCY_START);
	assert_int_equal(fired.cleared, 0);
	agency_pass(agency, 60);
	change(agency, false, "x value=0");
	cleared = get(agency, "x");
	assert_false(cleared.firing);
	assert_int_equal(cleared.fired, AGENCY_START);
	assert_int_equal(cleared.cleared, AGENCY_START + 60);
}

/* The entry of this name. */
static void
find(struct agency *agency, const char *name, struct alert_view *view)
{
	struct empty request;
	struct cursor cursor = {0};
	enum err e = OK;

	while (e == OK) {
		alert_view_clear(view);
		e = alert_list(agency_begin(agency), &request, &cursor, view);
		assert_int_equal(agency_end(agency, e), e);
		if (e == OK && strcmp(view->name, name) == 0)
			return;
	}
	fail_msg("%s is not in the list", name);
}

static void
assert_listed(struct agency *agency, const char *name, const char *state,
    const char *value, const char *threshold)
{
	auto_clear(alert_view) struct alert_view view = {0};

	find(agency, name, &view);
	assert_string_equal(view.state, state);
	if (value == NULL)
		assert_null(view.value);
	else
		assert_string_equal(view.value, value);
	assert_string_equal(view.threshold, threshold);
}

static void
test_listed(void **state)
{
	struct agency *agency = *state;
	auto_clear(alert_view) struct alert_view x = {0};
	auto_clear(alert_view) struct alert_view y = {0};

	agency_configure(agency, CONFIG);
	assert_listed(agency, "x", "ok", "0.0%", "5%");
	assert_listed(agency, "y", "off", "0", "0");
	assert_listed(agency, "z", "unknown", NULL, "0");
	note(agency, "denied");
	note(agency, "granted");
	alerts_note_verified(agency->alerts, 3);
	assert_listed(agency, "x", "ok", "50.0%", "5%");
	assert_listed(agency, "z", "ok", "3", "0");
	put(agency, "x", true);
	agency_restart(agency);
	assert_listed(agency, "x", "firing", "0.0%", "5%");
	find(agency, "x", &x);
	assert_string_equal(x.kind, "ratio");
	assert_int_equal(x.window, 300);
	assert_int_equal(x.fired, AGENCY_START);
	assert_int_equal(x.cleared, 0);
	assert_int_equal(x.rests_until, 0);
	find(agency, "y", &y);
	assert_int_equal(json_array_size(y.of), 2);
}

static void
test_listed_while_it_rests(void **state)
{
	struct agency *agency = *state;
	auto_clear(alert_view) struct alert_view x = {0};

	agency_configure(agency, CONFIG);
	put(agency, "x", false);
	agency_restart(agency);
	agency_pass(agency, 599);
	find(agency, "x", &x);
	assert_string_equal(x.state, "ok");
	assert_int_equal(x.rests_until, AGENCY_START + 600);
	agency_pass(agency, 1);
	find(agency, "x", &x);
	assert_int_equal(x.rests_until, 0);
}

/* Even an alert that is off can be tried. */
static void
test_tested(void **state)
{
	static const struct {
		const char *name, *detail;
	} rows[] = {
	    {"x", "x value=0.0% events=0/0 threshold=5% window=5m"},
	    {"y", "y value=0 threshold=0 window=5m"},
	    {"z", "z value=unknown threshold=0"},
	};
	struct agency *agency = *state;

	agency_configure(agency, CONFIG);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct alert_test_request request = {TEXT(rows[i].name)};
		auto_clear(alert_test_reply) struct alert_test_reply reply = {
		    0};

		assert_int_equal(
		    agency_end(agency,
			alert_test(agency_begin(agency), &request, &reply)),
		    OK);
		assert_string_equal(reply.name, rows[i].name);
		assert_string_equal(reply.detail, rows[i].detail);
		assert_string_equal(agency->call.event.detail, rows[i].detail);
	}
}

static void
test_no_such_alert(void **state)
{
	static const char *const names[] = {"", "X", "xx", "x "};
	struct agency *agency = *state;

	agency_configure(agency, CONFIG);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct alert_test_request request = {TEXT(names[i])};
		auto_clear(alert_test_reply) struct alert_test_reply reply = {
		    0};

		assert_int_equal(
		    agency_end(agency,
			alert_test(agency_begin(agency), &request, &reply)),
		    ERR_NO_SUCH_ALERT);
		assert_null(reply.name);
	}
}

static size_t
sweep(struct agency *agency, size_t limit)
{
	struct call *call = agency_begin(agency);
	size_t done = 99;

	assert_int_equal(
	    agency_end(agency, alert_sweep(call, limit, &done)), OK);
	return done;
}

/* What was firing is told to be over; the rest goes without a word. */
static void
test_forgotten(void **state)
{
	struct agency *agency = *state;
	auto_clear(alert_record) struct alert_record kept = {0};
	auto_clear(alert_record) struct alert_record gone = {0};

	agency_configure(agency, CONFIG);
	put(agency, "gone", true);
	put(agency, "past", false);
	put(agency, "x", true);
	put(agency, "y", false); /* is off, but configured */
	assert_int_equal(sweep(agency, 100), 2);
	assert_int_equal(agency->call.alert_count, 1);
	assert_string_equal(agency->call.alerts[0].name, "alert-cleared");
	assert_string_equal(
	    agency->call.alerts[0].detail, "gone is not configured any more");
	gone = get(agency, "gone");
	assert_null(gone.name);
	kept = get(agency, "x");
	assert_true(kept.firing);
	assert_int_equal(sweep(agency, 100), 0);
	assert_int_equal(agency->call.alert_count, 0);
}

/* No more in one step than a call can tell of. */
static void
test_forgotten_in_steps(void **state)
{
	struct agency *agency = *state;
	char name[8];

	for (int i = 0; i < CALL_ALERTS_MAX + 3; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		put(agency, name, true);
	}
	assert_int_equal(sweep(agency, 2), 2);
	assert_int_equal(agency->call.alert_count, 2);
	assert_int_equal(sweep(agency, 100), CALL_ALERTS_MAX);
	assert_int_equal(agency->call.alert_count, CALL_ALERTS_MAX);
	assert_int_equal(sweep(agency, 100), 1);
	assert_int_equal(sweep(agency, 100), 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_kept),
	    TEST(test_listed),
	    TEST(test_listed_while_it_rests),
	    TEST(test_tested),
	    TEST(test_no_such_alert),
	    TEST(test_forgotten),
	    TEST(test_forgotten_in_steps),
	};

	return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
