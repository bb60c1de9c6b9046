/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/turn.h"

#include <string.h>

struct turn {
	sd_event *loop;
	sd_event_source *commit;
	struct store *store;
	struct txn *txn;
	task_settled settled;
	void *context;
	struct task *tasks[TURN_TASKS_MAX];
	size_t count;
	size_t ran; /* of them, inside the transaction */
	uint64_t began;
};

static int
on_idle(sd_event_source *source, void *data)
{
	(void)source;
	turn_commit(data);
	return 0;
}

enum err
turn_new(struct turn **out, sd_event *loop, struct store *store,
    task_settled settled, void *context)
{
	auto_free(turn) struct turn *turn = calloc(1, sizeof(*turn));

	if (turn == NULL)
		return ERR_NO_MEMORY;
	turn->loop = loop;
	turn->store = store;
	turn->settled = settled;
	turn->context = context;
	if (sd_event_add_defer(loop, &turn->commit, on_idle, turn) < 0 ||
	    sd_event_source_set_enabled(turn->commit, SD_EVENT_OFF) < 0 ||
	    sd_event_source_set_priority(turn->commit, SD_EVENT_PRIORITY_IDLE) <
		0)
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
	free(turn);
}

static void
drop(struct turn *turn)
{
	txn_free(TAKE(turn->txn));
	turn->ran = 0;
}

static void
fail_all(struct turn *turn, enum err e)
{
	drop(turn);
	for (size_t i = 0; i < turn->count; i++) {
		call_reset(&turn->tasks[i]->call);
		turn->tasks[i]->outcome = e;
		turn->tasks[i]->failed = true;
	}
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
	task->failed = true;
	task->outcome = e;
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

static enum err
commit_tasks(struct turn *turn)
{
	enum err e = OK;

	while (e == OK) {
		e = run_tasks(turn);
		if (e != OK || turn->txn == NULL)
			return e;
		e = txn_commit(TAKE(turn->txn));
		if (e == OK)
			return OK;
		e = recover(turn, NULL, e);
	}
	return e;
}

/* The turn is empty again before anybody is told, since whoever is told may
 * begin the next one. */
static void
settle_tasks(struct turn *turn)
{
	struct task *settled[TURN_TASKS_MAX];
	size_t count = turn->count;

	memcpy(settled, turn->tasks, count * sizeof(*settled));
	turn->count = turn->ran = 0;
	for (size_t i = 0; i < count; i++)
		turn->settled(settled[i], turn->context);
}

void
turn_commit(struct turn *turn)
{
	enum err e = commit_tasks(turn);

	sd_event_source_set_enabled(turn->commit, SD_EVENT_OFF);
	if (e != OK)
		fail_all(turn, e);
	settle_tasks(turn);
}

static bool
is_due(struct turn *turn)
{
	uint64_t now = 0;

	if (turn->count == TURN_TASKS_MAX)
		return true;
	sd_event_now(turn->loop, CLOCK_MONOTONIC, &now);
	return now - turn->began >= TURN_MICROSECONDS;
}

void
turn_add(struct turn *turn, struct task *task)
{
	if (turn->count == 0) {
		sd_event_now(turn->loop, CLOCK_MONOTONIC, &turn->began);
		sd_event_source_set_enabled(turn->commit, SD_EVENT_ONESHOT);
	}
	turn->tasks[turn->count++] = task;
	if (run_tasks(turn) != OK || is_due(turn))
		turn_commit(turn);
}
