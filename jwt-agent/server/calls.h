/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_CALLS_H
#define JWT_AGENT_SERVER_CALLS_H

/*
 * The way of a call through the agent: a row is found, a task made, the user
 * looked up where the row names one, the task run in a turn or read at once,
 * its effects carried out, its answer given.
 */

#include "jwt-agent/server/fdstore.h"
#include "jwt-agent/server/peer.h"
#include "jwt-agent/server/resolver.h"
#include "jwt-agent/server/task.h"

struct calls;

struct calls_options {
	const struct service *service;
	const struct log *log;
	struct resolver *resolver; /* outlives the calls */
	int64_t admin_gid;	   /* -1: there is no such group */
	struct fdstore *fdstore;   /* what systemd passed */
};

/* Takes up the sessions that are active, too. */
MUST_USE enum err calls_new(
    struct calls **out, sd_event *loop, const struct calls_options *options);
void calls_free(struct calls *calls);
DEFINE_AUTO_FREE(calls)

/* The agent runs: its start is in the audit before anybody hears of it. */
void calls_begin(struct calls *calls);

/* Serves a peer's call, which is answered now or later. */
void calls_take(
    struct calls *calls, struct peer *peer, const struct call_message *call);

/* The peer has read what a stream gave it: more of it. */
void calls_go_on(struct calls *calls, struct peer *peer);

/* The peer goes. Its task, if it waits for the commit, for the resolver or for
 * keys, goes on without it: an answer that is lost does not undo what was done. */
void calls_abandon(struct calls *calls, struct peer *peer);

/* What is due by now: every sweep of service/sweep.h, keys. */
void calls_sweep(struct calls *calls);

/* The agent stops: commits what is under way and ends what is followed. */
void calls_stop(struct calls *calls);

/* It has stopped: sums up the floods that are under way, and says so. */
void calls_end(struct calls *calls);

#endif
