/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/events.h"
#include "jwt-agent/cli/monitor.h"
#include "jwt-agent/cli/output.h"

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
	const struct client_call asked = events_question(request);
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
	enum err e = events_read_request(call, &request);

	if (e != OK)
		return err_exit(e);
	return call_has(call, CLI_FOLLOW) ? monitor_follow(call, &request)
					  : list(call, &request);
}
