/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/streams.h"

#include "jwt-agent/server/reply.h"

struct streams {
	sd_event_source *wake;
	struct store *store;
	stream_ended ended;
	void *context;
	LIST_HEAD(, task) tasks;
};

/* Between two shares of a list, for whoever wants to log in. */
#define REST_MICROSECONDS 2000

static int on_wake(sd_event_source *source, uint64_t now, void *data);

enum err
streams_new(struct streams **out, sd_event *loop, struct store *store,
    stream_ended ended, void *context)
{
	auto_free(streams) struct streams *streams =
	    calloc(1, sizeof(*streams));

	if (streams == NULL)
		return ERR_NO_MEMORY;
	streams->store = store;
	streams->ended = ended;
	streams->context = context;
	LIST_INIT(&streams->tasks);
	if (sd_event_add_time_relative(loop, &streams->wake, CLOCK_MONOTONIC, 0,
		1, on_wake, streams) < 0 ||
	    sd_event_source_set_enabled(streams->wake, SD_EVENT_OFF) < 0)
		return ERR_IO;
	*out = TAKE(streams);
	return OK;
}

void
streams_free(struct streams *streams)
{
	if (streams == NULL)
		return;
	sd_event_source_disable_unref(streams->wake);
	free(streams);
}

/* Not put off by those who come meanwhile: a busy agent is never idle. */
static void
wake_up(struct streams *streams)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(streams->wake, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	sd_event_source_set_time_relative(streams->wake, REST_MICROSECONDS);
	sd_event_source_set_enabled(streams->wake, SD_EVENT_ONESHOT);
}

void
streams_remove(struct streams *streams, struct task *task)
{
	(void)streams;
	if (task->stream == STREAM_NONE)
		return;
	LIST_REMOVE(task, streams);
	task->stream = STREAM_NONE;
}

static void
finish(struct streams *streams, struct task *task, enum err e)
{
	streams_remove(streams, task);
	task->outcome = e;
	streams->ended(task, streams->context);
}

/* Entries until the reader has enough for now. Each batch is a transaction of
 * its own, so that a slow reader holds none open. */
static enum err
read_batch(struct task *task, struct txn *txn)
{
	while (!peer_is_full(task->peer)) {
		enum err e;

		task->outcome = task_next(task, txn);
		if (task->outcome != OK)
			return task->outcome;
		e = reply_give(task, false);
		if (e == OK && task->call.rests)
			e = ERR_GO_ON;
		if (e != OK)
			return e;
	}
	return OK;
}

static enum err
read_entries(struct streams *streams, struct task *task)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(streams->store, TXN_READ, &txn);

	if (e == OK)
		e = read_batch(task, txn);
	task->call.txn = NULL;
	return e;
}

static void
rest(struct task *task, enum stream_state state)
{
	task->stream = state;
	peer_rest(task->peer);
}

static void
run(struct streams *streams, struct task *task)
{
	enum err e = read_entries(streams, task);

	task->stalled = 0;
	task->stream = STREAM_READ;
	if (e == OK)
		return; /* goes on when the peer has read */
	if (e == ERR_GO_ON) {
		rest(task, STREAM_PAUSED);
		wake_up(streams);
	} else if (e == ERR_NOT_FOUND && task->cursor.follow) {
		rest(task, STREAM_FOLLOWING);
	} else {
		finish(streams, task, e);
	}
}

void
streams_start(struct streams *streams, struct task *task)
{
	LIST_INSERT_HEAD(&streams->tasks, task, streams);
	run(streams, task);
}

void
streams_go_on(struct streams *streams, struct task *task)
{
	if (task->stream == STREAM_READ)
		run(streams, task);
}

/* A list that ends is gone from the others then. */
static int
on_wake(sd_event_source *source, uint64_t now, void *data)
{
	struct streams *streams = data;
	struct task *task = LIST_FIRST(&streams->tasks);

	(void)source;
	(void)now;
	while (task != NULL) {
		struct task *next = LIST_NEXT(task, streams);

		if (task->stream != STREAM_READ)
			run(streams, task);
		task = next;
	}
	return 0;
}

void
streams_wake(struct streams *streams)
{
	if (!LIST_EMPTY(&streams->tasks))
		wake_up(streams);
}

/* Whoever reads makes his list run. */
static bool
is_stalled(struct task *task)
{
	return task->stream == STREAM_READ &&
	    ++task->stalled >= STREAM_STALLED_TICKS;
}

void
streams_tick(struct streams *streams)
{
	struct task *task = LIST_FIRST(&streams->tasks);

	while (task != NULL) {
		struct task *next = LIST_NEXT(task, streams);

		if (is_stalled(task))
			finish(streams, task, ERR_TOO_SLOW);
		task = next;
	}
}

void
streams_end(struct streams *streams)
{
	struct task *task = LIST_FIRST(&streams->tasks);

	while (task != NULL) {
		struct task *next = LIST_NEXT(task, streams);

		if (task->cursor.follow)
			finish(streams, task, ERR_NOT_FOUND);
		task = next;
	}
}
