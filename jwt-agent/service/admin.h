/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ADMIN_H
#define JWT_AGENT_SERVICE_ADMIN_H

/* io.jwtagent.Admin: one function for each method of the interface file. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/admin.h"
#include "varlink/login.h"

MUST_USE enum err admin_status(
    struct call *call, const struct empty *request, struct status_reply *reply);
MUST_USE enum err admin_store_stats(struct call *call,
    const struct empty *request, struct store_stats_reply *reply);

#endif
