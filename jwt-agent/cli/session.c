/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/session.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/ends.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/watch.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static enum err
draw_list(const json_t *sessions)
{
	static const struct column columns[] = {
	    {"SESSION", "session", COLUMN_PLAIN},
	    {"USER", "user", COLUMN_PLAIN},
	    {"SERVICE", "service", COLUMN_PLAIN},
	    {"FROM", "rhost", COLUMN_PLAIN},
	    {"TTY", "tty", COLUMN_PLAIN},
	    {"OPENED", "opened", COLUMN_TIME},
	    {"IDLE", "idle", COLUMN_SPAN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"LEADER", "leader", COLUMN_PLAIN},
	    {"DEVICE", "device", COLUMN_PLAIN},
	};

	return output_table(columns, COUNT(columns), sessions);
}

int
cli_session_list(const struct call *call)
{
	struct session_list_request request = {
	    .user = call->option[CLI_USER],
	    .all = call_has(call, CLI_ALL),
	};
	auto_json json_t *sessions = NULL;
	enum err e;

	if (call_has(call, CLI_WATCH))
		return err_exit(watch_sessions(call, &request, draw_list));
	e = list_sessions(call, &request, &sessions);
	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(sessions));
	return err_exit(draw_list(sessions));
}

int
cli_session_show(const struct call *call)
{
	static const struct column columns[] = {
	    {"session", "session", COLUMN_PLAIN},
	    {"user", "user", COLUMN_PLAIN},
	    {"uid", "uid", COLUMN_PLAIN},
	    {"device", "device", COLUMN_PLAIN},
	    {"service", "service", COLUMN_PLAIN},
	    {"from", "rhost", COLUMN_PLAIN},
	    {"tty", "tty", COLUMN_PLAIN},
	    {"state", "state", COLUMN_PLAIN},
	    {"leader", "leader", COLUMN_PLAIN},
	    {"authenticated", "created", COLUMN_TIME},
	    {"opened", "opened", COLUMN_TIME},
	    {"last activity", "activity", COLUMN_TIME},
	    {"idle", "idle", COLUMN_SPAN},
	    {"token ends", "expires", COLUMN_TIME},
	    {"ended", "ended", COLUMN_TIME},
	    {"reason", "reason", COLUMN_PLAIN},
	};
	struct session_show_request request = {.session = call->argument};
	auto_clear(session_view) struct session_view view = {0};
	auto_json json_t *session = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Session.Show",
		.request_fields = session_show_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = session_view_fields(),
		.reply = &view,
	    });

	if (e == OK)
		e = output_encode(session_view_fields(), &view, &session);
	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(session));
	return err_exit(output_record(columns, COUNT(columns), session));
}

/* What was named, as the answer begins. */
static const char *
whose(const struct call *call)
{
	if (call->argument != NULL)
		return call->argument;
	return call_has(call, CLI_DEVICE) ? call->option[CLI_DEVICE]
					  : call->option[CLI_USER];
}

static enum err
check_what(const struct call *call)
{
	if ((call->argument != NULL) + call_has(call, CLI_DEVICE) +
		call_has(call, CLI_USER) ==
	    1)
		return OK;
	connection_complain(
	    call, "name a SESSION, or say --device or --user, one of them");
	return ERR_USAGE;
}

int
cli_session_terminate(const struct call *call)
{
	const struct session_terminate_request request = {
	    .session = call->argument,
	    .device = call->option[CLI_DEVICE],
	    .user = call->option[CLI_USER],
	    .reason = call->option[CLI_REASON],
	};
	auto_clear(
	    session_terminate_reply) struct session_terminate_reply reply = {0};
	enum err e = check_what(call);

	if (e == OK)
		e = connection_ask(call,
		    &(struct client_call){
			.method = "io.jwtagent.Session.Terminate",
			.request_fields = session_terminate_request_fields(),
			.request = &request,
			.fd = -1,
			.reply_fields = session_terminate_reply_fields(),
			.reply = &reply,
		    });
	if (e != OK)
		return err_exit(e);
	return ends_answer(call, session_terminate_reply_fields(), &reply,
	    ENDS_OF(&reply), "%s: %s; ", whose(call), reply.result);
}
