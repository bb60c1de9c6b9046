/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/admin.h"

static enum err
ask_status(const struct call *call, json_t **answer)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Status",
		.fd = -1,
		.reply_fields = status_reply_fields(),
		.reply = &reply,
	    });

	if (e != OK)
		return e;
	return output_encode(status_reply_fields(), &reply, answer);
}

int
cli_status(const struct call *call)
{
	static const struct column columns[] = {
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
	};
	auto_json json_t *answer = NULL;
	enum err e = ask_status(call, &answer);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(answer));
	return err_exit(
	    output_record(columns, sizeof(columns) / sizeof(*columns), answer));
}
