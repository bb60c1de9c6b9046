/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_AUDIT_H
#define JWT_AGENT_SERVICE_AUDIT_H

/*
 * io.jwtagent.Admin: looking at the audit, and holding it against what was
 * said of it before. The chain (lmdb-store/chain.h) tells what was changed in
 * it. That all of it was replaced by an older one only a head can tell, which is
 * kept where nobody who has this host can change it.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/admin.h"
#include "varlink/audit.h"
#include "varlink/login.h"

#define AUDIT_LIMIT_PRESET 100
#define TYP_AUDIT_HEAD "audit-head+jwt"

MUST_USE enum err
admin_audit(struct call *call, const struct audit_request *request,
    struct cursor *cursor, struct audit_view *entry);

/* The steps of Admin.StoreCheck, of the audit only. */
MUST_USE enum err
admin_audit_verify(struct call *call, const struct empty *request,
    struct cursor *cursor, struct check_view *entry);

/* ERR_NOT_FOUND when there is no event yet. */
MUST_USE enum err admin_audit_head(struct call *call,
    const struct empty *request, struct audit_head_reply *reply);

/* A head that is none is ERR_INVALID_PARAMETER; one that does not hold is an
 * answer. */
MUST_USE enum err admin_audit_hold(struct call *call,
    const struct audit_hold_request *request, struct audit_hold_reply *reply);

#endif
