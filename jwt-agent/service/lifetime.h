/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_LIFETIME_H
#define JWT_AGENT_SERVICE_LIFETIME_H

/*
 * That the agent began and ended is in the audit, and with which configuration
 * it began: an event names the keys whose values are not those of the last
 * start.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/sweep.h"
#include "varlink/login.h"

/* Floods that are summed up in one step when the agent stops. */
#define LIFETIME_FLOODS 256

MUST_USE enum err lifetime_begin(
    struct call *call, const struct empty *request, struct empty *reply);

/* The agent stops: sums up the floods that are under way. `more`: there are
 * others; ask again. */
MUST_USE enum err lifetime_end_floods(
    struct call *call, const struct empty *request, struct sweep_reply *reply);

MUST_USE enum err lifetime_end(
    struct call *call, const struct empty *request, struct empty *reply);

#endif
