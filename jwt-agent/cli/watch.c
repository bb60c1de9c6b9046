/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/watch.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <stdio.h>
#include <unistd.h>

/* ECMA-48: to the first line, and erase what is there. */
#define CLEAR "\033[H\033[2J"

enum err
list_sessions(const struct call *call,
    const struct session_list_request *request, json_t **sessions)
{
	return connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Session.List",
		.request_fields = session_list_request_fields(),
		.request = request,
		.fd = -1,
	    },
	    "session", session_view_fields(), sessions);
}

static enum err
flush(void)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? OK : ERR_IO;
}

static enum err
print_line(const json_t *session)
{
	if (json_dumpf(session, stdout, JSON_COMPACT) != 0 ||
	    putchar('\n') == EOF)
		return ERR_IO;
	return OK;
}

/* How it ended; one that was never opened may be forgotten already. */
static enum err
print_end(const struct call *call, const char *id)
{
	struct session_show_request request = {
	    .session = (char *)(uintptr_t)id};
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
		return e == ERR_NO_SUCH_SESSION ? OK : e;
	return print_line(session);
}

/* By their ids, without what changes by itself. */
static enum err
by_id(const json_t *sessions, json_t **out)
{
	auto_json json_t *map = json_object();
	json_t *session;
	size_t i;

	json_array_foreach (sessions, i, session) {
		json_t *copy = json_copy(session);

		json_object_del(copy, "idle");
		if (json_object_set_new(map,
			json_string_value(json_object_get(session, "session")),
			copy) != 0)
			return ERR_NO_MEMORY;
	}
	if (map == NULL)
		return ERR_NO_MEMORY;
	*out = TAKE(map);
	return OK;
}

static enum err
print_changes(const struct call *call, json_t *before, json_t *now)
{
	const char *id;
	json_t *session;
	enum err e = OK;

	json_object_foreach (now, id, session)
		if (e == OK &&
		    !json_equal(session, json_object_get(before, id)))
			e = print_line(session);
	json_object_foreach (before, id, session)
		if (e == OK && json_object_get(now, id) == NULL)
			e = print_end(call, id);
	return e == OK ? flush() : e;
}

static enum err
draw_over(const json_t *sessions, watch_draw draw)
{
	enum err e;

	if (isatty(STDOUT_FILENO))
		fputs(CLEAR, stdout);
	e = draw(sessions);
	return e == OK ? flush() : e;
}

enum err
watch_sessions(const struct call *call,
    const struct session_list_request *request, watch_draw draw)
{
	auto_json json_t *before = json_object();

	for (;;) {
		auto_json json_t *sessions = NULL, *now = NULL;
		enum err e = list_sessions(call, request, &sessions);

		if (e == OK && !call_has(call, CLI_JSON)) {
			e = draw_over(sessions, draw);
		} else if (e == OK) {
			e = by_id(sessions, &now);
			if (e == OK)
				e = print_changes(call, before, now);
			json_decref(before);
			before = TAKE(now);
		}
		if (e != OK)
			return e;
		sleep(WATCH_SECONDS);
	}
}
