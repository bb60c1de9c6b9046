/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_UNRECORDED_H
#define PAM_JWT_UNRECORDED_H

/*
 * A login by a good token that the agent could not record, because its store
 * takes no writes. It has no session that the other phases could name, so the
 * handle remembers it. It does so for the process that authenticated only: in
 * sshd the one that opens the session does not know, and ignores a session
 * that nobody recorded.
 */

#include "pam_jwt/context.h"

#include <stdbool.h>

/* A PAM code. */
int unrecorded_remember(const struct context *context);
int unrecorded_forget(const struct context *context);

/* Whether this handle's user came in that way. */
bool unrecorded_is(const struct context *context);

#endif
