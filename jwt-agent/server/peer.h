/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_PEER_H
#define JWT_AGENT_SERVER_PEER_H

/*
 * One connection in the event loop. A peer has one call in flight; what it
 * sends meanwhile waits in its bounded inbox, so that answers keep the order
 * of the calls and nobody can queue up work.
 */

#include "varlink/connection.h"

#include <systemd/sd-event.h>

struct peer;

/* What the peer's owner does with what happens on it. */
struct peer_events {
	/* a call came: sooner or later peer_answer() or peer_refuse() */
	void (*called)(
	    struct peer *peer, const struct call_message *call, void *context);
	/* the socket took all that was waiting, while a call streams */
	void (*drained)(struct peer *peer, void *context);
	/* the connection is over: peer_free() it */
	void (*closed)(struct peer *peer, void *context);
	void *context;
};

/* Takes the socket over, also when it fails. `events` outlives the peer. */
MUST_USE enum err peer_new(struct peer **out, sd_event *loop, int socket,
    const struct peer_events *events);
void peer_free(struct peer *peer);
DEFINE_AUTO_FREE(peer)

const struct caller *peer_caller(const struct peer *peer);
int peer_take_fd(struct peer *peer);

/* What the owner keeps with the peer: the task in flight. */
void *peer_task(const struct peer *peer);
void peer_set_task(struct peer *peer, void *task);

/* Sends the answer (borrowed) of the call in flight; when it is the last one
 * the next call is read. `answer` NULL: there is none to be had, close. */
void peer_answer(struct peer *peer, const json_t *answer, bool last);

/* The call in flight has nothing to send for now: `drained` is not called
 * until it has answered again. */
void peer_rest(struct peer *peer);

/* Says that the agent is busy and frees the peer, which was never used. */
void peer_turn_away(struct peer *peer);

/* Whether as much waits to be sent as should. */
bool peer_is_full(const struct peer *peer);

/* Whether a call is in flight or an answer waits to be sent. */
bool peer_is_busy(const struct peer *peer);

#endif
