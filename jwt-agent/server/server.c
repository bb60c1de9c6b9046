/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/server.h"

#include <signal.h>
#include <systemd/sd-daemon.h>

struct server {
	sd_event *loop;
	sd_event_source *sweep;
	sd_event_source *drain;
	sd_event_source *idle;
	struct listener *listener;
	struct calls *calls;
	struct peer_events events;
	struct peer *peers[SERVER_PEERS_MAX];
	size_t peer_count;
	bool draining;
	struct metrics *metrics; /* NULL: nothing is measured */
};

static void
on_call(struct peer *peer, const struct call_message *call, void *context)
{
	struct server *server = context;

	calls_take(server->calls, peer, call);
}

static void
on_drained(struct peer *peer, void *context)
{
	struct server *server = context;

	calls_go_on(server->calls, peer);
}

static void
stop_if_drained(struct server *server)
{
	for (size_t i = 0; i < server->peer_count; i++)
		if (peer_is_busy(server->peers[i]))
			return;
	sd_event_exit(server->loop, 0);
}

static void
count_peers(const struct server *server)
{
	metric_set(server->metrics, METRIC_CONNECTIONS, 0, 0,
	    (int64_t)server->peer_count);
}

static void
on_closed(struct peer *peer, void *context)
{
	struct server *server = context;

	calls_abandon(server->calls, peer);
	for (size_t i = 0; i < server->peer_count; i++)
		if (server->peers[i] == peer) {
			server->peers[i] = server->peers[--server->peer_count];
			break;
		}
	count_peers(server);
	peer_free(peer);
}

/* Others than root share half of the places, so that logins have the rest. */
static bool
has_place(const struct server *server, const struct caller *caller)
{
	size_t of_uid = 0, of_others = 0;

	if (caller->uid == 0)
		return server->peer_count < SERVER_PEERS_MAX;
	for (size_t i = 0; i < server->peer_count; i++) {
		uid_t uid = peer_caller(server->peers[i])->uid;

		of_uid += uid == caller->uid;
		of_others += uid != 0;
	}
	return of_uid < SERVER_PEERS_OF_UID_MAX &&
	    of_others < SERVER_PEERS_MAX / 2;
}

static void
on_accepted(int socket, void *context)
{
	struct server *server = context;
	struct peer *peer = NULL;

	if (peer_new(&peer, server->loop, socket, &server->events) != OK)
		return;
	if (has_place(server, peer_caller(peer))) {
		server->peers[server->peer_count++] = peer;
		count_peers(server);
		return;
	}
	metric_add(server->metrics, METRIC_TURNED_AWAY, 0, 0, 1);
	peer_turn_away(peer);
}

static int
on_sweep(sd_event_source *source, uint64_t now, void *context)
{
	struct server *server = context;

	calls_sweep(server->calls);
	sd_event_source_set_time(
	    source, now + SERVER_SWEEP_SECONDS * UINT64_C(1000000));
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

static int
on_drain_over(sd_event_source *source, uint64_t now, void *context)
{
	struct server *server = context;

	(void)source;
	(void)now;
	return sd_event_exit(server->loop, 0);
}

static int
on_idle(sd_event_source *source, void *context)
{
	(void)source;
	stop_if_drained(context);
	return 0;
}

static int
on_stop(
    sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct server *server = context;

	(void)source;
	(void)info;
	if (server->draining)
		return sd_event_exit(server->loop, 0);
	server->draining = true;
	sd_notify(0, "STOPPING=1");
	listener_free(TAKE(server->listener));
	calls_stop(server->calls);
	sd_event_add_time_relative(server->loop, &server->drain,
	    CLOCK_MONOTONIC, SERVER_DRAIN_SECONDS * UINT64_C(1000000), 0,
	    on_drain_over, server);
	sd_event_add_post(server->loop, &server->idle, on_idle, server);
	stop_if_drained(server);
	return 0;
}

static enum err
add_signals(struct server *server)
{
	static const int stopping[] = {SIGTERM, SIGINT};

	for (size_t i = 0; i < sizeof(stopping) / sizeof(*stopping); i++) {
		sd_event_source *source = NULL;

		if (sd_event_add_signal(server->loop, &source, stopping[i],
			on_stop, server) < 0)
			return ERR_IO;
		/* calls that have arrived come first */
		sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
		sd_event_source_set_floating(source, true);
		sd_event_source_unref(source);
	}
	return OK;
}

static enum err
build(struct server *server, const struct calls_options *options)
{
	enum err e;

	if (sd_event_new(&server->loop) < 0)
		return ERR_NO_MEMORY;
	e = add_signals(server);
	if (e == OK)
		e = resolver_attach(options->resolver, server->loop);
	if (e == OK)
		e = calls_new(&server->calls, server->loop, options);
	if (e == OK &&
	    sd_event_add_time_relative(server->loop, &server->sweep,
		CLOCK_MONOTONIC, 0, 0, on_sweep, server) < 0)
		e = ERR_IO;
	return e;
}

enum err
server_new(struct server **out, const struct calls_options *options)
{
	auto_free(server) struct server *server = calloc(1, sizeof(*server));
	enum err e;

	if (server == NULL)
		return ERR_NO_MEMORY;
	server->metrics = options->service->metrics;
	server->events =
	    (struct peer_events){on_call, on_drained, on_closed, server};
	e = build(server, options);
	if (e == OK)
		*out = TAKE(server);
	return e;
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	while (server->peer_count > 0)
		on_closed(server->peers[0], server);
	listener_free(server->listener);
	calls_free(server->calls);
	sd_event_source_disable_unref(server->sweep);
	sd_event_source_disable_unref(server->drain);
	sd_event_source_disable_unref(server->idle);
	sd_event_unref(server->loop);
	free(server);
}

enum err
server_listen(struct server *server, const char *path, int passed, char *why)
{
	return listener_new(&server->listener, server->loop, path, passed,
	    on_accepted, server, why);
}

enum err
server_run(struct server *server)
{
	enum err e;

	sd_event_set_watchdog(server->loop, true);
	calls_begin(server->calls);
	sd_notify(0, "READY=1");
	e = sd_event_loop(server->loop) < 0 ? ERR_INTERNAL : OK;
	calls_end(server->calls);
	return e;
}
