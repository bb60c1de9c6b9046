/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_STREAMS_H
#define JWT_AGENT_SERVER_STREAMS_H

/*
 * Lists on their way to their readers. A reader is never waited for: a list
 * gives as much as may lie in the socket, and goes on when that was read.
 * Nothing is kept for a reader but the place it has got to, so a list that is
 * followed costs no memory for what is still to come.
 *
 * A list rests when it has nothing to give now: one that is followed until
 * something was committed, one that has done its share of the work (call->rests
 * with an entry, ERR_GO_ON without) until others had their turn. Whoever takes nothing for
 * STREAM_STALLED_TICKS ticks is told so (ERR_TOO_SLOW) and is not served any
 * more.
 */

#include "jwt-agent/server/task.h"

#include <systemd/sd-event.h>

#define STREAM_STALLED_TICKS 3

struct streams;

/* The list is over: outcome ERR_NOT_FOUND at its end, or what went wrong. The
 * task is not in the streams any more and belongs to whoever is told. */
typedef void (*stream_ended)(struct task *task, void *context);

MUST_USE enum err streams_new(struct streams **out, sd_event *loop,
    struct store *store, stream_ended ended, void *context);
/* The tasks belong to their peers. */
void streams_free(struct streams *streams);
DEFINE_AUTO_FREE(streams)

/* Begins the list of a row that has one. */
void streams_start(struct streams *streams, struct task *task);

/* Its peer has read what it was given. */
void streams_go_on(struct streams *streams, struct task *task);

/* Its peer is gone. */
void streams_remove(struct streams *streams, struct task *task);

/* Something was committed, which those who follow may want to see. */
void streams_wake(struct streams *streams);

/* Each time that the agent looks for what is due. */
void streams_tick(struct streams *streams);

/* The agent stops: whoever follows is told that this was all. */
void streams_end(struct streams *streams);

#endif
