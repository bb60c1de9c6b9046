/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/connection.h"

#include "varlink/outbox.h"

struct connection {
	int socket;
	struct caller caller;
	struct inbox *inbox;
	struct outbox *outbox;
	bool lost;
};

enum err
connection_new(struct connection **out, int socket)
{
	auto_fd int owned = socket;
	auto_free(connection) struct connection *connection =
	    calloc(1, sizeof(*connection));
	enum err e;

	if (connection == NULL)
		return ERR_NO_MEMORY;
	connection->socket = TAKE_FD(owned);
	e = caller_read(connection->socket, &connection->caller);
	if (e == OK)
		caller_read_command(connection->socket, &connection->caller);
	if (e == OK)
		e = inbox_new(&connection->inbox);
	if (e == OK)
		e = outbox_new(&connection->outbox);
	if (e == OK)
		*out = TAKE(connection);
	return e;
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	close(connection->socket);
	caller_clear(&connection->caller);
	inbox_free(connection->inbox);
	outbox_free(connection->outbox);
	free(connection);
}

const struct caller *
connection_caller(const struct connection *connection)
{
	return &connection->caller;
}

enum inbox_state
connection_receive(struct connection *connection)
{
	return inbox_receive(connection->inbox, connection->socket);
}

enum err
connection_next(struct connection *connection, struct call_message *call,
    struct field_error *error)
{
	const char *text;
	size_t size;
	enum err e = inbox_next(connection->inbox, &text, &size);

	if (e == ERR_INVALID_MESSAGE) {
		connection->lost = true;
		*error = (struct field_error){
		    "message", "is longer than 65536 bytes"};
	}
	if (e != OK)
		return e;
	return message_read(call_message_fields(), text, size, call, error);
}

bool
connection_is_lost(const struct connection *connection)
{
	return connection->lost;
}

int
connection_take_fd(struct connection *connection)
{
	return inbox_take_fd(connection->inbox);
}

enum err
connection_put(struct connection *connection, const json_t *message)
{
	return outbox_put(connection->outbox, message);
}

enum err
connection_flush(struct connection *connection)
{
	return outbox_flush(connection->outbox, connection->socket, -1);
}

size_t
connection_waiting(const struct connection *connection)
{
	return outbox_size(connection->outbox);
}
