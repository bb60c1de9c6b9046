/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_CONNECTION_H
#define JWT_AGENT_CLI_CONNECTION_H

/*
 * The command's way to the agent. Everything here that fails has said so on
 * stderr, with what to do next; the caller passes on err_exit().
 */

#include "jwt-agent/cli/command.h"
#include "jwt-agent/config/config.h"
#include "varlink/admin.h"
#include "varlink/client.h"

#define CONNECTION_TIMEOUT_MS 10000

/* The configuration that the call names. */
MUST_USE enum err
connection_config(const struct call *call, struct config **out);

/* Connects as the configuration says; silent. */
MUST_USE enum err
connection_open(const struct config *config, struct client **out);

/* One question, one answer. */
MUST_USE enum err
connection_ask(const struct call *call, const struct client_call *question);

/* How the agent and its store are; to be cleared. */
MUST_USE enum err
connection_status(const struct call *call, struct status_reply *reply);

/* Many questions on one connection, each with a deadline of its own. */
MUST_USE enum err
connection_begin(const struct call *call, struct client **out);
MUST_USE enum err connection_ask_on(const struct call *call,
    struct client *client, const struct client_call *question);

/*
 * A stream, as a new JSON array of its entries, each held against `shape`
 * and with null for the members that are absent.
 */
MUST_USE enum err
connection_list(const struct call *call, const struct client_call *question,
    const char *entry, const struct fields *shape, json_t **out);

/* The same, each entry given to `take` as it comes. An error of `take` ends
 * the stream and is returned as it is: whoever raised it has spoken. */
MUST_USE enum err
connection_stream(const struct call *call, const struct client_call *question,
    const char *entry, client_entry take, void *context);

/* The user who is meant: named by --user, or the caller; to be freed.
 * ERR_NO_SUCH_USER when the caller has no name. */
MUST_USE enum err connection_user(const struct call *call, char **out);

/* "jwt-agent: device revoke: SENTENCE" on stderr, without control
 * characters. */
__attribute__((format(printf, 2, 3))) void
connection_complain(const struct call *call, const char *format, ...);

#endif
