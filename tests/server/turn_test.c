/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/turn.h"
#include "jwt-agent/service/enrolment.h"
#include "jwt-agent/service/sweep.h"
#include "lmdb-store/flood.h"
#include "tests/lmdb-store/blocks.h"
#include "tests/service/agency.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TASKS_MAX 4096

struct scene {
	struct agency *agency;
	sd_event *loop;
	struct turn *turn;
	enum err outcomes[TASKS_MAX];
	size_t settled;
	size_t unwritten;
	enum err ended; /* how the last turn ended that did anything */
};

static void
settle(struct task *task, void *context)
{
	struct scene *scene = context;

	scene->outcomes[scene->settled++] = task->outcome;
	scene->unwritten += task->unwritten;
	task_free(task);
}

static void
end(enum err e, void *context)
{
	struct scene *scene = context;

	scene->ended = e;
}

static void
scene_begin(struct scene *scene, void **state)
{
	scene->agency = *state;
	assert_true(sd_event_new(&scene->loop) >= 0);
	assert_int_equal(
	    turn_new(&scene->turn, scene->loop, scene->agency->store,
		&(struct turn_events){settle, end, scene}),
	    OK);
}

static void
scene_clear(struct scene *scene)
{
	turn_free(scene->turn);
	sd_event_unref(scene->loop);
}

static void
add(struct scene *scene, const struct request *row, const char *user)
{
	auto_json json_t *parameters =
	    json_pack("{ss ss}", "user", user, "name", "laptop");
	struct caller *caller = malloc(sizeof(*caller));
	struct task *task = NULL;

	assert_non_null(caller);
	*caller = scene->agency->caller;
	assert_int_equal(task_new(&task, row, &scene->agency->service, caller,
			     true, parameters, NULL),
	    OK);
	free(caller); /* the connection may be gone before the commit */
	task->named = true;
	task->resolved = AGENCY_UID;
	turn_add(scene->turn, task);
}

static const struct request *
enroll_row(void)
{
	const struct request *row = NULL;

	assert_int_equal(request_find("io.jwtagent.Device.Enroll", &row), OK);
	return row;
}

/* Writes, and then ends as the user's name says. */
static enum err
write_and_end(struct call *call, const void *request, void *reply)
{
	const struct enroll_request *enroll = request;
	auto_clear(enrolment) struct enrolment enrolment = {0};
	const struct enrolment_wish wish = {
	    .user = enroll->user, .name = enroll->name};
	enum err e = enrolment_make(call, &wish, &enrolment);

	(void)reply;
	if (e != OK)
		return e;
	if (strcmp(enroll->user, "fault") == 0)
		return ERR_CRYPTO;
	if (strcmp(enroll->user, "reuse") == 0)
		return ERR_TOKEN_REUSED;
	return ERR_EXPIRED;
}

static const struct request ending = {.method = "test",
    .who = WHO_ANY,
    .txn = TXN_WRITE,
    .event = "test",
    .request = enroll_request_fields,
    .reply = empty_fields,
    .run = write_and_end};

static size_t
count(struct scene *scene, enum table table)
{
	auto_free(txn) struct txn *txn = NULL;
	size_t entries = 0;

	assert_int_equal(store_begin(scene->agency->store, TXN_READ, &txn), OK);
	assert_int_equal(txn_entries(txn, table, &entries), OK);
	return entries;
}

static int
on_more_to_do(sd_event_source *source, void *data)
{
	size_t *times = data;

	++*times;
	return sd_event_source_set_enabled(source, SD_EVENT_ON);
}

/* As beside a long list, whose reader is fast. */
static void
a_loop_that_is_never_idle_commits(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	sd_event_source *busy = NULL;
	size_t times = 0;

	scene_begin(&scene, state);
	assert_true(
	    sd_event_add_defer(scene.loop, &busy, on_more_to_do, &times) >= 0);
	assert_true(sd_event_source_set_enabled(busy, SD_EVENT_ON) >= 0);
	add(&scene, enroll_row(), "alice");
	while (scene.settled == 0 && times < 10000000)
		assert_true(sd_event_run(scene.loop, UINT64_MAX) >= 0);
	assert_int_equal(scene.settled, 1);
	sd_event_source_disable_unref(busy);
}

static void
nobody_is_told_before_the_commit(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i < 50; i++) {
		add(&scene, enroll_row(), "alice");
		assert_int_equal(count(&scene, TABLE_DEVICE), scene.settled);
	}
	turn_commit(scene.turn);
	assert_int_equal(scene.settled, 50);
	assert_int_equal(count(&scene, TABLE_DEVICE), 50);
	assert_int_equal(count(&scene, TABLE_AUDIT), 50);
}

static void
the_loop_commits_when_nothing_else_is_ready(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	add(&scene, enroll_row(), "alice");
	assert_true(sd_event_run(scene.loop, 0) >= 0);
	assert_int_equal(scene.settled, 1);
}

/* By its count or by its age, whichever comes first. */
static void
a_long_turn_commits_by_itself(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i < TURN_TASKS_MAX; i++)
		add(&scene, enroll_row(), "alice");
	assert_true(scene.settled > 0);
}

static void
a_map_that_is_full_grows_and_nothing_is_lost(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	size_t before;

	scene_begin(&scene, state);
	scene.agency->config->max_devices = 0;
	before = store_map_size(scene.agency->store);
	for (int i = 0; i < 2000; i++)
		add(&scene, enroll_row(), "alice");
	turn_commit(scene.turn);
	assert_true(store_map_size(scene.agency->store) > before);
	assert_int_equal(scene.settled, 2000);
	for (size_t i = 0; i < scene.settled; i++)
		assert_int_equal(scene.outcomes[i], OK);
	assert_int_equal(count(&scene, TABLE_DEVICE), 2000);
	assert_int_equal(count(&scene, TABLE_FAMILY), 2000);
	assert_int_equal(count(&scene, TABLE_AUDIT), 2000);
}

static void
a_fault_takes_nobody_else_down_and_leaves_nothing(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	add(&scene, enroll_row(), "alice");
	add(&scene, &ending, "fault");
	add(&scene, enroll_row(), "bob");
	turn_commit(scene.turn);
	assert_int_equal(scene.outcomes[0], OK);
	assert_int_equal(scene.outcomes[1], ERR_CRYPTO);
	assert_int_equal(scene.outcomes[2], OK);
	assert_int_equal(count(&scene, TABLE_DEVICE), 2);
	assert_int_equal(count(&scene, TABLE_AUDIT), 3);
}

/* The error table says which refusals commit; another that has written is a
 * fault of ours. */
static void
a_refusal_that_has_written_commits_only_if_it_may(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	add(&scene, &ending, "refused");
	add(&scene, &ending, "reuse");
	turn_commit(scene.turn);
	assert_int_equal(scene.outcomes[0], ERR_INTERNAL);
	assert_int_equal(scene.outcomes[1], ERR_TOKEN_REUSED);
	assert_int_equal(count(&scene, TABLE_DEVICE), 1);
	assert_int_equal(count(&scene, TABLE_AUDIT), 2);
}

/* Both that may use the reserve and that may not have failed, in their order,
 * and nothing is written until the disk takes it. */
static void
a_disk_that_is_full_fails_the_turn(void **state)
{
	static const enum err expected[] = {
	    ERR_DISK_FULL, ERR_DISK_FULL, ERR_DISK_FULL, ERR_INTERNAL, OK};
	auto_clear(scene) struct scene scene = {0};
	struct request reserved = ending;

	scene_begin(&scene, state);
	reserved.flags = RESERVED;
	*blocks() = (struct blocks){.error = ENOSPC};
	add(&scene, enroll_row(), "alice");
	add(&scene, &reserved, "refused");
	add(&scene, enroll_row(), "bob");
	turn_commit(scene.turn);
	assert_int_equal(scene.settled, 3);
	assert_int_equal(scene.unwritten, 3);
	assert_int_equal(scene.ended, ERR_DISK_FULL);
	assert_int_equal(count(&scene, TABLE_AUDIT), 0);

	*blocks() = (struct blocks){0};
	add(&scene, &reserved, "refused");
	add(&scene, enroll_row(), "alice");
	turn_commit(scene.turn);
	assert_memory_equal(scene.outcomes, expected, sizeof(expected));
	assert_int_equal(scene.unwritten, 3);
	assert_int_equal(scene.ended, OK);
	assert_int_equal(count(&scene, TABLE_AUDIT), 2);
}

/* What may use the reserve is tried without the rest, with the disk as full:
 * here it has no more to write than the pages that are there. */
static void
what_may_use_the_reserve_is_tried_alone(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct request reserved = ending;

	scene_begin(&scene, state);
	reserved.flags = RESERVED;
	add(&scene, enroll_row(), "alice");
	turn_commit(scene.turn);
	*blocks() = (struct blocks){.error = ENOSPC, .until = 1};
	add(&scene, enroll_row(), "alice");
	add(&scene, &reserved, "reuse");
	turn_commit(scene.turn);
	*blocks() = (struct blocks){0};
	assert_int_equal(scene.outcomes[1], ERR_DISK_FULL);
	assert_int_equal(scene.outcomes[2], ERR_TOKEN_REUSED);
	assert_int_equal(scene.unwritten, 1);
	assert_int_equal(scene.ended, ERR_DISK_FULL);
	assert_int_equal(count(&scene, TABLE_DEVICE), 2);
	assert_int_equal(count(&scene, TABLE_AUDIT), 2);
}

static int64_t
sum_of_counts(struct scene *scene, size_t *records, size_t *alerts)
{
	auto_free(txn) struct txn *txn = NULL;
	auto_clear(audit_record) struct audit_record event = {0};
	int64_t sum = 0;

	*records = *alerts = 0;
	assert_int_equal(store_begin(scene->agency->store, TXN_READ, &txn), OK);
	while (audit_next(txn, event.seq, &event) == OK) {
		assert_int_equal(audit_check_link(txn,
				     store_seal(scene->agency->store), &event),
		    OK);
		*alerts += strcmp(event.event, "an-alert") == 0;
		if (strcmp(event.event, "test") != 0)
			continue;
		sum += event.count > 0 ? event.count : 1;
		*records += event.count == 0;
		if (event.count > 0) {
			assert_string_equal(event.outcome, "denied");
			assert_string_equal(event.reason, "Expired");
			assert_string_equal(event.rhost, "192.0.2.0/24");
			assert_non_null(
			    strstr(event.detail, "more like this, "));
		}
	}
	return sum;
}

/* A login that fails from an address; "alert" as a user is also told of. */
static enum err
deny(struct call *call, const void *request, void *reply)
{
	const struct enroll_request *enroll = request;

	(void)reply;
	call_note(&call->event.rhost, "192.0.2.7");
	call_note(&call->event.user, enroll->user);
	if (strcmp(enroll->user, "alert") == 0)
		call_alert(call, "an-alert", "something odd");
	return ERR_EXPIRED;
}

static const struct request denying = {.method = "test",
    .who = WHO_ANY,
    .txn = TXN_WRITE,
    .event = "test",
    .request = enroll_request_fields,
    .reply = empty_fields,
    .run = deny};

static void
sweep_floods(struct scene *scene)
{
	auto_json json_t *parameters = json_pack("{ss}", "sweep", "floods");
	struct task *task = NULL;

	assert_int_equal(
	    task_new(&task, &request_sweep, &scene->agency->service,
		&scene->agency->caller, true, parameters, NULL),
	    OK);
	turn_add(scene->turn, task);
	turn_commit(scene->turn);
}

static void
a_flood_is_summed_up_and_nothing_else_is(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	size_t records = 0, alerts = 0;

	scene_begin(&scene, state);
	for (int i = 0; i < 1000; i++) {
		add(&scene, &denying, i % 100 == 50 ? "alert" : "alice");
		if (i % 100 == 0)
			add(&scene, enroll_row(), "alice");
	}
	turn_commit(scene.turn);
	assert_int_equal(count(&scene, TABLE_AUDIT), FLOOD_EACH + 10 + 10);
	sweep_floods(&scene);
	assert_int_equal(sum_of_counts(&scene, &records, &alerts), FLOOD_EACH);
	agency_pass(scene.agency, FLOOD_SECONDS);
	sweep_floods(&scene);
	assert_int_equal(sum_of_counts(&scene, &records, &alerts), 1000);
	assert_int_equal(records, FLOOD_EACH);
	assert_int_equal(alerts, 10);
	assert_int_equal(count(&scene, TABLE_FLOOD), 0);
	sweep_floods(&scene);
	assert_int_equal(sum_of_counts(&scene, &records, &alerts), 1000);
}

/* Its transaction is dropped, and what was counted in it with it. */
static void
a_fault_beside_a_flood_counts_nothing_twice(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	size_t records = 0, alerts = 0;

	scene_begin(&scene, state);
	for (int i = 0; i < 200; i++) {
		add(&scene, &denying, "alice");
		if (i % 50 == 10)
			add(&scene, &ending, "fault");
	}
	turn_commit(scene.turn);
	agency_pass(scene.agency, FLOOD_SECONDS);
	sweep_floods(&scene);
	assert_int_equal(sum_of_counts(&scene, &records, &alerts), 200 + 4);
}

/* Reuse of a token revokes: it is a refusal that is recorded each. */
static void
a_refusal_that_changes_something_is_never_summed_up(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i < 3 * FLOOD_EACH; i++)
		add(&scene, &ending, "reuse");
	turn_commit(scene.turn);
	assert_int_equal(count(&scene, TABLE_AUDIT), 3 * FLOOD_EACH);
	assert_int_equal(count(&scene, TABLE_FLOOD), 0);
}

static const struct request late = {.method = "test",
    .who = WHO_ANY,
    .txn = TXN_READ,
    .event = "test",
    .flags = AUDIT_GRANTS | ANSWERED_FIRST,
    .request = enroll_request_fields,
    .reply = empty_fields,
    .run = write_and_end};

/* What was answered is not run again: it is written down as it was. */
static void
add_late(struct scene *scene)
{
	auto_json json_t *parameters =
	    json_pack("{ss ss}", "user", "alice", "name", "laptop");
	struct task *task = NULL;

	assert_int_equal(task_new(&task, &late, &scene->agency->service,
			     &scene->agency->caller, true, parameters, NULL),
	    OK);
	call_read_clock(&task->call);
	task->answered = true;
	turn_add_late(scene->turn, task);
}

static void
what_was_answered_waits_for_others_or_the_deadline(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	add_late(&scene);
	assert_int_equal(scene.settled, 0);
	while (scene.settled == 0)
		assert_true(sd_event_run(scene.loop, UINT64_MAX) >= 0);
	assert_int_equal(scene.outcomes[0], OK);
	assert_int_equal(count(&scene, TABLE_AUDIT), 1);
	assert_int_equal(count(&scene, TABLE_DEVICE), 0);
	add_late(&scene);
	add(&scene, enroll_row(), "alice");
	add_late(&scene);
	assert_true(sd_event_run(scene.loop, UINT64_MAX) >= 0);
	assert_int_equal(scene.settled, 4);
	assert_int_equal(count(&scene, TABLE_AUDIT), 4);
	assert_int_equal(count(&scene, TABLE_DEVICE), 1);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(nobody_is_told_before_the_commit),
	    T(the_loop_commits_when_nothing_else_is_ready),
	    T(a_loop_that_is_never_idle_commits),
	    T(a_long_turn_commits_by_itself),
	    cmocka_unit_test_setup_teardown(
		a_map_that_is_full_grows_and_nothing_is_lost,
		agency_set_up_small, agency_tear_down),
	    T(a_fault_takes_nobody_else_down_and_leaves_nothing),
	    T(a_refusal_that_has_written_commits_only_if_it_may),
	    T(a_disk_that_is_full_fails_the_turn),
	    T(what_may_use_the_reserve_is_tried_alone),
	    T(a_flood_is_summed_up_and_nothing_else_is),
	    T(a_fault_beside_a_flood_counts_nothing_twice),
	    T(a_refusal_that_changes_something_is_never_summed_up),
	    T(what_was_answered_waits_for_others_or_the_deadline),
	};

	return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
