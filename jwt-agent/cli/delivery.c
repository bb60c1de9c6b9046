/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/delivery.h"

#include "jwt-agent/cli/bookmark.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/handover.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct delivery {
	const struct call *call;
	struct audit_request *request;
	int64_t seq;	 /* of the last event that was given */
	bool begun;	 /* it is known where it begins */
	bool complained; /* that the agent is not there */
};

/* The bookmark is written behind the run: better twice than never. */
static enum err
give(const json_t *event, void *context)
{
	struct delivery *delivery = context;
	const struct call *call = delivery->call;
	struct handover_end end;
	enum err e = handover_run(call->option[CLI_EXEC], event, &end);

	if (e != OK || end.text[0] != '\0')
		connection_complain(call, "%s: %s", call->option[CLI_EXEC],
		    e != OK ? err_text(e) : end.text);
	delivery->seq = json_integer_value(json_object_get(event, "seq"));
	if (bookmark_write(delivery->seq) != OK)
		connection_complain(call,
		    "the place in the audit cannot be "
		    "kept: %s",
		    strerror(errno));
	return OK;
}

static enum err
note_newest(const json_t *event, void *context)
{
	struct delivery *delivery = context;

	delivery->seq = json_integer_value(json_object_get(event, "seq"));
	return OK;
}

static enum err
stream(struct delivery *delivery, struct client *client,
    const struct audit_request *request, client_entry take)
{
	const struct client_call question = events_question(request);

	return client_stream(client, &question, "event", take, delivery);
}

/* The newest event there is now, the first of those that are not given. */
static enum err
begin_now(struct delivery *delivery, struct client *client)
{
	const struct audit_request newest = {.limit = 1};
	enum err e = stream(delivery, client, &newest, note_newest);

	delivery->begun = e == OK;
	if (e == OK && bookmark_write(delivery->seq) != OK)
		e = OK; /* is said when an event was given */
	return e;
}

/* Behind the last event; in an audit without one, from its first on. */
static enum err
follow(struct delivery *delivery, struct client *client)
{
	struct audit_request *request = delivery->request;
	enum err e = OK;

	if (!delivery->begun)
		e = begin_now(delivery, client);
	if (e != OK)
		return e;
	request->after = delivery->seq;
	request->limit = delivery->seq == 0 ? 1 : 0;
	request->follow = true;
	return stream(delivery, client, request, give);
}

static enum err
connect_and_follow(struct delivery *delivery, const struct config *config)
{
	auto_free(client) struct client *client = NULL;
	enum err e = connection_open(config, &client);

	if (e != OK)
		return e;
	delivery->complained = false;
	e = follow(delivery, client);
	if (e == ERR_INVALID_PARAMETER && delivery->seq > 0) {
		connection_complain(delivery->call,
		    "the store is another than "
		    "before: going on with what comes");
		delivery->begun = false;
	} else if (e != OK && e != ERR_TOO_SLOW) {
		connection_complain(delivery->call, "%s", err_text(e));
		delivery->complained = true;
	}
	return e;
}

static bool
is_final(enum err e)
{
	return e == ERR_PERMISSION_DENIED || e == ERR_NO_MEMORY ||
	    e == ERR_UNTRUSTED_SERVER || e == ERR_METHOD_NOT_FOUND;
}

int
delivery_run(const struct call *call, struct audit_request *request)
{
	struct delivery delivery = {.call = call, .request = request};
	auto_free(config) struct config *config = NULL;
	enum err e = handover_check(call, call->option[CLI_EXEC]);

	if (e == OK)
		e = connection_config(call, &config);
	if (e != OK)
		return err_exit(e);
	if (bookmark_read(&delivery.seq) != OK)
		connection_complain(call,
		    "the place in the audit cannot be "
		    "read: %s",
		    strerror(errno));
	delivery.begun = delivery.seq > 0;
	signal(SIGPIPE, SIG_IGN);
	while (!is_final(e)) {
		e = connect_and_follow(&delivery, config);
		if (e == ERR_UNREACHABLE && !delivery.complained) {
			connection_complain(call, "%s", err_text(e));
			delivery.complained = true;
		}
		sleep(DELIVERY_RECONNECT_SECONDS);
	}
	return err_exit(e);
}
