/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_TAKEUP_H
#define JWT_AGENT_SERVER_TAKEUP_H

/*
 * After a restart the processes of active sessions are watched as before: by
 * the pidfd that systemd kept if it stands for the process that opened the
 * session, else by pid and start time. A session whose process is gone is
 * lost, and so is every session, a pending one too, of an earlier boot. A
 * process that was to be ended when the agent died is ended now.
 */

#include "jwt-agent/server/fdstore.h"
#include "jwt-agent/server/leaders.h"

/* Called for each session that is lost, with the reason. */
typedef void (*session_lost)(
    const char *session, const char *reason, void *context);

/* Takes what it needs out of `fdstore`; the rest belongs to no session. */
MUST_USE enum err
take_up_sessions(const struct service *service, struct fdstore *fdstore,
    struct leaders *leaders, session_lost lost, void *context);

#endif
