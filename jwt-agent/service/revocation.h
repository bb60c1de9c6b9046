/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_REVOCATION_H
#define JWT_AGENT_SERVICE_REVOCATION_H

/* Taking away what was granted, and ending what runs on it. */

#include "jwt-agent/service/call.h"
#include "lmdb-store/family.h"
#include "lmdb-store/session.h"
#include "varlink/login.h"

/* Marks the record and writes it. */
MUST_USE enum err revoke_family(
    struct call *call, struct family_record *family, const char *reason);

/* For so long the process of a session that is over may still be there: an
 * agent that starts in between ends it. */
#define ENDING_SECONDS 30

/* Ends one live session: writes the record as `state` with the reason, and
 * leaves the effect on its leader. */
MUST_USE enum err
end_session(struct call *call, const struct session_record *session,
    const char *state, const char *reason, enum effect_kind effect);

/*
 * Which live sessions: all of which everything that is set here is true.
 * `device` and `uid` lead to them by an index, without either every live
 * session is looked at. SUBJECT_EVERYBODY: any uid; NULL: any. `tokens` are the
 * two names that a token may have in a record; `family`: of a refresh family,
 * or of none that is known.
 */
struct choice {
	const char *device;
	int64_t uid;
	const char *user;
	const char *issuer;
	const char *family;
	const char *tokens[2];
};

/* Ends them as revoked; `*ended` counts them. */
MUST_USE enum err end_sessions(struct call *call, const struct choice *which,
    const char *reason, int64_t *ended);

/* The detail of the event of a revoke: of what (NULL: the event says so), why,
 * and how many sessions it ended. */
void note_revoked(
    struct call *call, const char *what, const char *reason, int64_t ended);

/* Ends every live session of a device; `*ended` counts them. */
MUST_USE enum err revoke_sessions(
    struct call *call, const char *device, const char *reason, int64_t *ended);

#endif
