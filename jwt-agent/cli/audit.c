/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/admin.h"

#include <errno.h>

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
ask_events(const struct call *call, int64_t limit, json_t **events)
{
	const struct audit_request request = {
	    .limit = limit,
	    .user = call->option[CLI_USER],
	};

	return connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Audit",
		.request_fields = audit_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "event", audit_view_fields(), events);
}

int
cli_audit_list(const struct call *call)
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
	auto_json json_t *events = NULL;
	int64_t limit;
	enum err e = read_limit(call, &limit);

	if (e == OK)
		e = ask_events(call, limit, &events);
	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(events));
	return err_exit(
	    output_table(columns, sizeof(columns) / sizeof(*columns), events));
}
