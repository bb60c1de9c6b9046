/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/peer.h"

#include <stdio.h>
#include <sys/epoll.h>

/* A stream pauses when so much waits for its reader. */
#define WAITING_MAX (64 * 1024)

struct peer {
	struct connection *connection;
	sd_event_source *source;
	sd_event_source *resume;
	const struct peer_events *events;
	void *task;
	bool in_flight;
	bool streaming; /* more answers of the call in flight are to come */
	bool oneway;
	bool ended; /* nothing more comes: close once all is sent */
};

static int
on_event(sd_event_source *source, int fd, uint32_t events, void *data);
static int on_resume(sd_event_source *source, void *data);

enum err
peer_new(struct peer **out, sd_event *loop, int socket,
    const struct peer_events *events)
{
	auto_free(peer) struct peer *peer = calloc(1, sizeof(*peer));
	enum err e;

	if (peer == NULL) {
		close(socket);
		return ERR_NO_MEMORY;
	}
	peer->events = events;
	e = connection_new(&peer->connection, socket);
	if (e != OK)
		return e;
	if (sd_event_add_io(
		loop, &peer->source, socket, EPOLLIN, on_event, peer) < 0 ||
	    sd_event_add_defer(loop, &peer->resume, on_resume, peer) < 0 ||
	    sd_event_source_set_enabled(peer->resume, SD_EVENT_OFF) < 0)
		return ERR_IO;
	*out = TAKE(peer);
	return OK;
}

void
peer_free(struct peer *peer)
{
	if (peer == NULL)
		return;
	sd_event_source_disable_unref(peer->source);
	sd_event_source_disable_unref(peer->resume);
	connection_free(peer->connection);
	free(peer);
}

const struct caller *
peer_caller(const struct peer *peer)
{
	return connection_caller(peer->connection);
}

int
peer_take_fd(struct peer *peer)
{
	return connection_take_fd(peer->connection);
}

void *
peer_task(const struct peer *peer)
{
	return peer->task;
}

void
peer_set_task(struct peer *peer, void *task)
{
	peer->task = task;
}

bool
peer_is_full(const struct peer *peer)
{
	return connection_waiting(peer->connection) >= WAITING_MAX;
}

bool
peer_is_busy(const struct peer *peer)
{
	return peer->in_flight || connection_waiting(peer->connection) > 0;
}

/* Reads while no call is in flight, writes while something waits or can be
 * had. */
static void
listen_for(struct peer *peer)
{
	uint32_t wanted = 0;

	if (!peer->in_flight && !peer->ended)
		wanted |= EPOLLIN;
	if (peer->streaming || connection_waiting(peer->connection) > 0)
		wanted |= EPOLLOUT;
	sd_event_source_set_io_events(peer->source, wanted);
}

static void
close_peer(struct peer *peer)
{
	sd_event_source_set_enabled(peer->source, SD_EVENT_OFF);
	peer->events->closed(peer, peer->events->context);
}

/* The messages that are broken are answered here: no call comes of them. */
static enum err
refuse_message(struct peer *peer, const struct field_error *error)
{
	auto_json json_t *answer = NULL;
	char text[160];
	enum err e;

	message_describe(error, text, sizeof(text));
	e = message_error(ERR_INVALID_MESSAGE, text, NULL, &answer);
	if (e == OK)
		e = connection_put(peer->connection, answer);
	if (connection_is_lost(peer->connection))
		peer->ended = true;
	return e;
}

static enum err
next_call(struct peer *peer)
{
	auto_clear(call_message) struct call_message call = {0};
	struct field_error error = {0};
	enum err e = connection_next(peer->connection, &call, &error);

	if (e == ERR_INVALID_MESSAGE)
		return refuse_message(peer, &error);
	if (e != OK)
		return e;
	peer->in_flight = true;
	peer->oneway = call.oneway;
	peer->events->called(peer, &call, peer->events->context);
	return OK;
}

/* Gives out calls until one is in flight. A call may be answered on the spot,
 * so this is never entered from peer_answer(). */
static void
run_calls(struct peer *peer)
{
	enum err e = OK;

	while (e == OK && !peer->in_flight && !peer->ended)
		e = next_call(peer);
	if ((e != OK && e != ERR_NOT_FOUND) ||
	    connection_flush(peer->connection) != OK ||
	    (peer->ended && !peer_is_busy(peer))) {
		close_peer(peer);
		return;
	}
	listen_for(peer);
}

static int
on_resume(sd_event_source *source, void *data)
{
	(void)source;
	run_calls(data);
	return 0;
}

static void
read_calls(struct peer *peer)
{
	if (connection_receive(peer->connection) == INBOX_CLOSED)
		peer->ended = true;
	run_calls(peer);
}

static void
write_answers(struct peer *peer)
{
	if (connection_flush(peer->connection) != OK) {
		close_peer(peer);
		return;
	}
	if (peer->streaming && !peer_is_full(peer))
		peer->events->drained(peer, peer->events->context);
	else
		run_calls(peer);
}

static int
on_event(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct peer *peer = data;

	(void)source;
	(void)fd;
	if (events & EPOLLIN && !peer->in_flight && !peer->ended)
		read_calls(peer);
	else if (events & (EPOLLHUP | EPOLLERR))
		close_peer(peer);
	else if (events & EPOLLOUT)
		write_answers(peer);
	return 0;
}

void
peer_answer(struct peer *peer, const json_t *answer, bool last)
{
	enum err e = OK;

	if (answer == NULL)
		peer->ended = true;
	else if (!peer->oneway)
		e = connection_put(peer->connection, answer);
	if (e != OK)
		peer->ended = true;
	peer->streaming = !last && !peer->ended;
	if (peer->streaming) {
		listen_for(peer);
		return;
	}
	peer->in_flight = false;
	sd_event_source_set_enabled(peer->resume, SD_EVENT_ONESHOT);
}

void
peer_rest(struct peer *peer)
{
	peer->streaming = false;
	listen_for(peer);
}

void
peer_turn_away(struct peer *peer)
{
	auto_json json_t *answer = NULL;

	if (message_error(ERR_BUSY, err_text(ERR_BUSY), NULL, &answer) == OK &&
	    connection_put(peer->connection, answer) == OK)
		(void)!connection_flush(peer->connection);
	peer_free(peer);
}
