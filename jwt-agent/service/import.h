/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_IMPORT_H
#define JWT_AGENT_SERVICE_IMPORT_H

/*
 * io.jwtagent.Admin.Import: lines of varlink/transfer.h of one user, who was
 * looked up. Each is taken, is there already, or is skipped with a reason;
 * what is there already is never changed, so that a second import does
 * nothing. A device that comes in is of no use until it is enrolled again
 * (DEVICE_IMPORTED), unless another issuer makes its tokens; a session is
 * history, and never lives.
 */

#include "jwt-agent/service/call.h"
#include "varlink/transfer.h"

MUST_USE enum err admin_import(struct call *call,
    const struct import_request *request, struct import_reply *reply);

#endif
