/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_REVOCATION_H
#define JWT_AGENT_SERVICE_REVOCATION_H

/* Taking away what was granted, and ending what runs on it. */

#include "jwt-agent/service/call.h"
#include "lmdb-store/family.h"
#include "lmdb-store/session.h"

/* Marks the record and writes it. */
MUST_USE enum err revoke_family(
    struct call *call, struct family_record *family, const char *reason);

/* Ends one live session: writes the record as `state` with the reason, and
 * leaves the effect on its leader. */
MUST_USE enum err
end_session(struct call *call, const struct session_record *session,
    const char *state, const char *reason, enum effect_kind effect);

/* Ends every live session of a device; `*ended` counts them. */
MUST_USE enum err revoke_sessions(
    struct call *call, const char *device, const char *reason, int64_t *ended);

#endif
