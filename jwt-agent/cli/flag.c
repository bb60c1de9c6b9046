/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/flag.h"

#include "base/texts.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/flag.h"
#include "jwt-agent/cli/output.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define WHY_SIZE 64
#define UID_SIZE 24

enum err
list_flags(const struct call *call, const char *user, json_t **out)
{
	const struct flag_list_request request = {
	    .user = (char *)(uintptr_t)user};

	return connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.FlagList",
		.request_fields = flag_list_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "flag", flag_view_fields(), out);
}

/* Who set it: a name, where the uid has one here. */
static enum err
add_author(json_t *flag)
{
	int64_t uid = json_integer_value(json_object_get(flag, "by"));
	const struct passwd *user = uid >= 0 ? getpwuid((uid_t)uid) : NULL;
	char number[UID_SIZE];

	if (uid < 0)
		return OK;
	snprintf(number, sizeof(number), "%" PRId64, uid);
	return json_object_set_new(flag, "author",
		   json_string(user != NULL ? user->pw_name : number)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

/* What decides for a user: "25% set, bucket 61". */
static enum err
add_reason(json_t *flag)
{
	const char *state = json_string_value(json_object_get(flag, "state"));
	const char *why = json_string_value(json_object_get(flag, "why"));
	int64_t bucket = json_integer_value(json_object_get(flag, "bucket"));
	char text[WHY_SIZE];

	snprintf(text, sizeof(text), "%.8s %.16s", state, why);
	if (strchr(state, '%') != NULL)
		snprintf(text, sizeof(text), "%.8s %.16s, bucket %" PRId64,
		    state, why, bucket);
	return json_object_set_new(flag, "reason", json_string(text)) == 0 &&
		json_object_set_new(flag, "holds_here",
		    json_string(json_is_true(json_object_get(flag, "holds"))
			    ? "on"
			    : "off")) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
add_words(json_t *flags)
{
	json_t *flag;
	size_t i;
	enum err e = OK;

	json_array_foreach (flags, i, flag) {
		e = add_author(flag);
		if (e == OK)
			e = add_reason(flag);
		if (e != OK)
			break;
	}
	return e;
}

enum err
print_flags(json_t *flags)
{
	static const struct column columns[] = {
	    {"FLAG", "flag", COLUMN_PLAIN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"WHY", "why", COLUMN_PLAIN},
	    {"USERS ON", "overrides_on", COLUMN_PLAIN},
	    {"USERS OFF", "overrides_off", COLUMN_PLAIN},
	    {"SINCE", "changed", COLUMN_TIME},
	    {"BY", "author", COLUMN_PLAIN},
	};
	enum err e = add_words(flags);

	return e == OK ? output_table(columns, COUNT(columns), flags) : e;
}

static enum err
print_for_user(json_t *flags)
{
	static const struct column columns[] = {
	    {"FLAG", "flag", COLUMN_PLAIN},
	    {"HERE", "holds_here", COLUMN_PLAIN},
	    {"WHY", "reason", COLUMN_PLAIN},
	    {"SINCE", "changed", COLUMN_TIME},
	    {"BY", "author", COLUMN_PLAIN},
	    {"WHAT IT IS", "about", COLUMN_PLAIN},
	};
	enum err e = add_words(flags);

	return e == OK ? output_table(columns, COUNT(columns), flags) : e;
}

int
cli_flag_list(const struct call *call)
{
	const char *user = call->option[CLI_FOR];
	auto_json json_t *flags = NULL;
	enum err e = list_flags(call, user, &flags);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(flags));
	return err_exit(
	    user != NULL ? print_for_user(flags) : print_flags(flags));
}

/* +USER and -USER name a user; so does --for, for what is to be as it was. */
static enum err
read_wish(const struct call *call, struct flag_set_request *request)
{
	char *state = call->second;
	bool signed_user = state[0] == '+' || state[0] == '-';

	request->flag = call->argument;
	request->state = state;
	request->user = call->option[CLI_FOR];
	if (!signed_user)
		return OK;
	if (request->user != NULL) {
		connection_complain(
		    call, "--for and %s each name a user", state);
		return ERR_USAGE;
	}
	request->user = state + 1;
	request->state = (char *)(uintptr_t)(state[0] == '+' ? "on" : "off");
	return OK;
}

static enum err
print_change(const struct fields *shape, const void *reply, bool json,
    const char *flag, const char *user, const char *before, const char *after)
{
	auto_json json_t *answer = NULL;
	enum err e;

	if (json) {
		e = output_encode(shape, reply, &answer);
		return e == OK ? output_json(answer) : e;
	}
	printf("%s%s%s: %s -> %s\n", flag, user != NULL ? " for " : "",
	    user != NULL ? user : "", before, after);
	return OK;
}

int
cli_flag_set(const struct call *call)
{
	struct flag_set_request request = {0};
	auto_clear(flag_set_reply) struct flag_set_reply reply = {0};
	enum err e = read_wish(call, &request);

	if (e != OK)
		return err_exit(e);
	e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.FlagSet",
		.request_fields = flag_set_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = flag_set_reply_fields(),
		.reply = &reply,
	    });
	if (e == OK)
		e = print_change(flag_set_reply_fields(), &reply,
		    call_has(call, CLI_JSON), reply.flag, reply.user,
		    reply.before, reply.after);
	return err_exit(e);
}

/* Exit code 5 says that there is nothing left. */
int
cli_rollout_undo(const struct call *call)
{
	auto_clear(flag_undo_reply) struct flag_undo_reply reply = {0};
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.FlagUndo",
		.fd = -1,
		.reply_fields = flag_undo_reply_fields(),
		.reply = &reply,
	    });

	if (e == OK && reply.flag == NULL) {
		connection_complain(call, "there is nothing left to undo");
		return err_exit(ERR_NOT_FOUND);
	}
	if (e == OK)
		e = print_change(flag_undo_reply_fields(), &reply,
		    call_has(call, CLI_JSON), reply.flag, reply.user,
		    reply.before, reply.after);
	if (e == OK && !call_has(call, CLI_JSON))
		printf("%" PRId64 " more can be undone\n", reply.left);
	return err_exit(e);
}
