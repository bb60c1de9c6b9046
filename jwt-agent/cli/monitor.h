/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_MONITOR_H
#define JWT_AGENT_CLI_MONITOR_H

/* Events as they come. */

#include "jwt-agent/cli/events.h"

/* Shows each, until the reader or the agent ends; the exit code. */
int monitor_follow(const struct call *call, struct audit_request *request);

#endif
