/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_CONFIRM_H
#define JWT_AGENT_CLI_CONFIRM_H

/* What cannot be undone is asked for on a terminal; a script says --yes. */

#include "jwt-agent/cli/command.h"

/* `what`: a sentence about what would happen, without its full stop.
 * ERR_USAGE after a line on stderr when nothing is to be done. */
MUST_USE enum err confirm(const struct call *call, const char *what);

#endif
