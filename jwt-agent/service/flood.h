/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_FLOOD_H
#define JWT_AGENT_SERVICE_FLOOD_H

/* Floods of denials (lmdb-store/flood.h) whose window has ended: one event with
 * the count for each. */

#include "jwt-agent/service/call.h"

/* At most `limit` windows that ended at `until` or before, on the clock that
 * does not jump; says how many. INT64_MAX: also those that have not ended. */
MUST_USE enum err
flood_end(struct call *call, int64_t until, size_t limit, size_t *done);

#endif
