/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/event.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/when.h"
#include "varlink/audit.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define LIMIT_MAX 1000000
/* Events that a monitor shows of what was before. */
#define MONITOR_BEFORE 10

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
	if (text == NULL || when_read(text, time(NULL), out) == OK)
		return OK;
	connection_complain(call,
	    "%s is no time: say how long ago (7d, 30m), or 2026-11-01 or "
	    "2026-11-01T18:00",
	    text);
	return ERR_USAGE;
}

static enum err
read_request(const struct call *call, struct audit_request *request)
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
	return e;
}

static struct client_call
question(const struct audit_request *request)
{
	return (struct client_call){
	    .method = "io.jwtagent.Admin.Audit",
	    .request_fields = audit_request_fields(),
	    .request = request,
	    .fd = -1,
	    .follow = request->follow,
	};
}

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

/* Until the reader or the agent ends. */
static int
follow(const struct call *call, struct audit_request *request)
{
	struct client_call asked;

	request->follow = true;
	asked = question(request);
	return err_exit(connection_stream(
	    call, &asked, "event", show_line, (void *)(uintptr_t)call));
}

static int
list(const struct call *call, const struct audit_request *request)
{
	static const struct column columns[] = {
	    {"TIME", "time", COLUMN_TIME},
	    {"EVENT", "event", COLUMN_PLAIN},
	    {"OUTCOME", "outcome", COLUMN_PLAIN},
	    {"REASON", "reason", COLUMN_PLAIN},
	    {"USER", "user", COLUMN_PLAIN},
	    {"SERVICE", "service", COLUMN_PLAIN},
	    {"FROM", "rhost", COLUMN_PLAIN},
	    {"DEVICE", "device", COLUMN_PLAIN},
	    {"DETAIL", "detail", COLUMN_PLAIN},
	};
	const struct client_call asked = question(request);
	auto_json json_t *events = NULL;
	enum err e = connection_list(
	    call, &asked, "event", audit_view_fields(), &events);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(events));
	return err_exit(
	    output_table(columns, sizeof(columns) / sizeof(*columns), events));
}

int
cli_audit_list(const struct call *call)
{
	struct audit_request request = {0};
	enum err e = read_request(call, &request);

	if (e != OK)
		return err_exit(e);
	return call_has(call, CLI_FOLLOW) ? follow(call, &request)
					  : list(call, &request);
}

int
cli_monitor(const struct call *call)
{
	struct audit_request request = {0};
	enum err e = read_request(call, &request);

	request.limit = MONITOR_BEFORE;
	return e == OK ? follow(call, &request) : err_exit(e);
}
