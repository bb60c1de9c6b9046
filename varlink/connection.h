/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_CONNECTION_H
#define VARLINK_CONNECTION_H

/* The server's side of one Varlink connection, without any event loop. */

#include "varlink/caller.h"
#include "varlink/inbox.h"
#include "varlink/message.h"

struct connection;

/* Takes over the socket, also when it fails; the caller is read from it. */
MUST_USE enum err connection_new(struct connection **out, int socket);
void connection_free(struct connection *connection);
DEFINE_AUTO_FREE(connection)

const struct caller *connection_caller(const struct connection *connection);

enum inbox_state connection_receive(struct connection *connection);

/*
 * The next call. ERR_NOT_FOUND: none yet. ERR_INVALID_MESSAGE: `error` says
 * what was wrong with it, and the next one can be read, unless
 * connection_is_lost(): then say so and close.
 */
MUST_USE enum err connection_next(struct connection *connection,
    struct call_message *call, struct field_error *error);

bool connection_is_lost(const struct connection *connection);

/* The oldest descriptor that came, the caller's from now on; -1: none. */
int connection_take_fd(struct connection *connection);

/* Queues a message; see outbox_put(). */
MUST_USE enum err
connection_put(struct connection *connection, const json_t *message);

MUST_USE enum err connection_flush(struct connection *connection);

/* Bytes that the peer has not taken yet. */
size_t connection_waiting(const struct connection *connection);

#endif
