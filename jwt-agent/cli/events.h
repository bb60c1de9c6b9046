/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_EVENTS_H
#define JWT_AGENT_CLI_EVENTS_H

/* Which events of the audit a command asks for. */

#include "jwt-agent/cli/command.h"
#include "varlink/audit.h"
#include "varlink/client.h"

/* What the options say; borrows their texts. ERR_USAGE, having said so. */
MUST_USE enum err
events_read_request(const struct call *call, struct audit_request *request);

/* Borrows the request. */
struct client_call events_question(const struct audit_request *request);

#endif
