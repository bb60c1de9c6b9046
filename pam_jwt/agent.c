/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/agent.h"

#include "pam_jwt/log.h"
#include "base/passwd.h"

#define NOBODY ((uid_t)-1)
#define MS_PER_SECOND 1000

/* For the comparison with the server's uid only: without such a user, or
 * without a directory, root alone may serve. */
static uid_t
agent_uid(const struct context *context)
{
	const char *name = context->options.agent_user;
	uid_t uid = NOBODY;
	enum err e = passwd_uid(name, &uid);

	if (e != OK)
		log_debug(context, "agent_user=%s: %s", name, err_text(e));
	return uid;
}

enum err
agent_connect(const struct context *context, struct client **client)
{
	struct client_options options = {
	    .path = context->options.socket,
	    .timeout_ms = context->options.timeout * MS_PER_SECOND,
	    .server_uid = agent_uid(context),
	    .own_uid = NOBODY,
	};

	return client_new(client, &options);
}

enum err
agent_reach(struct context *context, struct client **client)
{
	enum err e = context_resolve(context);

	return e == OK ? agent_connect(context, client) : e;
}

enum err
agent_session_call(const struct context *context, struct client *client,
    const char *method, int fd)
{
	struct session_request request = context_session_request(context);
	struct empty reply = {};
	struct client_call call = {
	    .method = method,
	    .request_fields = session_request_fields(),
	    .request = &request,
	    .fd = fd,
	    .reply_fields = empty_fields(),
	    .reply = &reply,
	};

	return client_call(client, &call);
}

enum err
agent_session(struct context *context, const char *method, int fd)
{
	auto_free(client) struct client *client = NULL;
	enum err e = context_items(context);

	if (e == OK)
		e = agent_reach(context, &client);
	if (e == OK)
		e = agent_session_call(context, client, method, fd);
	return e;
}
