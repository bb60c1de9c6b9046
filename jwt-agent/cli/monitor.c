/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/monitor.h"

#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/delivery.h"
#include "jwt-agent/cli/event.h"

#include <stdio.h>

/* What is shown of what was before. */
#define EVENTS_BEFORE 10

static enum err
show_line(const json_t *event, void *context)
{
	const struct call *call = context;

	if (!call_has(call, CLI_JSON))
		return event_print(event);
	if (json_dumpf(event, stdout, JSON_COMPACT) != 0 ||
	    putchar('\n') == EOF || fflush(stdout) != 0)
		return ERR_IO;
	return OK;
}

/* What comes with every login, and says of one that goes on nothing new. */
static enum err
show_briefly(const json_t *event, void *context)
{
	bool follows = member_is(event, "event", "account") ||
	    member_is(event, "event", "credential");

	return follows && member_is(event, "outcome", "granted")
	    ? OK
	    : show_line(event, context);
}

/* Until the reader or the agent ends. */
static int
follow(
    const struct call *call, struct audit_request *request, client_entry show)
{
	struct client_call asked;

	request->follow = true;
	asked = events_question(request);
	return err_exit(connection_stream(
	    call, &asked, "event", show, (void *)(uintptr_t)call));
}

int
monitor_follow(const struct call *call, struct audit_request *request)
{
	return follow(call, request, show_line);
}

int
cli_monitor(const struct call *call)
{
	struct audit_request request = {0};
	enum err e = events_read_request(call, &request);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_EXEC))
		return delivery_run(call, &request);
	request.limit = EVENTS_BEFORE;
	return follow(call, &request,
	    call_has(call, CLI_JSON) || request.event != NULL ? show_line
							      : show_briefly);
}
