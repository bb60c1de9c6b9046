/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_PHASE_H
#define PAM_JWT_PHASE_H

/*
 * What each PAM call does; public.c has made the context and read the
 * options. They answer PAM codes. A fault is never PAM_SUCCESS and never
 * PAM_IGNORE.
 */

#include "pam_jwt/context.h"

/*
 * Gets a token, asks the agent, and on success puts SESSION_VARIABLE into
 * the PAM environment. With `observe` the verdict is logged, the session
 * that it made is closed again, and the answer is PAM_IGNORE.
 */
MUST_USE int phase_authenticate(struct context *context);

/* Asks again about what may have changed since authenticate. PAM_IGNORE for
 * a user who did not come in by us. */
MUST_USE int phase_account(struct context *context);

/* Tells the agent; PAM_SUCCESS for a user who did not come in by us. */
MUST_USE int phase_credential(struct context *context);

/* Makes the session active, with a pidfd of this process, so that the agent
 * can see its end and bring it about. PAM_IGNORE as above. */
MUST_USE int phase_open_session(struct context *context);
MUST_USE int phase_close_session(struct context *context);

/* Rotates a refresh token. With PAM_CHANGE_EXPIRED_AUTHTOK only where the
 * account phase asks for it, otherwise PAM_IGNORE. */
MUST_USE int phase_change(struct context *context);

#endif
