/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/admin.h"

#include <stdio.h>

static enum err
ask_status(const struct call *call, json_t **answer)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	enum err e = connection_status(call, &reply);

	if (e != OK)
		return e;
	return output_encode(status_reply_fields(), &reply, answer);
}

static const struct column state[] = {
    {"version", "version", COLUMN_PLAIN},
    {"process", "pid", COLUMN_PLAIN},
    {"started", "started", COLUMN_TIME},
    {"issuer", "issuer", COLUMN_PLAIN},
    {"algorithm", "algorithm", COLUMN_PLAIN},
    {"signing key", "key", COLUMN_PLAIN},
    {"devices", "devices", COLUMN_PLAIN},
    {"active sessions", "sessions", COLUMN_PLAIN},
    {"store", "store", COLUMN_PLAIN},
    {"schema", "schema", COLUMN_PLAIN},
    {"store size", "store_size", COLUMN_SIZE},
    {"store map", "store_map", COLUMN_SIZE},
    {"store fault", "store_fault", COLUMN_PLAIN},
    {"since", "store_fault_since", COLUMN_TIME},
    {"calls not served", "not_served", COLUMN_PLAIN},
    {"granted unrecorded", "unrecorded", COLUMN_PLAIN},
};

static const struct column observed_totals[] = {
    {"observed since", "observed_since", COLUMN_TIME},
    {"would accept", "would_accept", COLUMN_PLAIN},
    {"would refuse", "would_refuse", COLUMN_PLAIN},
};

static const struct column observed_columns[] = {
    {"SERVICE", "service", COLUMN_PLAIN},
    {"WOULD", "would", COLUMN_PLAIN},
    {"REASON", "reason", COLUMN_PLAIN},
    {"COUNT", "count", COLUMN_PLAIN},
    {"SINCE", "since", COLUMN_TIME},
    {"LAST", "last", COLUMN_TIME},
};

static const struct column upkeep_columns[] = {
    {"UPKEEP", "job", COLUMN_PLAIN},
    {"LAST", "last", COLUMN_TIME},
    {"OUTCOME", "outcome", COLUMN_PLAIN},
    {"NEXT", "next", COLUMN_TIME},
    {"OVERDUE", "overdue", COLUMN_PLAIN},
};

#define COUNT(columns) (sizeof(columns) / sizeof(*(columns)))

/* Below a blank line, and only where something was observed. */
static enum err
show_observed(const json_t *answer)
{
	const json_t *observed = json_object_get(answer, "observed");
	enum err e;

	if (json_array_size(observed) == 0)
		return OK;
	putchar('\n');
	e = output_record(observed_totals, COUNT(observed_totals), answer);
	if (e != OK)
		return e;
	putchar('\n');
	return output_table(
	    observed_columns, COUNT(observed_columns), observed);
}

/* An older agent says nothing of it. */
static enum err
show_upkeep(const json_t *answer)
{
	const json_t *jobs = json_object_get(answer, "upkeep");

	if (json_array_size(jobs) == 0)
		return OK;
	putchar('\n');
	return output_table(upkeep_columns, COUNT(upkeep_columns), jobs);
}

int
cli_status(const struct call *call)
{
	auto_json json_t *answer = NULL;
	enum err e = ask_status(call, &answer);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(answer));
	e = output_record(state, COUNT(state), answer);
	if (e == OK)
		e = show_upkeep(answer);
	return err_exit(e == OK ? show_observed(answer) : e);
}
