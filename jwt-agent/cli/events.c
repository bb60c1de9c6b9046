/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/events.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/when.h"

#include <errno.h>
#include <time.h>

#define LIMIT_MAX 1000000

/* 0: not given, which the agent takes as its own default. */
static enum err
read_limit(const struct call *call, int64_t *limit)
{
	const char *text = call->option[CLI_LIMIT];
	char *end;

	*limit = 0;
	if (text == NULL)
		return OK;
	errno = 0;
	*limit = strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && *limit > 0 &&
	    *limit <= LIMIT_MAX)
		return OK;
	connection_complain(
	    call, "--limit takes a number from 1 to %d", LIMIT_MAX);
	return ERR_USAGE;
}

static enum err
read_when(const struct call *call, enum cli_option option, int64_t *out)
{
	const char *text = call->option[option];

	*out = 0;
	return text != NULL ? when_ask(call, text, time(NULL), out) : OK;
}

enum err
events_read_request(const struct call *call, struct audit_request *request)
{
	enum err e = read_limit(call, &request->limit);

	if (e == OK)
		e = read_when(call, CLI_SINCE, &request->since);
	if (e == OK)
		e = read_when(call, CLI_UNTIL, &request->until);
	request->user = call->option[CLI_USER];
	request->device = call->option[CLI_DEVICE];
	request->session = call->option[CLI_SESSION];
	request->service = call->option[CLI_SERVICE];
	request->rhost = call->option[CLI_RHOST];
	request->event = call->option[CLI_EVENT];
	request->outcome = call->option[CLI_OUTCOME];
	request->reason = call->option[CLI_REASON];
	request->alerts = call_has(call, CLI_ALERTS);
	return e;
}

struct client_call
events_question(const struct audit_request *request)
{
	return (struct client_call){
	    .method = "io.jwtagent.Admin.Audit",
	    .request_fields = audit_request_fields(),
	    .request = request,
	    .fd = -1,
	    .follow = request->follow,
	};
}
