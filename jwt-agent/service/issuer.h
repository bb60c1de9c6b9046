/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ISSUER_H
#define JWT_AGENT_SERVICE_ISSUER_H

/* io.jwtagent.Issuer: one function for each method of the interface file; and
 * what the agent does with fetched keys on its own. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/issuer.h"
#include "varlink/login.h"

MUST_USE enum err
issuer_list(struct call *call, const struct issuer_list_request *request,
    struct cursor *cursor, struct issuer_view *entry);
MUST_USE enum err issuer_show(struct call *call,
    const struct issuer_request *request, struct issuer_view *reply);
MUST_USE enum err issuer_refresh(struct call *call,
    const struct issuer_request *request, struct issuer_view *reply);

/* Writes what was fetched last into the store. */
MUST_USE enum err issuer_keep(struct call *call,
    const struct issuer_request *request, struct empty *reply);

/* The agent itself or a configured issuer; NULL. */
const struct issuer *issuer_named(const struct call *call, const char *name);

/* A not-before mark for all its tokens. */
MUST_USE enum err
issuer_revoke(struct call *call, const struct issuer_revoke_request *request,
    struct issuer_revoke_reply *reply);

#endif
