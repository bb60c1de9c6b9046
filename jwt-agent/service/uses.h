/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_USES_H
#define JWT_AGENT_SERVICE_USES_H

/*
 * How far people have come from the old to the new: what ends at a date and
 * who used it last, which versions of the claims devices hold, and how often a
 * claim had to be filled in. All of it is counted when it happens, and what is
 * used by days, too.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/rollout.h"

/* The earliest second of which days are kept. */
int64_t uses_kept(const struct call *call);

MUST_USE enum err
admin_uses(struct call *call, const struct uses_request *request,
    struct cursor *cursor, struct use_view *entry);

#endif
