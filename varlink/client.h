/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_CLIENT_H
#define VARLINK_CLIENT_H

/*
 * The caller's side of a Varlink connection over a Unix socket: blocking,
 * with one deadline for everything that is done with it until it is renewed,
 * and with a check of who serves the socket before anything is sent.
 */

#include "base/fields.h"

#include <sys/types.h>

#define CLIENT_MESSAGE_MAX 256

struct client;

struct client_options {
	const char *path; /* of the socket */
	int64_t timeout_ms;
	/* Beside root these may serve the socket: the agent's user, and for
	 * a person's private agent the person. (uid_t)-1: nobody. */
	uid_t server_uid;
	uid_t own_uid;
};

/*
 * Connects. ERR_UNREACHABLE when nobody listens (at once), ERR_TIMEOUT,
 * ERR_UNTRUSTED_SERVER when somebody else does, ERR_NO_MEMORY.
 */
MUST_USE enum err
client_new(struct client **out, const struct client_options *options);

/* The time that is left begins anew: for whoever makes many calls. */
void client_renew(struct client *client);

/* Closes; NULL is fine. */
void client_free(struct client *client);
DEFINE_AUTO_FREE(client)

/* What is called: the method's full name and the shapes of its messages.
 * `request_fields` may be NULL: no parameters. `fd` -1: none is sent. */
struct client_call {
	const char *method;
	const struct fields *request_fields;
	const void *request;
	int fd;
	bool follow; /* a stream whose entries may take any time to come */
	const struct fields *reply_fields;
	void *reply; /* all zero before, to be cleared by the caller */
};

/*
 * One call, one answer. Besides the errors of the way (ERR_UNREACHABLE,
 * ERR_TIMEOUT, ERR_PROTOCOL, ERR_NO_MEMORY) it returns what the agent
 * answered; client_message() then has its sentence.
 */
MUST_USE enum err
client_call(struct client *client, const struct client_call *call);

/* Takes one entry of a stream; anything but OK ends the stream. */
typedef enum err (*client_entry)(const json_t *entry, void *context);

/*
 * A call with `more`: each reply's member `name` ("device", "session",
 * "event") is given to `take`; the last reply, which has none, ends it.
 * call->reply is not used. Each reply renews the deadline: a long stream is
 * fine, one that stands still is not.
 */
MUST_USE enum err
client_stream(struct client *client, const struct client_call *call,
    const char *name, client_entry take, void *context);

/* The sentence that came with the last refusal, "" when none came. For
 * Authenticate it is what the person may read. */
const char *client_message(const struct client *client);

#endif
