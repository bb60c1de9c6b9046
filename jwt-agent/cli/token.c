/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/ends.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/refresh.h"
#include "jwt-agent/cli/tokenfile.h"

#include <stdio.h>

static enum err
read_input(const struct call *call, struct secret **token)
{
	enum err e;

	if (isatty(STDIN_FILENO))
		fputs("reading the token from standard input\n", stderr);
	e = token_read(STDIN_FILENO, token);
	if (e != OK)
		connection_complain(
		    call, "there is no token on standard input");
	return e;
}

static enum err
refresh_input(const struct call *call, struct refresh_reply *reply)
{
	auto_free(secret) struct secret *token = NULL;
	enum err e = read_input(call, &token);

	return e == OK ? refresh_token(call, token, reply) : e;
}

static enum err
print_tokens(const struct call *call, const struct refresh_reply *reply)
{
	if (call_has(call, CLI_JSON)) {
		auto_json json_t *answer = NULL;
		enum err e =
		    output_encode(refresh_reply_fields(), reply, &answer);

		return e == OK ? output_json(answer) : e;
	}
	puts(secret_text(reply->access_token));
	if (!call_has(call, CLI_FILE)) {
		puts(secret_text(reply->refresh_token));
		fputs("the second line is the new refresh token; keep it, the "
		      "old one is spent\n",
		    stderr);
	}
	return OK;
}

int
cli_token_refresh(const struct call *call)
{
	auto_clear(refresh_reply) struct refresh_reply reply = {0};
	enum err e;

	if (call_has(call, CLI_FILE))
		e = refresh_file(call, call->option[CLI_FILE], &reply);
	else
		e = refresh_input(call, &reply);
	if (e == OK)
		e = print_tokens(call, &reply);
	return err_exit(e);
}

static enum err
print_verdict(const struct call *call, const struct explain_reply *reply)
{
	static const struct column steps[] = {
	    {"STEP", "step", COLUMN_PLAIN},
	    {"OK", "ok", COLUMN_PLAIN},
	    {"FOUND", "found", COLUMN_PLAIN},
	    {"WANTED", "wanted", COLUMN_PLAIN},
	    {"DECIDED BY", "line", COLUMN_PLAIN},
	    {"DETAIL", "detail", COLUMN_PLAIN},
	};
	auto_json json_t *answer = NULL;
	enum err e = output_encode(explain_reply_fields(), reply, &answer);

	if (e != OK || call_has(call, CLI_JSON))
		return e == OK ? output_json(answer) : e;
	e = output_table(steps, sizeof(steps) / sizeof(*steps), reply->steps);
	printf("%s: %s (%s)\n", reply->accepted ? "accepted" : "refused",
	    reply->message, reply->reason);
	return e;
}

int
cli_token_explain(const struct call *call)
{
	auto_free(secret) struct secret *token = NULL;
	auto_clear(explain_reply) struct explain_reply reply = {0};
	struct explain_request request = {
	    .user = call->option[CLI_USER],
	    .service = call->option[CLI_SERVICE],
	    .rhost = call->option[CLI_RHOST],
	};
	enum err e = read_input(call, &token);

	if (e != OK)
		return err_exit(e);
	request.token = token;
	e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Token.Explain",
		.request_fields = explain_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = explain_reply_fields(),
		.reply = &reply,
	    });
	if (e == OK)
		e = print_verdict(call, &reply);
	if (e == OK && !reply.accepted)
		return err_exit(ERR_POLICY_DENIED);
	return err_exit(e);
}

/* The token is read unless it is named. */
static enum err
read_revoked(const struct call *call, struct secret **token)
{
	bool named = call_has(call, CLI_JTI);

	if (named != call_has(call, CLI_ISSUER)) {
		connection_complain(
		    call, "--jti and --issuer name a token together");
		return ERR_USAGE;
	}
	return named ? OK : read_input(call, token);
}

int
cli_token_revoke(const struct call *call)
{
	auto_free(secret) struct secret *token = NULL;
	auto_clear(token_revoke_reply) struct token_revoke_reply reply = {0};
	struct token_revoke_request request = {
	    .jti = call->option[CLI_JTI],
	    .issuer = call->option[CLI_ISSUER],
	    .reason = call->option[CLI_REASON],
	};
	enum err e = read_revoked(call, &token);

	if (e != OK)
		return err_exit(e);
	request.token = token;
	e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Token.Revoke",
		.request_fields = token_revoke_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = token_revoke_reply_fields(),
		.reply = &reply,
	    });
	if (e != OK)
		return err_exit(e);
	return ends_answer(call, token_revoke_reply_fields(), &reply,
	    ENDS_OF(&reply), "%s token: %s; ", reply.kind, reply.result);
}
