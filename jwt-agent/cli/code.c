/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/code.h"

#include "base/options.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/qr.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static enum err
read_ttl(const struct call *call, int64_t *ttl)
{
	static const struct option option = {NULL, "--ttl", OPTION_SECONDS, 0,
	    NULL, CODE_TTL_MIN, CODE_TTL_MAX, NULL, NULL};
	struct option_error error;
	enum err e;

	if (!call_has(call, CLI_TTL))
		return OK;
	e = option_set(&option, ttl, call->option[CLI_TTL], &error);
	if (e == ERR_CONFIG)
		connection_complain(call, "%s", error.text);
	return e == ERR_CONFIG ? ERR_USAGE : e;
}

/* Of a terminal that says what it is. */
static bool
has_colours(void)
{
	const char *term = getenv("TERM");

	return term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

static void
print_end(const struct code_new_reply *reply, const char *user)
{
	time_t when = (time_t)reply->expires;
	struct tm local;
	char text[32] = "";

	if (localtime_r(&when, &local) != NULL)
		(void)!strftime(text, sizeof(text), "%H:%M:%S", &local);
	printf("for one login of %s until %s\n", user, text);
}

static enum err
print_code(const struct code_new_reply *reply, const char *user)
{
	const char *code = secret_text(reply->code);
	enum err e = OK;

	printf("%s\n", code);
	if (isatty(STDOUT_FILENO)) {
		e = qr_draw(stdout, code, has_colours());
		print_end(reply, user);
	}
	return e == OK && fflush(stdout) != 0 ? ERR_IO : e;
}

static enum err
print(const struct call *call, const struct code_new_reply *reply,
    const char *user)
{
	auto_json json_t *answer = NULL;
	enum err e;

	if (!call_has(call, CLI_JSON))
		return print_code(reply, user);
	e = output_encode(code_new_reply_fields(), reply, &answer);
	return e == OK ? output_json(answer) : e;
}

static enum err
ask(const struct call *call, char *user, int64_t ttl,
    struct code_new_reply *reply)
{
	struct code_new_request request = {
	    .user = user,
	    .service = call->option[CLI_SERVICE],
	    .rhost = call->option[CLI_RHOST],
	    .ttl = ttl,
	    .session = getenv("JWT_SESSION"),
	};

	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Code.New",
		.request_fields = code_new_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = code_new_reply_fields(),
		.reply = reply,
	    });
}

int
cli_code_new(const struct call *call)
{
	auto_clear(code_new_reply) struct code_new_reply reply = {0};
	auto_str char *user = NULL;
	int64_t ttl = 0;
	enum err e = read_ttl(call, &ttl);

	if (e == OK)
		e = connection_user(call, &user);
	if (e == OK)
		e = ask(call, user, ttl, &reply);
	if (e == OK)
		e = print(call, &reply, user);
	return err_exit(e);
}
