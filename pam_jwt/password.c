/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/phase.h"

#include "pam_jwt/agent.h"
#include "pam_jwt/code.h"
#include "pam_jwt/log.h"
#include "pam_jwt/prompt.h"
#include "pam_jwt/shape.h"
#include "varlink/token.h"

#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

static int
check(struct context *context)
{
	auto_free(client) struct client *client = NULL;
	enum err e = agent_connect(context, &client);

	log_result(context, "token-change", e);
	return code_change_check(e);
}

/* A refresh token that a module above has asked for leaves PAM's item. */
static enum err
take_item(const struct context *context, int type, struct secret **token)
{
	const void *item = NULL;
	enum err e;

	if (*token != NULL ||
	    pam_get_item(context->pamh, type, &item) != PAM_SUCCESS ||
	    item == NULL || !shape_is_refresh_token(item))
		return OK;
	e = secret_new(token, item, strlen(item));
	if (e == OK && pam_set_item(context->pamh, type, NULL) != PAM_SUCCESS)
		return ERR_NO_MEMORY;
	return e;
}

static enum err
take_from_above(const struct context *context, struct secret **token)
{
	const struct module_options *options = &context->options;
	enum err e;

	if (!options->try_first_pass && !options->use_first_pass)
		return OK;
	e = take_item(context, PAM_OLDAUTHTOK, token);
	return e == OK ? take_item(context, PAM_AUTHTOK, token) : e;
}

static int
ask_person(const struct context *context, struct secret **token)
{
	auto_free(response) char *answer = NULL;
	int code = prompt_ask(context, "Current refresh token: ", &answer);

	if (code != PAM_SUCCESS)
		return code;
	if (!shape_is_refresh_token(answer)) {
		pam_syslog(context->pamh, LOG_INFO,
		    "token-change refused reason=NotAToken");
		code = pam_set_item(context->pamh, PAM_OLDAUTHTOK, answer);
		return code == PAM_SUCCESS ? PAM_AUTHTOK_ERR : code;
	}
	return secret_new(token, answer, strlen(answer)) == OK ? PAM_SUCCESS
							       : PAM_BUF_ERR;
}

static int
get_token(const struct context *context, struct secret **token)
{
	if (take_from_above(context, token) != OK)
		return PAM_BUF_ERR;
	if (*token != NULL)
		return PAM_SUCCESS;
	if (context->options.use_first_pass)
		return PAM_AUTHTOK_ERR;
	return ask_person(context, token);
}

static enum err
rotate(
    struct context *context, struct secret *token, struct refresh_reply *reply)
{
	auto_free(client) struct client *client = NULL;
	enum err e = agent_reach(context, &client);
	struct change_request request = {
	    .user = context->user,
	    .uid = (int64_t)context->uid,
	    .service = context->service,
	    .token = token,
	};
	struct client_call call = {
	    .method = "io.jwtagent.Login.ChangeToken",
	    .request_fields = change_request_fields(),
	    .request = &request,
	    .fd = -1,
	    .reply_fields = refresh_reply_fields(),
	    .reply = reply,
	};

	if (e != OK)
		return e;
	e = client_call(client, &call);
	if (e != OK && !err_is_fault(e))
		prompt_error(context,
		    *client_message(client) != '\0' ? client_message(client)
						    : err_shown(e));
	return e;
}

static int
hand_over(const struct context *context, const struct secret *token)
{
	int code = pam_set_item(context->pamh, PAM_AUTHTOK, secret_text(token));

	if (code == PAM_SUCCESS)
		code = prompt_info(
		    context, "New refresh token: %s", secret_text(token));
	if (code == PAM_SUCCESS)
		return PAM_SUCCESS;
	/* the token has been rotated, and nobody has read the new one */
	pam_syslog(context->pamh, LOG_ERR,
	    "token-change: the new token could not be shown; the old one "
	    "gives it once more when it is presented again at once");
	return PAM_AUTHTOK_ERR;
}

static int
change(struct context *context)
{
	auto_free(secret) struct secret *token = NULL;
	auto_clear(refresh_reply) struct refresh_reply reply = {0};
	int code = get_token(context, &token);
	enum err e;

	if (code != PAM_SUCCESS)
		return code;
	e = rotate(context, token, &reply);
	log_result(context, "token-change", e);
	if (e != OK)
		return code_change(e);
	return hand_over(context, reply.refresh_token);
}

static int
update(struct context *context)
{
	enum err e = context_items(context);

	if (e == OK)
		return change(context);
	log_result(context, "token-change", e);
	return code_change(e);
}

/* Whether our account phase asks for a change: what else has expired is
 * another module's. */
static bool
is_asked_for(struct context *context)
{
	return context_session(context) == OK && context->session != NULL &&
	    agent_session(context, "io.jwtagent.Login.CheckAccount", -1) ==
	    ERR_CLAIMS_OUTDATED;
}

/* With PAM_CHANGE_EXPIRED_AUTHTOK only what has expired is to be changed. */
int
phase_change(struct context *context)
{
	if ((context->flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0 &&
	    !is_asked_for(context))
		return PAM_IGNORE;
	if ((context->flags & PAM_PRELIM_CHECK) != 0)
		return check(context);
	return update(context);
}
