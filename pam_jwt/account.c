/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/phase.h"

#include "pam_jwt/agent.h"
#include "pam_jwt/code.h"
#include "pam_jwt/log.h"
#include "pam_jwt/unrecorded.h"

int
phase_account(struct context *context)
{
	enum err e = context_session(context);

	if (e == OK && context->session == NULL)
		return unrecorded_is(context) ? PAM_SUCCESS : PAM_IGNORE;
	if (e == OK)
		e = agent_session(
		    context, "io.jwtagent.Login.CheckAccount", -1);
	log_result(context, "account", e);
	return code_account(e);
}
