/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/user.h"

#include "jwt-agent/cli/confirm.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define WHAT_SIZE 512
#define DIGITS 10
/* How long to wait for the process of a session to go before asking again. */
#define WAIT_NANOSECONDS 200000000L

static enum err
read_whom(const struct call *call, struct user_forget_request *request)
{
	const char *digits = call->option[CLI_UID];
	char *end = NULL;

	request->user = call->argument;
	if ((digits != NULL) == (call->argument != NULL)) {
		connection_complain(call, "name a USER or say --uid");
		return ERR_USAGE;
	}
	if (digits == NULL)
		return OK;
	errno = 0;
	request->uid = strtoll(digits, &end, DIGITS);
	if (errno == 0 && *digits != '\0' && *end == '\0' && request->uid > 0 &&
	    request->uid < UINT32_MAX)
		return OK;
	connection_complain(call, "--uid takes a number above 0");
	return ERR_USAGE;
}

/* What the agent knows of the user, said before he is forgotten. */
static enum err
describe(const struct call *call, char what[WHAT_SIZE])
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

	snprintf(what, WHAT_SIZE,
	    "This ends %" PRId64 " sessions of %s (uid %" PRId64
	    "), removes %" PRId64
	    " devices and all history, and puts a pseudonym in place of the "
	    "name in the audit",
	    view.sessions, call->argument, view.uid,
	    view.devices + view.devices_revoked);
	if (e != ERR_NO_SUCH_USER)
		return e;
	snprintf(what, WHAT_SIZE,
	    "Neither the directory nor a device knows %s: this removes what "
	    "names %s otherwise, and puts a pseudonym in place of the name in "
	    "the audit",
	    call->argument, call->argument);
	return OK;
}

static enum err
ask_first(const struct call *call)
{
	char what[WHAT_SIZE];
	enum err e = OK;

	if (call_has(call, CLI_YES))
		return OK;
	if (call->argument != NULL)
		e = describe(call, what);
	else
		snprintf(what, sizeof(what),
		    "This ends every session of the uid %s, removes its "
		    "devices and all history, and puts a pseudonym in its "
		    "place in the audit",
		    call->option[CLI_UID]);
	return e == OK ? confirm(call, what) : e;
}

static enum err
ask_step(const struct call *call, char *pseudonym,
    struct user_forget_step_reply *reply)
{
	const struct user_forget_step_request request = {pseudonym};

	user_forget_step_reply_clear(reply);
	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.User.ForgetStep",
		.request_fields = user_forget_step_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = user_forget_step_reply_fields(),
		.reply = reply,
	    });
}

/* The counts of the last step that still had something to say. */
static enum err
take_steps(const struct call *call, char *pseudonym,
    struct user_forget_step_reply *sum)
{
	const struct timespec pause = {0, WAIT_NANOSECONDS};
	struct user_forget_step_reply step = {.more = true};
	enum err e = OK;

	while (e == OK && step.more) {
		if (step.waits)
			nanosleep(&pause, NULL);
		e = ask_step(call, pseudonym, &step);
		if (e == OK && step.devices + step.sessions + step.events > 0)
			*sum = step;
	}
	return e;
}

static enum err
print_json(const struct user_forget_reply *reply,
    const struct user_forget_step_reply *sum)
{
	auto_json json_t *answer =
	    json_pack("{ss sI sI sI sI}", "pseudonym", reply->pseudonym,
		"sessions_ended", (json_int_t)reply->sessions_ended, "devices",
		(json_int_t)sum->devices, "sessions", (json_int_t)sum->sessions,
		"events", (json_int_t)sum->events);

	return answer != NULL ? output_json(answer) : ERR_NO_MEMORY;
}

static enum err
print_text(const struct user_forget_reply *reply,
    const struct user_forget_step_reply *sum)
{
	printf("forgotten: %" PRId64 " sessions ended; removed %" PRId64
	       " devices and %" PRId64 " sessions; %" PRId64
	       " events of the audit now name %s\n",
	    reply->sessions_ended, sum->devices, sum->sessions, sum->events,
	    reply->pseudonym);
	fputs("Freed pages of the store hold the name until it is compacted, "
	      "and older backups keep it: see jwt-agent(1), user forget.\n",
	    stderr);
	return OK;
}

int
cli_user_forget(const struct call *call)
{
	struct user_forget_request request = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	struct user_forget_step_reply sum = {0};
	enum err e = read_whom(call, &request);

	if (e == OK)
		e = ask_first(call);
	if (e == OK)
		e = connection_ask(call,
		    &(struct client_call){
			.method = "io.jwtagent.User.Forget",
			.request_fields = user_forget_request_fields(),
			.request = &request,
			.fd = -1,
			.reply_fields = user_forget_reply_fields(),
			.reply = &reply,
		    });
	if (e == OK)
		e = take_steps(call, reply.pseudonym, &sum);
	if (e != OK)
		return err_exit(e);
	return err_exit(call_has(call, CLI_JSON) ? print_json(&reply, &sum)
						 : print_text(&reply, &sum));
}
