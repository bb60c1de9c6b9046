/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_HANDOVER_H
#define JWT_AGENT_CLI_HANDOVER_H

/* One event given to one run of a program: see delivery.h. */

#include "jwt-agent/cli/command.h"

#include <jansson.h>

/* Why the run is no success; empty: it is. */
struct handover_end {
	char text[128];
};

/* Whether there is such a program: ERR_USAGE, having said so. */
MUST_USE enum err handover_check(const struct call *call, const char *program);

/* ERR_IO, ERR_NO_MEMORY: it could not be run. */
MUST_USE enum err handover_run(
    const char *program, const json_t *event, struct handover_end *end);

#endif
