/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/turn.h"

#include <string.h>

struct turn {
	sd_event *loop;
	sd_event_source *commit;
	sd_event_source *deadline;
	struct store *store;
	struct txn *txn;
	struct turn_events events;
	struct task *tasks[TURN_TASKS_MAX];
	size_t count;
	size_t ran; /* of them, inside the transaction */
	bool wrote; /* something that is durable now */
};

static int
on_idle(sd_event_source *source, void *data)
{
	(void)source;
	turn_commit(data);
	return 0;
}

static int
on_deadline(sd_event_source *source, uint64_t now, void *data)
{
	(void)source;
	(void)now;
	turn_commit(data);
	return 0;
}

/* A loop that always has something to do is never idle: before that comes the
 * end of the turn. */
static enum err
prepare(struct turn *turn)
{
	sd_event_source **commit = &turn->commit, **deadline = &turn->deadline;

	if (sd_event_add_defer(turn->loop, commit, on_idle, turn) < 0 ||
	    sd_event_source_set_enabled(*commit, SD_EVENT_OFF) < 0 ||
	    sd_event_source_set_priority(*commit, SD_EVENT_PRIORITY_IDLE) < 0 ||
	    sd_event_add_time(turn->loop, deadline, CLOCK_MONOTONIC, 0, 1,
		on_deadline, turn) < 0 ||
	    sd_event_source_set_enabled(*deadline, SD_EVENT_OFF) < 0 ||
	    sd_event_source_set_priority(
		*deadline, SD_EVENT_PRIORITY_IMPORTANT) < 0)
		return ERR_IO;
	return OK;
}

enum err
turn_new(struct turn **out, sd_event *loop, struct store *store,
    const struct turn_events *events)
{
	auto_free(turn) struct turn *turn = calloc(1, sizeof(*turn));

	if (turn == NULL)
		return ERR_NO_MEMORY;
	turn->loop = loop;
	turn->store = store;
	turn->events = *events;
	if (prepare(turn) != OK)
		return ERR_IO;
	*out = TAKE(turn);
	return OK;
}

void
turn_free(struct turn *turn)
{
	if (turn == NULL)
		return;
	for (size_t i = 0; i < turn->count; i++)
		task_free(turn->tasks[i]);
	txn_free(turn->txn);
	sd_event_source_disable_unref(turn->commit);
	sd_event_source_disable_unref(turn->deadline);
	free(turn);
}

static void
drop(struct turn *turn)
{
	txn_free(TAKE(turn->txn));
	turn->ran = 0;
}

static void
fail(struct task *task, enum err e)
{
	task->failed = true;
	if (!task->answered)
		task->outcome = e;
}

/* Gives up tasks, those that may use the reserve only where `all` are meant.
 * Whether there are others left. */
static bool
give_up(struct turn *turn, enum err e, bool all)
{
	bool left = false;

	drop(turn);
	for (size_t i = 0; i < turn->count; i++) {
		struct task *task = turn->tasks[i];

		if (task->unwritten)
			continue;
		if (!all && (task->row->flags & RESERVED) != 0) {
			left = true;
			continue;
		}
		if (!task->answered)
			call_reset(&task->call);
		fail(task, e);
		task->unwritten = true;
	}
	return left;
}

/*
 * After the transaction met the fault `e` in `task` (NULL: in the commit).
 * OK: everything can be run again. A task that fails although all it does is
 * to write down its failure means that the store takes no writes at all.
 */
static enum err
recover(struct turn *turn, struct task *task, enum err e)
{
	drop(turn);
	if (e == ERR_STORE_GROW)
		return store_grow(turn->store);
	if (task == NULL || task->failed)
		return e;
	fail(task, e);
	return OK;
}

/* Runs what has not run yet in the transaction; the fault that nothing could
 * be done about. */
static enum err
run_tasks(struct turn *turn)
{
	enum err e = OK;

	while (e == OK && turn->ran < turn->count) {
		struct task *task = turn->tasks[turn->ran];

		if (task->unwritten) {
			turn->ran++;
			continue;
		}
		if (turn->txn == NULL)
			e = store_begin(turn->store, TXN_WRITE, &turn->txn);
		if (e != OK)
			break;
		e = task_run(task, turn->txn);
		if (e == OK)
			e = task_audit(task);
		if (e == OK)
			turn->ran++;
		else
			e = recover(turn, task, e);
	}
	return e;
}

/* A turn that commits has a task. */
static struct metrics *
metrics_of(const struct turn *turn)
{
	return turn->tasks[0]->call.service->metrics;
}

static enum err
commit(struct turn *turn)
{
	int64_t began = metric_begin(metrics_of(turn));
	enum err e;

	turn->wrote = txn_writes(turn->txn) > 0;
	e = txn_commit(TAKE(turn->txn));
	if (turn->wrote)
		metric_end(metrics_of(turn), METRIC_COMMIT_TIME, 0, began);
	return e;
}

static enum err
commit_tasks(struct turn *turn)
{
	enum err e = OK;

	while (e == OK) {
		e = run_tasks(turn);
		if (e != OK || turn->txn == NULL)
			return e;
		e = commit(turn);
		if (e == OK)
			return OK;
		e = recover(turn, NULL, e);
	}
	return e;
}

/* What ends sessions or makes room must be possible on a full store; on a
 * full disk it may find pages that are free. */
static enum err
commit_reserved(struct turn *turn, enum err fault)
{
	enum err e =
	    fault == ERR_STORE_FULL ? store_open_reserve(turn->store) : OK;

	if (e == OK)
		e = commit_tasks(turn);
	/* what cannot be mapped again is seen by the next transaction */
	(void)!store_close_reserve(turn->store);
	return e;
}

/* OK when every task was run. */
static enum err
commit_what_can_be(struct turn *turn)
{
	enum err e = commit_tasks(turn);
	enum err reserved;

	if (e == OK || !give_up(turn, e, false))
		return e;
	reserved = commit_reserved(turn, e);
	if (reserved != OK)
		give_up(turn, reserved, true);
	return e;
}

/* The turn is empty again before anybody is told, since whoever is told may
 * begin the next one. */
static void
settle_tasks(struct turn *turn, enum err e)
{
	struct task *settled[TURN_TASKS_MAX];
	size_t count = turn->count;
	bool wrote = turn->wrote;

	if (count > 0)
		metric_observe(
		    metrics_of(turn), METRIC_TURN_CALLS, 0, (int64_t)count);
	memcpy(settled, turn->tasks, count * sizeof(*settled));
	turn->count = turn->ran = 0;
	turn->wrote = false;
	if (turn->events.ended != NULL && (e != OK || wrote))
		turn->events.ended(e, turn->events.context);
	for (size_t i = 0; i < count; i++)
		turn->events.settled(settled[i], turn->events.context);
}

void
turn_commit(struct turn *turn)
{
	enum err e = commit_what_can_be(turn);

	sd_event_source_set_enabled(turn->commit, SD_EVENT_OFF);
	sd_event_source_set_enabled(turn->deadline, SD_EVENT_OFF);
	settle_tasks(turn, e);
}

static void
begin(struct turn *turn)
{
	uint64_t now = 0;

	sd_event_now(turn->loop, CLOCK_MONOTONIC, &now);
	sd_event_source_set_time(turn->deadline, now + TURN_MICROSECONDS);
	sd_event_source_set_enabled(turn->deadline, SD_EVENT_ONESHOT);
}

static void
put(struct turn *turn, struct task *task)
{
	if (turn->count == 0)
		begin(turn);
	turn->tasks[turn->count++] = task;
}

void
turn_add(struct turn *turn, struct task *task)
{
	sd_event_source_set_enabled(turn->commit, SD_EVENT_ONESHOT);
	put(turn, task);
	if (run_tasks(turn) != OK || turn->count == TURN_TASKS_MAX)
		turn_commit(turn);
}

void
turn_add_late(struct turn *turn, struct task *task)
{
	put(turn, task);
	if (turn->count == TURN_TASKS_MAX)
		turn_commit(turn);
}
