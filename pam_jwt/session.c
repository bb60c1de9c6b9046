/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/phase.h"

#include "pam_jwt/agent.h"
#include "pam_jwt/code.h"
#include "pam_jwt/log.h"
#include "pam_jwt/unrecorded.h"

#include <sys/pidfd.h>

/* The pidfd of the process that PAM was called in: its end is the session's
 * end, and a signal to it ends the session. */
static enum err
open_record(struct context *context)
{
	auto_fd int pidfd = pidfd_open(getpid(), 0);

	if (pidfd < 0)
		return ERR_IO;
	return agent_session(context, "io.jwtagent.Login.OpenSession", pidfd);
}

static enum err
close_record(struct context *context)
{
	return agent_session(context, "io.jwtagent.Login.CloseSession", -1);
}

/* A session that is not ours belongs to the modules that let its user in:
 * there is no record to change, hence PAM_IGNORE. */
static int
change_record(struct context *context, const char *event,
    enum err (*change)(struct context *context))
{
	enum err e = context_session(context);

	if (e == OK && context->session == NULL)
		return unrecorded_is(context) ? PAM_SUCCESS : PAM_IGNORE;
	if (e == OK)
		e = change(context);
	log_result(context, event, e);
	return code_session(e);
}

int
phase_open_session(struct context *context)
{
	return change_record(context, "session-open", open_record);
}

int
phase_close_session(struct context *context)
{
	return change_record(context, "session-close", close_record);
}
