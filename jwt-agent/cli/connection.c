/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"

#include "jwt-agent/cli/output.h"
#include "varlink/socket.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
connection_complain(const struct call *call, const char *format, ...)
{
	const struct command *command = call->command;
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* an agent's sentence may quote what a stranger chose */
	for (char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	fprintf(stderr, "jwt-agent: %s%s%s: %s\n", command->noun,
	    command->verb != NULL ? " " : "",
	    command->verb != NULL ? command->verb : "", text);
}

static const char *
next_step(enum err err)
{
	switch (err) {
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
		return "is the agent running? try: systemctl status jwt-agent, "
		       "jwt-agent doctor";
	case ERR_UNTRUSTED_SERVER:
		return "nothing was sent; try: jwt-agent doctor";
	case ERR_BUSY:
		return "try again in a moment";
	case ERR_PERMISSION_DENIED:
		return "root and members of the admin group may do everything, "
		       "others what is their own";
	default:
		return err_is_fault(err) ? "try: journalctl -u jwt-agent, "
					   "jwt-agent doctor"
					 : NULL;
	}
}

/* `client` may be NULL. */
static enum err
fail(const struct call *call, const struct client *client, enum err err)
{
	const char *sentence = client != NULL ? client_message(client) : "";

	connection_complain(
	    call, "%s", sentence[0] != '\0' ? sentence : err_text(err));
	if (next_step(err) != NULL)
		fprintf(stderr, "%s\n", next_step(err));
	return err;
}

enum err
connection_config(const struct call *call, struct config **out)
{
	const char *path = call->option[CLI_CONFIG];
	struct config_error error;
	enum err e = config_load(
	    path != NULL ? path : CONFIG_PATH, path != NULL, out, &error);

	if (e == ERR_CONFIG)
		connection_complain(call, "%s", error.text);
	else if (e != OK)
		connection_complain(call, "%s", err_text(e));
	return e;
}

enum err
connection_open(const struct config *config, struct client **out)
{
	const struct passwd *agent = getpwnam(DEFAULT_AGENT_USER);
	const struct client_options options = {
	    .path = config->socket,
	    .timeout_ms = CONNECTION_TIMEOUT_MS,
	    .server_uid = agent != NULL ? agent->pw_uid : (uid_t)-1,
	    .own_uid = geteuid(),
	};

	return client_new(out, &options);
}

enum err
connection_begin(const struct call *call, struct client **out)
{
	auto_free(config) struct config *config = NULL;
	enum err e = connection_config(call, &config);

	if (e != OK)
		return e;
	e = connection_open(config, out);
	return e == OK ? OK : fail(call, NULL, e);
}

enum err
connection_ask(const struct call *call, const struct client_call *question)
{
	auto_free(client) struct client *client = NULL;
	enum err e = connection_begin(call, &client);

	if (e != OK)
		return e;
	e = client_call(client, question);
	return e == OK ? OK : fail(call, client, e);
}

enum err
connection_status(const struct call *call, struct status_reply *reply)
{
	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Status",
		.fd = -1,
		.reply_fields = status_reply_fields(),
		.reply = reply,
	    });
}

enum err
connection_ask_on(const struct call *call, struct client *client,
    const struct client_call *question)
{
	enum err e;

	client_renew(client);
	e = client_call(client, question);
	return e == OK ? OK : fail(call, client, e);
}

struct gathering {
	const struct fields *shape;
	json_t *list;
};

static enum err
gather(const json_t *entry, void *context)
{
	struct gathering *gathering = context;
	json_t *whole;
	enum err e = output_complete(gathering->shape, entry, &whole);

	if (e != OK)
		return e;
	return json_array_append_new(gathering->list, whole) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

enum err
connection_list(const struct call *call, const struct client_call *question,
    const char *entry, const struct fields *shape, json_t **out)
{
	auto_free(client) struct client *client = NULL;
	auto_json json_t *list = json_array();
	struct gathering gathering = {shape, list};
	enum err e;

	if (list == NULL)
		return ERR_NO_MEMORY;
	e = connection_begin(call, &client);
	if (e != OK)
		return e;
	e = client_stream(client, question, entry, gather, &gathering);
	if (e != OK)
		return fail(call, client, e);
	*out = TAKE(list);
	return OK;
}

struct taking {
	client_entry take;
	void *context;
	enum err refused;
};

static enum err
hand_on(const json_t *entry, void *context)
{
	struct taking *taking = context;

	taking->refused = taking->take(entry, taking->context);
	return taking->refused;
}

enum err
connection_stream(const struct call *call, const struct client_call *question,
    const char *entry, client_entry take, void *context)
{
	auto_free(client) struct client *client = NULL;
	struct taking taking = {take, context, OK};
	enum err e = connection_begin(call, &client);

	if (e != OK)
		return e;
	e = client_stream(client, question, entry, hand_on, &taking);
	if (taking.refused != OK)
		return taking.refused;
	return e == OK ? OK : fail(call, client, e);
}

enum err
connection_user(const struct call *call, char **out)
{
	const struct passwd *caller;
	const char *name = call->option[CLI_USER];

	if (name == NULL) {
		caller = getpwuid(getuid());
		if (caller == NULL) {
			connection_complain(
			    call, "your uid has no name; say --user USER");
			return ERR_NO_SUCH_USER;
		}
		name = caller->pw_name;
	}
	*out = strdup(name);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}
