/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_EXPORT_H
#define JWT_AGENT_SERVICE_EXPORT_H

/* io.jwtagent.Admin.Export: users, devices or sessions as the lines of
 * varlink/transfer.h, one entry each. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/transfer.h"

MUST_USE enum err
admin_export(struct call *call, const struct export_request *request,
    struct cursor *cursor, struct export_line *entry);

#endif
