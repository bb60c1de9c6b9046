/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_TAKEUP_H
#define JWT_AGENT_SERVER_TAKEUP_H

/*
 * After a restart: the processes of active sessions are found again by pid
 * and start time, and watched as before.
 */

#include "jwt-agent/server/leaders.h"

/* Called for each session whose process is gone, with the reason. */
typedef void (*session_lost)(
    const char *session, const char *reason, void *context);

MUST_USE enum err take_up_sessions(const struct service *service,
    struct leaders *leaders, session_lost lost, void *context);

#endif
