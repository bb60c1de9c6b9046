/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_SERVER_H
#define JWT_AGENT_SERVER_SERVER_H

/*
 * The agent's event loop: who is connected, when it begins and when it ends.
 * What callers ask for is the business of calls.h.
 */

#include "jwt-agent/server/calls.h"
#include "jwt-agent/server/listener.h"

#define SERVER_PEERS_MAX 4096	    /* connections in all */
#define SERVER_PEERS_OF_UID_MAX 128 /* of one uid that is not root */
#define SERVER_SWEEP_SECONDS 10
#define SERVER_DRAIN_SECONDS 5

struct server;

/* Everything but the socket. */
MUST_USE enum err
server_new(struct server **out, const struct calls_options *options);
void server_free(struct server *server);
DEFINE_AUTO_FREE(server)

/* Begins to listen; see listener_new(). */
MUST_USE enum err
server_listen(struct server *server, const char *path, int passed, char *why);

/* Runs until SIGTERM or SIGINT and then until every call in flight is
 * answered. */
MUST_USE enum err server_run(struct server *server);

#endif
