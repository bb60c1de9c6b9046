/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/user.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/meter.h"
#include "jwt-agent/cli/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A value that is JSON stays what it is, everything else is a text. */
static enum err
add_attribute(const struct call *call, json_t *set, const char *text)
{
	const char *equals = strchr(text, '=');
	auto_str char *name = NULL;
	json_t *value;

	if (equals == NULL || equals == text) {
		connection_complain(call, "\"%.60s\" is not NAME=VALUE", text);
		return ERR_USAGE;
	}
	name = strndup(text, (size_t)(equals - text));
	if (name == NULL)
		return ERR_NO_MEMORY;
	value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
	if (value == NULL)
		value = json_string(equals + 1);
	if (value != NULL && json_object_get(set, name) == NULL &&
	    json_object_set_new(set, name, value) == 0)
		return OK;
	connection_complain(
	    call, "\"%.60s\" is given twice or not UTF-8", name);
	return ERR_USAGE;
}

/* What is to be taken out is null. */
static enum err
add_unset(const struct call *call, json_t *set)
{
	char *names = call->option[CLI_UNSET];

	while (names != NULL) {
		const char *name = strsep(&names, ",");

		if (name[0] == '\0' || json_object_get(set, name) != NULL ||
		    json_object_set_new(set, name, json_null()) != 0) {
			connection_complain(
			    call, "--unset takes names, and none that is set");
			return ERR_USAGE;
		}
	}
	return OK;
}

static enum err
read_set(const struct call *call, json_t *set)
{
	enum err e = set != NULL ? OK : ERR_NO_MEMORY;

	for (size_t i = 0; i < call->claims && e == OK; i++)
		e = add_attribute(call, set, call->claim[i]);
	if (e == OK)
		e = add_unset(call, set);
	if (e == OK && json_object_size(set) == 0) {
		connection_complain(call, "say NAME=VALUE or --unset NAMES");
		return ERR_USAGE;
	}
	return e;
}

static enum err
print_set(const struct call *call, const struct user_set_reply *reply)
{
	auto_json json_t *json = NULL;
	const char *name;
	json_t *value;

	if (call_has(call, CLI_JSON)) {
		enum err e =
		    output_encode(user_set_reply_fields(), reply, &json);

		return e == OK ? output_json(json) : e;
	}
	printf("%s has %zu attributes\n", reply->user,
	    json_object_size(reply->attributes));
	json_object_foreach (reply->attributes, name, value) {
		auto_str char *text = json_dumps(value, JSON_ENCODE_ANY);

		printf("  %s = %s\n", name, text != NULL ? text : "?");
	}
	return OK;
}

int
cli_user_set(const struct call *call)
{
	auto_json json_t *set = json_object();
	auto_clear(user_set_reply) struct user_set_reply reply = {0};
	const struct user_set_request request = {call->argument, set};
	enum err e = read_set(call, set);

	if (e == OK)
		e = connection_ask(call,
		    &(struct client_call){
			.method = "io.jwtagent.User.Set",
			.request_fields = user_set_request_fields(),
			.request = &request,
			.fd = -1,
			.reply_fields = user_set_reply_fields(),
			.reply = &reply,
		    });
	return err_exit(e == OK ? print_set(call, &reply) : e);
}

static const struct meter_unit users = {1, 1000, "users"};

static enum err
ask_step(const struct call *call, struct client *client,
    const struct user_renew_request *request, struct user_renew_reply *reply)
{
	return connection_ask_on(call, client,
	    &(struct client_call){
		.method = "io.jwtagent.User.Renew",
		.request_fields = user_renew_request_fields(),
		.request = request,
		.fd = -1,
		.reply_fields = user_renew_reply_fields(),
		.reply = reply,
	    });
}

/* Some users at a time, as the agent has others to serve. */
static enum err
ask_all(
    const struct call *call, struct user_renew_request *request, int64_t *count)
{
	auto_free(client) struct client *client = NULL;
	struct meter meter;
	struct user_renew_reply reply = {.more = true};
	enum err e = connection_begin(call, &client);

	meter_begin(&meter, call, "asked", &users);
	while (e == OK && reply.more) {
		e = ask_step(call, client, request, &reply);
		*count += e == OK ? reply.users : 0;
		request->after_version = reply.after_version;
		request->after_uid = reply.after_uid;
		progress_at(&meter.progress, (uint64_t)*count,
		    (uint64_t)(reply.total > *count ? reply.total : *count));
	}
	meter_end(&meter);
	return e;
}

static enum err
check_whom(const struct call *call)
{
	if (call_has(call, CLI_ALL) + call_has(call, CLI_OUTDATED) +
		(call->argument != NULL) ==
	    1)
		return OK;
	connection_complain(call, "name a USER or say --outdated or --all");
	return ERR_USAGE;
}

static enum err
print_count(const struct call *call, int64_t count)
{
	bool dry = call_has(call, CLI_DRY_RUN);
	auto_json json_t *json = NULL;

	if (!call_has(call, CLI_JSON)) {
		printf("%" PRId64 " %s %s asked to renew their tokens\n", count,
		    count == 1 ? "user" : "users",
		    dry		     ? "would be"
			: count == 1 ? "is"
				     : "are");
		return OK;
	}
	json = json_pack(
	    "{sI sb}", "users", (json_int_t)count, "dry_run", (int)dry);
	return json != NULL ? output_json(json) : ERR_NO_MEMORY;
}

int
cli_user_refresh(const struct call *call)
{
	static char outdated[] = "outdated", all[] = "all";
	struct user_renew_request request = {
	    .user = call->argument,
	    .dry_run = call_has(call, CLI_DRY_RUN),
	};
	int64_t count = 0;
	enum err e = check_whom(call);

	if (call_has(call, CLI_OUTDATED))
		request.which = outdated;
	if (call_has(call, CLI_ALL))
		request.which = all;
	if (e == OK)
		e = ask_all(call, &request, &count);
	return err_exit(e == OK ? print_count(call, count) : e);
}
