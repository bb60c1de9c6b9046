/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_CONTEXT_H
#define PAM_JWT_CONTEXT_H

/*
 * One PAM call: its handle, flags and options, and what the agent is told
 * about who logs in where. The items are copies, so that nothing that the
 * conversation does can change the user half way.
 */

#include "base/err.h"
#include "pam_jwt/options.h"
#include "varlink/login.h"

#include <sys/types.h>

/* In the PAM environment: the session that authenticate has opened. It is
 * what sshd carries from the process that authenticates to the one that
 * opens the session; pam_set_data(3) is lost on that way. */
#define SESSION_VARIABLE "JWT_SESSION"

struct context {
	pam_handle_t *pamh;
	unsigned int flags; /* as PAM gave them */
	struct module_options options;
	char *user;
	char *service;
	char *rhost;   /* NULL: not known */
	char *tty;     /* NULL: none */
	char *session; /* NULL: not a login of ours */
	uid_t uid;
};

void context_clear(struct context *context);

/*
 * Copies PAM's items. ERR_NO_SUCH_USER without a user's name, ERR_CONFIG
 * without a service's name, ERR_NO_MEMORY.
 */
MUST_USE enum err context_items(struct context *context);

/* The uid of the user; errors as passwd_uid(). */
MUST_USE enum err context_resolve(struct context *context);

/*
 * Reads SESSION_VARIABLE into `session`, which stays NULL when the user did
 * not come in by us. ERR_NO_SUCH_SESSION when it is not an id: other modules
 * can set the variable, so a bad one is a refusal. ERR_NO_MEMORY.
 */
MUST_USE enum err context_session(struct context *context);

/* The message that names the session; it borrows every member. */
struct session_request context_session_request(const struct context *context);

#endif
