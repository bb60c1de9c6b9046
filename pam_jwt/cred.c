/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/phase.h"

#include "pam_jwt/agent.h"
#include "pam_jwt/code.h"
#include "pam_jwt/log.h"

/* PAM_SILENT may stand beside the action. */
#define ACTIONS                                                                \
	(PAM_ESTABLISH_CRED | PAM_REINITIALIZE_CRED | PAM_REFRESH_CRED |       \
	    PAM_DELETE_CRED)

/* NULL when more than one is asked for. */
static char *
action_name(unsigned int flags)
{
	switch (flags & ACTIONS) {
	case 0: /* the default, pam_setcred(3) */
	case PAM_ESTABLISH_CRED:
		return "establish";
	case PAM_REINITIALIZE_CRED:
		return "reinitialize";
	case PAM_REFRESH_CRED:
		return "refresh";
	case PAM_DELETE_CRED:
		return "delete";
	default:
		return NULL;
	}
}

static enum err
call_agent(struct context *context, char *action)
{
	auto_free(client) struct client *client = NULL;
	enum err e = agent_reach(context, &client);
	struct credential_request request = {
	    .session = context->session,
	    .user = context->user,
	    .uid = (int64_t)context->uid,
	    .service = context->service,
	    .action = action,
	};
	struct empty reply = {};
	struct client_call call = {
	    .method = "io.jwtagent.Login.Credential",
	    .request_fields = credential_request_fields(),
	    .request = &request,
	    .fd = -1,
	    .reply_fields = empty_fields(),
	    .reply = &reply,
	};

	return e == OK ? client_call(client, &call) : e;
}

static enum err
tell_agent(struct context *context)
{
	char *action = action_name(context->flags);
	enum err e = context_items(context);

	if (action == NULL)
		return ERR_USAGE;
	return e == OK ? call_agent(context, action) : e;
}

/*
 * Never PAM_IGNORE, also for a user who did not come in by us. libpam walks
 * the stack of setcred by the values that authenticate returned on the same
 * handle, where our refusal was ignored, and then what is returned here is
 * ignored, too. sshd calls this in another process than authenticate, and
 * cron or a login by public key without it: there the value returned here
 * decides. PAM_IGNORE would fail every stack in which only we and pam_deny
 * are left to answer. PAM_SUCCESS, which pam_unix and pam_permit answer
 * there as well, takes the jump of [success=N default=ignore] to the same
 * place as a login by token does.
 */
int
phase_credential(struct context *context)
{
	enum err e = context_session(context);

	if (e == OK && context->session == NULL)
		return PAM_SUCCESS;
	if (e == OK)
		e = tell_agent(context);
	log_result(context, "credential", e);
	return code_credential(e);
}
