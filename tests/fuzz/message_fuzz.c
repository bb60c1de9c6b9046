/* SPDX-License-Identifier: BSD-3-Clause */

/* What a stranger can send to the socket: bytes to messages, messages to
 * calls, calls to the typed requests of the whole table. */

#include "jwt-agent/server/introspection.h"
#include "jwt-agent/server/request.h"
#include "varlink/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decode(const struct call_message *call)
{
	auto_json json_t *answer = NULL;
	const struct request *row = NULL;
	struct field_error error;
	void *request;

	if (introspection_answer(call, &answer) == OK ||
	    request_find(call->method, &row) != OK)
		return;
	request = calloc(1, row->request()->size + 1);
	if (request != NULL && call->parameters != NULL &&
	    fields_decode(row->request(), call->parameters, request, &error) ==
		OK)
		fields_clear(row->request(), request);
	free(request);
}

static void
read_messages(struct connection *connection)
{
	enum err e;

	do {
		auto_clear(call_message) struct call_message call = {0};
		struct field_error error = {"", ""};

		e = connection_next(connection, &call, &error);
		if (e == OK)
			decode(&call);
	} while (e != ERR_NOT_FOUND && !connection_is_lost(connection));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free(connection) struct connection *connection = NULL;
	auto_fd int stranger = -1;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
		abort();
	stranger = ends[0];
	if (connection_new(&connection, ends[1]) != OK)
		abort();
	while (size > 0 && !connection_is_lost(connection)) {
		ssize_t sent = send(stranger, data, size, MSG_NOSIGNAL);

		if (sent <= 0)
			break;
		data += sent;
		size -= (size_t)sent;
		while (connection_receive(connection) == INBOX_RECEIVED &&
		    !connection_is_lost(connection))
			read_messages(connection);
	}
	return 0;
}
