/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_CHECK_STOPPED_H
#define JWT_AGENT_CLI_CHECK_STOPPED_H

#include "jwt-agent/cli/check_report.h"
#include "jwt-agent/config/config.h"

/* Checks the store while no agent runs, as its owner, which this process then
 * is for good. What fails has been said. */
MUST_USE enum err check_stopped(const struct call *call,
    const struct config *config, struct check_report *report);

#endif
