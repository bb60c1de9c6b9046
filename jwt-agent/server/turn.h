/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_TURN_H
#define JWT_AGENT_SERVER_TURN_H

/*
 * One transaction per turn of the loop: all tasks that are ready in one turn
 * share one write transaction and one fsync, which comes before any of their
 * answers. The commit runs when no ready connection is left, or when the
 * turn is TURN_TASKS_MAX tasks or TURN_MICROSECONDS old.
 *
 * A fault takes the transaction down: the task that met it has failed, the
 * others are run again without it. A full map is grown, and all are run
 * again. When the store takes no writes at all, tasks that may use its reserve
 * are tried alone; the rest has failed unwritten.
 */

#include "jwt-agent/server/task.h"

#include <systemd/sd-event.h>

#define TURN_TASKS_MAX 256
#define TURN_MICROSECONDS 5000

struct turn;

/* Called for each task once it is settled, in the order in which they came:
 * committed, refused or failed. It owns the task. */
typedef void (*task_settled)(struct task *task, void *context);

/* Called before the tasks of a turn are settled: OK when something was
 * written, otherwise the fault for which tasks failed unwritten. */
typedef void (*turn_ended)(enum err e, void *context);

struct turn_events {
	task_settled settled;
	turn_ended ended; /* NULL: nobody wants to know */
	void *context;
};

MUST_USE enum err turn_new(struct turn **out, sd_event *loop,
    struct store *store, const struct turn_events *events);
/* What was not committed is dropped. */
void turn_free(struct turn *turn);
DEFINE_AUTO_FREE(turn)

/* Takes the task over and runs it. */
void turn_add(struct turn *turn, struct task *task);

/* The same for one that nobody waits for: it runs with the next that somebody
 * does wait for, or when the turn is TURN_MICROSECONDS old. */
void turn_add_late(struct turn *turn, struct task *task);

/* Commits now. */
void turn_commit(struct turn *turn);

#endif
