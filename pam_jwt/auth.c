/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/phase.h"

#include "base/id.h"
#include "pam_jwt/agent.h"
#include "pam_jwt/answer.h"
#include "pam_jwt/code.h"
#include "pam_jwt/log.h"
#include "pam_jwt/prompt.h"
#include "pam_jwt/unrecorded.h"

#include <stdio.h>

/* An attempt that fails must not go on under the session of an earlier one
 * on the same handle; PAM logs an error when it deletes what is not there. */
static int
forget_session(const struct context *context)
{
	int code = PAM_SUCCESS;

	if (context->options.observe)
		return PAM_SUCCESS;
	if (pam_getenv(context->pamh, SESSION_VARIABLE) != NULL)
		code = pam_putenv(context->pamh, SESSION_VARIABLE);
	return code == PAM_SUCCESS ? unrecorded_forget(context) : code;
}

/* pam_get_user(3) asks for the name when the application did not know it. */
static int
identify(struct context *context)
{
	const char *user = NULL;
	int code = pam_get_user(context->pamh, &user, NULL);
	enum err e;

	if (code == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (code != PAM_SUCCESS)
		return code;
	e = context_items(context);
	log_result(context, "login", e);
	return code_auth(e);
}

static enum err
ask(const struct context *context, const struct answer *answer,
    struct client *client, struct client_call *call)
{
	struct authenticate_request request = {
	    .user = context->user,
	    .uid = (int64_t)context->uid,
	    .service = context->service,
	    .rhost = context->rhost,
	    .tty = context->tty,
	    .token = answer->token,
	    .cut = answer->cut != 0,
	};

	call->request_fields = authenticate_request_fields();
	call->request = &request;
	call->fd = -1;
	return client_call(client, call);
}

static enum err
ask_to_log_in(const struct context *context, const struct answer *answer,
    struct client *client, struct authenticate_reply *reply)
{
	struct client_call call = {
	    .method = "io.jwtagent.Login.Authenticate",
	    .reply_fields = authenticate_reply_fields(),
	    .reply = reply,
	};
	enum err e = ask(context, answer, client, &call);

	if (e == OK && reply->session != NULL && !id_valid(reply->session))
		return ERR_PROTOCOL;
	return e;
}

static enum err
ask_what_would_be(const struct context *context, const struct answer *answer,
    struct client *client)
{
	struct empty reply;
	struct client_call call = {
	    .method = "io.jwtagent.Login.Observe",
	    .reply_fields = empty_fields(),
	    .reply = &reply,
	};

	return ask(context, answer, client, &call);
}

static void
show_cut(const struct context *context, size_t cut)
{
	char text[160];

	snprintf(text, sizeof(text),
	    "token refused: the client cut the answer at %zu bytes; use "
	    "jwt-agent askpass, or send it in parts that end in +",
	    cut);
	prompt_error(context, text);
}

/*
 * The agent chooses what the person may read. A user who does not exist is
 * answered as the agent would have answered for one who does: a cut token
 * never has a good signature.
 */
static void
show_refusal(const struct context *context, const struct answer *answer,
    const struct client *client, enum err e)
{
	bool cut = e == ERR_TRUNCATED || client == NULL;
	const char *text = client != NULL ? client_message(client) : "";

	if (cut && answer->cut != 0)
		show_cut(context, answer->cut);
	else
		prompt_error(context, *text != '\0' ? text : err_shown(e));
}

static int
refuse(const struct context *context, const struct answer *answer,
    const struct client *client, enum err e)
{
	log_result(context, "login", e);
	if (!err_is_fault(e))
		show_refusal(context, answer, client, e);
	return code_auth(e);
}

/* A login that goes no further leaves no session behind; when it cannot be
 * closed, the agent lets what is never opened lapse. */
static void
close_again(const struct context *context, struct client *client,
    struct authenticate_reply *reply)
{
	struct context closing = *context;
	enum err e;

	if (reply->session == NULL)
		return;
	closing.session = reply->session;
	e = agent_session_call(
	    &closing, client, "io.jwtagent.Login.CloseSession", -1);
	if (e != OK)
		log_debug(context, "close session: %s", err_text(e));
}

static int
accept_login(const struct context *context, struct client *client,
    struct authenticate_reply *reply)
{
	char variable[sizeof(SESSION_VARIABLE "=") + ID_SIZE];
	int code;

	if (reply->session == NULL) {
		log_unrecorded(context, reply->device);
		return unrecorded_remember(context);
	}
	snprintf(
	    variable, sizeof(variable), SESSION_VARIABLE "=%s", reply->session);
	code = pam_putenv(context->pamh, variable);
	if (code != PAM_SUCCESS) {
		close_again(context, client, reply);
		return code;
	}
	log_accepted(context, reply->session, reply->device);
	return PAM_SUCCESS;
}

/*
 * Whether the agent has found the code. Whatever else it says, and when it
 * says nothing, the answer may be a password of that form.
 */
static bool
is_known_code(enum err e)
{
	switch (e) {
	case OK:
	case ERR_WRONG_USER:
	case ERR_CODE_ELSEWHERE:
	case ERR_POLICY_DENIED:
	case ERR_STAND_ASIDE:
	case ERR_WRONG_AUDIENCE:
	case ERR_DEVICE_REVOKED:
		return true;
	default:
		return false;
	}
}

static int
decide(struct context *context, const struct answer *answer)
{
	auto_free(client) struct client *client = NULL;
	auto_clear(authenticate_reply) struct authenticate_reply reply = {0};
	enum err e = agent_reach(context, &client);

	if (e == OK)
		e = context->options.observe
		    ? ask_what_would_be(context, answer, client)
		    : ask_to_log_in(context, answer, client, &reply);
	if (answer->code && !is_known_code(e) &&
	    answer_leave(context, answer) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	if (context->options.observe) {
		log_observed(context, e);
		return PAM_IGNORE;
	}
	if (e == OK)
		return accept_login(context, client, &reply);
	if (e == ERR_STAND_ASIDE) {
		log_aside(context);
		return PAM_IGNORE;
	}
	return refuse(context, answer, client, e);
}

int
phase_authenticate(struct context *context)
{
	auto_clear(answer) struct answer answer = {0};
	int code = forget_session(context);

	if (code == PAM_SUCCESS)
		code = identify(context);
	/* the directory is asked after the person: when it is down, an
	 * answer that is a password still reaches the next module */
	if (code == PAM_SUCCESS)
		code = answer_get(context, &answer);
	if (code == PAM_SUCCESS)
		code = decide(context, &answer);
	return code;
}
