/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_LOG_H
#define PAM_JWT_LOG_H

/*
 * Lines for the administrator, to authpriv by pam_syslog(3), which puts the
 * service and the phase before them: an event and key=value pairs. Never a
 * token, and never the name of a user who does not exist, because people
 * type passwords there.
 */

#include "base/err.h"
#include "pam_jwt/context.h"

/*
 * What came of `event` ("login", "account", ...): a refusal with its reason,
 * or a fault with what to do next. Nothing for OK.
 */
void
log_result(const struct context *context, const char *event, enum err result);

/* A login refused here, for a reason that the agent has no name for. */
void log_refused(const struct context *context, const char *reason);

/* A login let in. */
void log_accepted(
    const struct context *context, const char *session, const char *device);

/* The same, without a record of it. */
void log_unrecorded(const struct context *context, const char *device);

/* The token is good, and the stack goes on without it. */
void log_aside(const struct context *context);

/* What would have come of the login without `observe`. */
void log_observed(const struct context *context, enum err result);

/* Only with the argument `debug`. */
__attribute__((format(printf, 2, 3))) void
log_debug(const struct context *context, const char *format, ...);

#endif
