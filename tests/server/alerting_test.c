/* SPDX-License-Identifier: BSD-3-Clause */

/* When alerts are looked at, and what comes of a change that is written and of
 * one that is not. */

#include "jwt-agent/server/alerting.h"

#include "jwt-agent/server/turn.h"
#include "jwt-agent/service/alert.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SUBMITTED_MAX 8

/* The shipped ones rest, so that each change is of what the test has. */
#define QUIET(name) "[alert " name "]\nenabled = no\n"
#define QUIET_COUNTS                                                           \
	QUIET("failed-logins")                                                 \
	QUIET("failed-refreshes") QUIET("oddities") QUIET("token-reuse")
#define QUIET_LEVELS                                                           \
	QUIET("keys-age")                                                      \
	QUIET("store-size") QUIET("upkeep") QUIET("audit-chain")
#define CONFIG                                                                 \
	QUIET_COUNTS QUIET_LEVELS                                              \
	    "[alert denials]\nof = login:denied\nwindow = 1m\n"                \
	    "threshold = 2\n"                                                  \
	    "[alert reuse]\nof = token-reuse\nwindow = 1m\n"                   \
	    "[alert chain]\nkind = level\nof = audit_chain\n"

struct scene {
	struct agency *agency;
	sd_event *loop;
	struct turn *turn;
	struct alerting *alerting;
	bool no_memory; /* for what is submitted */
	struct task *submitted[SUBMITTED_MAX];
	size_t count; /* and not carried out yet */
};

static void
settle(struct task *task, void *context)
{
	struct scene *scene = context;

	alerting_written(scene->alerting, task);
	alerting_settled(scene->alerting, task);
	task_free(task);
}

static bool
submit(const struct request *row, const json_t *parameters, void *context)
{
	struct scene *scene = context;

	if (scene->no_memory)
		return false;
	assert_true(scene->count < SUBMITTED_MAX);
	assert_int_equal(task_new(&scene->submitted[scene->count++], row,
			     &scene->agency->service, &scene->agency->caller,
			     true, parameters, NULL),
	    OK);
	return true;
}

static void
scene_begin(struct scene *scene, void **state)
{
	struct alerting_options options = {.submit = submit, .context = scene};

	scene->agency = *state;
	agency_configure(scene->agency, CONFIG);
	options.service = &scene->agency->service;
	assert_true(sd_event_new(&scene->loop) >= 0);
	assert_int_equal(
	    turn_new(&scene->turn, scene->loop, scene->agency->store,
		&(struct turn_events){.settled = settle, .context = scene}),
	    OK);
	assert_int_equal(
	    alerting_new(&scene->alerting, scene->loop, &options), OK);
}

static void
scene_clear(struct scene *scene)
{
	for (size_t i = 0; i < scene->count; i++)
		task_free(scene->submitted[i]);
	turn_free(scene->turn);
	alerting_free(scene->alerting);
	sd_event_unref(scene->loop);
}

static void
run(struct scene *scene, struct task *task)
{
	turn_add(scene->turn, task);
	turn_commit(scene->turn);
}

static void
carry_out(struct scene *scene)
{
	for (size_t i = 0; i < scene->count; i++)
		run(scene, TAKE(scene->submitted[i]));
	scene->count = 0;
}

/* As a store that is full does. */
static void
lose(struct scene *scene)
{
	for (size_t i = 0; i < scene->count; i++) {
		auto_free(task) struct task *task = TAKE(scene->submitted[i]);

		task->outcome = ERR_STORE_FULL;
		alerting_written(scene->alerting, task);
	}
	scene->count = 0;
}

static enum err
deny(struct call *call, const void *request, void *reply)
{
	(void)call;
	(void)request;
	(void)reply;
	return ERR_EXPIRED;
}

static enum err
find_reuse(struct call *call, const void *request, void *reply)
{
	(void)request;
	(void)reply;
	call_alert(call, "token-reuse", "once more");
	return OK;
}

static enum err
find_problems(struct call *call, const void *request, void *reply)
{
	(void)request;
	(void)reply;
	call->audit_check.done = true;
	call->audit_check.problems = 3;
	return OK;
}

static void
happen(struct scene *scene,
    enum err (*run_it)(struct call *call, const void *request, void *reply))
{
	const struct request row = {.method = "test",
	    .who = WHO_ANY,
	    .txn = TXN_WRITE,
	    .event = "login",
	    .request = empty_fields,
	    .reply = empty_fields,
	    .run = run_it};
	struct task *task = NULL;

	assert_int_equal(task_new(&task, &row, &scene->agency->service,
			     &scene->agency->caller, true, NULL, NULL),
	    OK);
	run(scene, task);
}

static void
happen_often(struct scene *scene, int times)
{
	for (int i = 0; i < times; i++)
		happen(scene, deny);
}

/* Until it has looked by itself, and wants something written. */
static void
wait_for_look(struct scene *scene)
{
	while (scene->count == 0)
		assert_true(sd_event_run(scene->loop, UINT64_MAX) >= 0);
}

static const struct alert_change_request *
wanted(const struct scene *scene, size_t index)
{
	assert_true(index < scene->count);
	return scene->submitted[index]->request;
}

static struct alert_record
stored(struct scene *scene, const char *name)
{
	struct alert_record record = {0};
	enum err e = alert_get(agency_begin(scene->agency)->txn, name, &record);

	assert_true(e == OK || e == ERR_NOT_FOUND);
	assert_int_equal(agency_end(scene->agency, OK), OK);
	return record;
}

static void
fires_and_clears_once(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(alert_record) struct alert_record record = {0};

	scene_begin(&scene, state);
	happen_often(&scene, 2);
	alerting_tick(scene.alerting);
	assert_int_equal(scene.count, 0);
	happen(&scene, deny);
	alerting_tick(scene.alerting);
	alerting_tick(scene.alerting); /* while it is under way */
	assert_int_equal(scene.count, 1);
	assert_ptr_equal(scene.submitted[0]->row, &request_alert_fire);
	assert_string_equal(wanted(&scene, 0)->alert, "denials");
	assert_string_equal(
	    wanted(&scene, 0)->detail, "denials value=3 threshold=2 window=1m");
	assert_false(alerts_find(scene.agency->alerts, "denials")->firing);
	carry_out(&scene);
	assert_true(alerts_find(scene.agency->alerts, "denials")->firing);
	record = stored(&scene, "denials");
	assert_true(record.firing);
	alerting_tick(scene.alerting);
	assert_int_equal(scene.count, 0);
	agency_pass(scene.agency, 60);
	alerting_tick(scene.alerting);
	alerting_tick(scene.alerting);
	assert_int_equal(scene.count, 1);
	assert_ptr_equal(scene.submitted[0]->row, &request_alert_clear);
	carry_out(&scene);
	alert_record_clear(&record);
	record = stored(&scene, "denials");
	assert_false(record.firing);
	assert_int_equal(record.cleared, AGENCY_START + 60);
	assert_int_equal(alerts_find(scene.agency->alerts, "denials")->cleared,
	    AGENCY_START + 60);
}

/* Nothing has changed then, and the next look wants it again. */
static void
what_is_not_written_is_tried_again(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	happen_often(&scene, 3);
	for (int i = 0; i < 3; i++) {
		alerting_tick(scene.alerting);
		assert_int_equal(scene.count, 1);
		lose(&scene);
		assert_false(
		    alerts_find(scene.agency->alerts, "denials")->firing);
	}
	alerting_tick(scene.alerting);
	carry_out(&scene);
	assert_true(alerts_find(scene.agency->alerts, "denials")->firing);
}

static void
what_there_is_no_memory_for_is_tried_again(void **state)
{
	auto_clear(scene) struct scene scene = {.no_memory = true};

	scene_begin(&scene, state);
	happen_often(&scene, 3);
	alerting_tick(scene.alerting);
	scene.no_memory = false;
	alerting_tick(scene.alerting);
	assert_int_equal(scene.count, 1);
}

/* The alert went with its section while its change was under way. */
static void
what_is_gone_meanwhile_changes_nothing(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	happen_often(&scene, 3);
	alerting_tick(scene.alerting);
	agency_configure(scene.agency, "");
	carry_out(&scene);
	assert_null(alerts_find(scene.agency->alerts, "denials"));
}

/* Of what is counted the look comes by itself, one for all of a burst; what is
 * measured waits for the tick. */
static void
looks_soon_after_what_is_counted(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	alerts_note_verified(scene.agency->alerts, 1);
	happen_often(&scene, 3);
	happen(&scene, find_reuse);
	wait_for_look(&scene);
	assert_int_equal(scene.count, 2);
	assert_string_equal(wanted(&scene, 0)->alert, "denials");
	assert_string_equal(wanted(&scene, 1)->alert, "reuse");
	carry_out(&scene);
	alerting_tick(scene.alerting);
	assert_int_equal(scene.count, 1);
	assert_string_equal(wanted(&scene, 0)->alert, "chain");
}

static void
looks_soon_after_a_check_of_the_audit(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	happen(&scene, find_problems);
	wait_for_look(&scene);
	assert_int_equal(scene.count, 1);
	assert_string_equal(
	    wanted(&scene, 0)->detail, "chain value=3 threshold=0");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(fires_and_clears_once),
	    TEST(what_is_not_written_is_tried_again),
	    TEST(what_there_is_no_memory_for_is_tried_again),
	    TEST(what_is_gone_meanwhile_changes_nothing),
	    TEST(looks_soon_after_what_is_counted),
	    TEST(looks_soon_after_a_check_of_the_audit),
	};

	return cmocka_run_group_tests_name("alerting", tests, NULL, NULL);
}
