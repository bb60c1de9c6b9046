/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_STORECHECK_H
#define JWT_AGENT_SERVICE_STORECHECK_H

/* io.jwtagent.Admin.StoreCheck: one entry for each table, each read in a
 * transaction of its own while the agent does nothing else. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/admin.h"
#include "varlink/login.h"

MUST_USE enum err
admin_store_check(struct call *call, const struct empty *request,
    struct cursor *cursor, struct table_view *entry);

#endif
