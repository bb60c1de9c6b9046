/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/user.h"

#include "base/member.h"
#include "jwt-agent/cli/confirm.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/ends.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/watch.h"
#include "varlink/device.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static enum err
ask_user(const struct call *call, json_t **out)
{
	const struct user_show_request request = {.user = call->argument};
	auto_clear(user_view) struct user_view view = {0};
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.User.Show",
		.request_fields = user_show_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = user_view_fields(),
		.reply = &view,
	    });

	return e == OK ? output_encode(user_view_fields(), &view, out) : e;
}

static enum err
ask_devices(const struct call *call, json_t **out)
{
	const struct device_list_request request = {.user = call->argument};

	return connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.List",
		.request_fields = device_list_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "device", device_view_fields(), out);
}

static enum err
print_devices(const json_t *devices)
{
	static const struct column columns[] = {
	    {"DEVICE", "device", COLUMN_PLAIN},
	    {"NAME", "name", COLUMN_PLAIN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"LAST LOGIN", "seen", COLUMN_TIME},
	    {"FROM", "seen_rhost", COLUMN_PLAIN},
	    {"SESSIONS", "sessions", COLUMN_PLAIN},
	};

	putchar('\n');
	return output_table(columns, COUNT(columns), devices);
}

static enum err
print_sessions(const json_t *sessions)
{
	static const struct column columns[] = {
	    {"SESSION", "session", COLUMN_PLAIN},
	    {"SERVICE", "service", COLUMN_PLAIN},
	    {"FROM", "rhost", COLUMN_PLAIN},
	    {"TTY", "tty", COLUMN_PLAIN},
	    {"IDLE", "idle", COLUMN_SPAN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"DEVICE", "device", COLUMN_PLAIN},
	};

	putchar('\n');
	return output_table(columns, COUNT(columns), sessions);
}

/* Each mark as a line of its own: when, and why. */
static enum err
sum_up_marks(json_t *user)
{
	const json_t *mark;
	size_t i;

	json_array_foreach (json_object_get(user, "marks"), i, mark) {
		bool own = member_is(mark, "kind", "user");

		if (json_object_set(user, own ? "logged_out" : "all_out",
			json_object_get(mark, "before")) != 0 ||
		    json_object_set(user, own ? "why" : "all_why",
			json_object_get(mark, "reason")) != 0)
			return ERR_PROTOCOL;
	}
	return OK;
}

static enum err
sum_up_attributes(json_t *user)
{
	json_t *attributes = json_object_get(user, "attributes");
	auto_str char *text = NULL;

	if (json_object_size(attributes) == 0)
		return OK;
	text = json_dumps(attributes, JSON_COMPACT | JSON_SORT_KEYS);
	return json_object_set_new(user, "attribute_text", json_string(text)) ==
		0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
print_user(json_t *user, const json_t *devices, const json_t *sessions)
{
	static const struct column columns[] = {
	    {"user", "user", COLUMN_PLAIN},
	    {"uid", "uid", COLUMN_PLAIN},
	    {"last login", "seen", COLUMN_TIME},
	    {"devices", "devices", COLUMN_PLAIN},
	    {"revoked devices", "devices_revoked", COLUMN_PLAIN},
	    {"sessions", "sessions", COLUMN_PLAIN},
	    {"attributes", "attribute_text", COLUMN_PLAIN},
	    {"renewal asked for", "asked", COLUMN_TIME},
	    {"logged out", "logged_out", COLUMN_TIME},
	    {"reason", "why", COLUMN_PLAIN},
	    {"everybody logged out", "all_out", COLUMN_TIME},
	    {"reason", "all_why", COLUMN_PLAIN},
	};
	enum err e = sum_up_marks(user);

	if (e == OK)
		e = sum_up_attributes(user);
	if (e == OK)
		e = output_record(columns, COUNT(columns), user);
	if (e == OK && json_array_size(devices) > 0)
		e = print_devices(devices);
	if (e == OK && json_array_size(sessions) > 0)
		e = print_sessions(sessions);
	return e;
}

int
cli_user_show(const struct call *call)
{
	const struct session_list_request request = {.user = call->argument};
	auto_json json_t *user = NULL, *devices = NULL, *sessions = NULL;
	enum err e = ask_user(call, &user);

	if (e == OK)
		e = ask_devices(call, &devices);
	if (e == OK)
		e = list_sessions(call, &request, &sessions);
	if (e != OK)
		return err_exit(e);
	if (!call_has(call, CLI_JSON))
		return err_exit(print_user(user, devices, sessions));
	if (json_object_set(user, "device_list", devices) != 0 ||
	    json_object_set(user, "session_list", sessions) != 0)
		return err_exit(ERR_NO_MEMORY);
	return err_exit(output_json(user));
}

static enum err
check_whom(const struct call *call)
{
	if (call_has(call, CLI_ALL) == (call->argument != NULL)) {
		connection_complain(call, "name a USER or say --all");
		return ERR_USAGE;
	}
	if (!call_has(call, CLI_ALL))
		return OK;
	return confirm(call,
	    "This ends every session and revokes every token of everybody on "
	    "this host");
}

int
cli_user_logout(const struct call *call)
{
	const struct user_logout_request request = {
	    .user = call->argument,
	    .all = call_has(call, CLI_ALL),
	    .reason = call->option[CLI_REASON],
	};
	auto_clear(user_logout_reply) struct user_logout_reply reply = {0};
	enum err e = check_whom(call);

	if (e == OK)
		e = connection_ask(call,
		    &(struct client_call){
			.method = "io.jwtagent.User.Logout",
			.request_fields = user_logout_request_fields(),
			.request = &request,
			.fd = -1,
			.reply_fields = user_logout_reply_fields(),
			.reply = &reply,
		    });
	if (e != OK)
		return err_exit(e);
	return ends_answer(call, user_logout_reply_fields(), &reply,
	    ENDS_OF(&reply), "%s: logged out; ",
	    reply.user != NULL ? reply.user : "everybody");
}
