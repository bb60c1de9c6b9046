/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_SESSION_H
#define JWT_AGENT_SERVICE_SESSION_H

/* io.jwtagent.Session: one function for each method of the interface file; and
 * what the agent does with sessions on its own. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/login.h"
#include "varlink/session.h"

MUST_USE enum err
session_list(struct call *call, const struct session_list_request *request,
    struct cursor *cursor, struct session_view *entry);
MUST_USE enum err session_show(struct call *call,
    const struct session_show_request *request, struct session_view *reply);
MUST_USE enum err session_terminate(struct call *call,
    const struct session_terminate_request *request,
    struct session_terminate_reply *reply);

/* Whom the call is about: the user of the session; of the session or device
 * that the request names, unless it names a user. */
MUST_USE enum err
session_subject(struct call *call, const char *session, int64_t *uid);
MUST_USE enum err session_terminate_subject(struct call *call,
    const struct session_terminate_request *request, int64_t *uid);

/* The process that opened the session is gone; `reason` says how that was
 * found. A session that has ended already stays as it is. */
MUST_USE enum err session_leader_gone(struct call *call,
    const struct session_gone_request *request, struct empty *reply);

/* Pending sessions that nobody opened in time, and active ones that reached
 * their service's session_max or, where it asks for that, the end of their
 * token, end as expired: a sweep. */
MUST_USE enum err session_lapse(struct call *call, size_t limit, size_t *done);

#endif
