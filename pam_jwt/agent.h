/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_AGENT_H
#define PAM_JWT_AGENT_H

/*
 * Asking jwt-agent. A client lives for one PAM call and its deadline starts
 * when it is made, so it is made after the person has answered.
 */

#include "pam_jwt/context.h"
#include "varlink/client.h"

/*
 * Errors as client_new(): nothing was sent when the socket's server is
 * neither root nor agent_user.
 */
MUST_USE enum err
agent_connect(const struct context *context, struct client **client);

/* Resolves the user and connects. Errors as those two. */
MUST_USE enum err agent_reach(struct context *context, struct client **client);

/*
 * Calls a method that takes a session_request and answers nothing, for
 * context->session. `fd` is sent beside it, -1: none.
 */
MUST_USE enum err agent_session_call(const struct context *context,
    struct client *client, const char *method, int fd);

/* For the phases after authenticate: copies the items, reaches the agent and
 * calls. */
MUST_USE enum err
agent_session(struct context *context, const char *method, int fd);

#endif
