/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/client.h"

#include "varlink/deadline.h"
#include "varlink/inbox.h"
#include "varlink/message.h"
#include "varlink/outbox.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* How long to stand in line when the agent's backlog is full. */
#define BACKLOG_WAIT_MS 5

struct client {
	int socket;
	struct deadline deadline;
	int64_t timeout_ms;
	struct inbox *inbox;
	struct outbox *outbox;
	char message[CLIENT_MESSAGE_MAX];
};

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	if (client->socket >= 0)
		close(client->socket);
	inbox_free(client->inbox);
	outbox_free(client->outbox);
	free(client);
}

static enum err
connect_socket(struct client *client, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path))
		return ERR_UNREACHABLE;
	strcpy(address.sun_path, path);
	client->socket =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->socket < 0)
		return ERR_IO;
	while (connect(client->socket, (struct sockaddr *)&address,
		   sizeof(address)) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return ERR_UNREACHABLE;
		if (deadline_left(&client->deadline) == 0)
			return ERR_TIMEOUT;
		poll(NULL, 0, BACKLOG_WAIT_MS);
	}
	return OK;
}

static enum err
check_server(const struct client *client, const struct client_options *options)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(client->socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) !=
	    0)
		return ERR_UNTRUSTED_SERVER;
	if (peer.uid == 0)
		return OK;
	if (peer.uid == (uid_t)-1)
		return ERR_UNTRUSTED_SERVER;
	if (peer.uid == options->server_uid || peer.uid == options->own_uid)
		return OK;
	return ERR_UNTRUSTED_SERVER;
}

enum err
client_new(struct client **out, const struct client_options *options)
{
	auto_free(client) struct client *client = calloc(1, sizeof(*client));
	enum err e;

	if (client == NULL)
		return ERR_NO_MEMORY;
	client->socket = -1;
	client->timeout_ms = options->timeout_ms;
	client_renew(client);
	e = inbox_new(&client->inbox);
	if (e == OK)
		e = outbox_new(&client->outbox);
	if (e == OK)
		e = connect_socket(client, options->path);
	if (e == OK)
		e = check_server(client, options);
	if (e == OK)
		*out = TAKE(client);
	return e;
}

static enum err
send_all(struct client *client, int fd)
{
	size_t whole = outbox_size(client->outbox);

	for (;;) {
		size_t left;
		enum err e = outbox_flush(client->outbox, client->socket, fd);

		left = outbox_size(client->outbox);
		if (e != OK || left == 0)
			return e;
		if (left < whole)
			fd = -1;
		e = deadline_wait(&client->deadline, client->socket, POLLOUT);
		if (e != OK)
			return e;
	}
}

static enum err
send_call(struct client *client, const struct client_call *call, bool more)
{
	auto_json json_t *parameters = NULL;
	auto_json json_t *message = NULL;
	enum err e = OK;

	if (call->request_fields != NULL)
		e = fields_encode(
		    call->request_fields, call->request, &parameters);
	if (e != OK)
		return e;
	message = json_pack("{ss sO* sb}", "method", call->method, "parameters",
	    parameters, "more", more);
	if (message == NULL)
		return ERR_NO_MEMORY;
	e = outbox_put(client->outbox, message);
	return e == OK ? send_all(client, call->fd) : e;
}

static enum err
receive(struct client *client, const char **text, size_t *size)
{
	for (;;) {
		enum err e = inbox_next(client->inbox, text, size);

		if (e == OK)
			return OK;
		if (e != ERR_NOT_FOUND)
			return ERR_PROTOCOL;
		e = deadline_wait(&client->deadline, client->socket, POLLIN);
		if (e != OK)
			return e;
		if (inbox_receive(client->inbox, client->socket) ==
		    INBOX_CLOSED)
			return ERR_UNREACHABLE;
	}
}

static enum err
remember_refusal(struct client *client, const struct reply_message *reply)
{
	const json_t *text = json_object_get(reply->parameters, "message");

	if (json_is_string(text))
		snprintf(client->message, sizeof(client->message), "%s",
		    json_string_value(text));
	return err_from_wire(reply->error);
}

static enum err
receive_reply(struct client *client, struct reply_message *reply)
{
	struct field_error error;
	const char *text;
	size_t size;
	enum err e = receive(client, &text, &size);

	client->message[0] = '\0';
	if (e != OK)
		return e;
	e = message_read(reply_message_fields(), text, size, reply, &error);
	if (e != OK)
		return e == ERR_NO_MEMORY ? e : ERR_PROTOCOL;
	return reply->error == NULL ? OK : remember_refusal(client, reply);
}

void
client_renew(struct client *client)
{
	client->deadline = deadline_in(client->timeout_ms);
}

enum err
client_call(struct client *client, const struct client_call *call)
{
	auto_clear(reply_message) struct reply_message reply = {0};
	/* not json_object(), see fields_encode() */
	auto_json json_t *nothing = json_pack("{}");
	enum err e = send_call(client, call, false);

	if (e == OK)
		e = receive_reply(client, &reply);
	if (e != OK)
		return e;
	e = fields_decode(call->reply_fields,
	    reply.parameters != NULL ? reply.parameters : nothing, call->reply,
	    NULL);
	return e == ERR_INVALID_PARAMETER ? ERR_PROTOCOL : e;
}

static enum err
receive_entry(struct client *client, const char *name, client_entry take,
    void *context, bool *ended)
{
	auto_clear(reply_message) struct reply_message reply = {0};
	const json_t *entry;
	enum err e = receive_reply(client, &reply);

	if (e != OK)
		return e;
	*ended = !reply.continues;
	entry = json_object_get(reply.parameters, name);
	return entry != NULL && !json_is_null(entry) ? take(entry, context)
						     : OK;
}

enum err
client_stream(struct client *client, const struct client_call *call,
    const char *name, client_entry take, void *context)
{
	bool ended = false;
	enum err e = send_call(client, call, true);

	while (e == OK && !ended) {
		if (call->follow)
			client->deadline = deadline_never();
		e = receive_entry(client, name, take, context, &ended);
		client_renew(client);
	}
	return e;
}

const char *
client_message(const struct client *client)
{
	return client->message;
}
