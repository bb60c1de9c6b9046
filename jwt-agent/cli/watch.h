/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_WATCH_H
#define JWT_AGENT_CLI_WATCH_H

/* Following a list of sessions until the user has seen enough. */

#include "jwt-agent/cli/command.h"
#include "varlink/session.h"

#define WATCH_SECONDS 1

/* Draws one state of the list. */
typedef enum err (*watch_draw)(const json_t *sessions);

/*
 * Asks for the list each WATCH_SECONDS. On a terminal `draw` draws it over the
 * one before; with --json there is one line per session that came, changed or
 * ended. Ends when the agent or the output does.
 */
MUST_USE enum err watch_sessions(const struct call *call,
    const struct session_list_request *request, watch_draw draw);

/* The list once. */
MUST_USE enum err list_sessions(const struct call *call,
    const struct session_list_request *request, json_t **sessions);

#endif
