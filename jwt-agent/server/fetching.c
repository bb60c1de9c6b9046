/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/fetching.h"

#include "jwt-agent/fetch/problem.h"
#include "jwt-agent/server/fetcher.h"
#include "varlink/message.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define READ_SIZE ((size_t)64 * 1024)

/* One fetcher, from its start until it is reaped, or has closed its end of the
 * socket where its process is not ours. */
struct fetch {
	struct fetching *owner;
	fetched done; /* NULL once it was called */
	void *context;
	struct fetcher fetcher; /* FETCHER_NONE: it could not be started */
	sd_event_source *readable;
	sd_event_source *exit;
	sd_event_source *timeout;
	char *text;
	size_t size;
	bool ended; /* nothing more comes from its socket */
	struct problem problem;
};

struct fetching {
	sd_event *loop;
	char *program;
	struct fetch *running[FETCHING_MAX];
};

enum err
fetching_new(struct fetching **out, sd_event *loop, const char *program)
{
	auto_free(fetching) struct fetching *fetching =
	    calloc(1, sizeof(*fetching));

	if (fetching == NULL)
		return ERR_NO_MEMORY;
	fetching->loop = sd_event_ref(loop);
	fetching->program = strdup(program);
	if (fetching->program == NULL)
		return ERR_NO_MEMORY;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return ERR_IO;
	*out = TAKE(fetching);
	return OK;
}

static void
fetch_free(struct fetch *fetch)
{
	if (fetch == NULL)
		return;
	sd_event_source_disable_unref(fetch->readable);
	sd_event_source_disable_unref(fetch->exit);
	sd_event_source_disable_unref(fetch->timeout);
	fetcher_clear(&fetch->fetcher);
	free(fetch->text);
	free(fetch);
}

DEFINE_AUTO_FREE(fetch)

void
fetching_free(struct fetching *fetching)
{
	if (fetching == NULL)
		return;
	for (size_t i = 0; i < FETCHING_MAX; i++)
		fetch_free(fetching->running[i]);
	sd_event_unref(fetching->loop);
	free(fetching->program);
	free(fetching);
}

static void
leave(struct fetch *fetch)
{
	struct fetching *owner = fetch->owner;

	for (size_t i = 0; i < FETCHING_MAX; i++)
		if (owner->running[i] == fetch)
			owner->running[i] = NULL;
}

static void
settle(struct fetch *fetch, const struct fetch_reply *reply)
{
	fetched done = fetch->done;

	fetch->done = NULL;
	if (done != NULL)
		done(reply, fetch->context);
}

/* Lent, not copied: it can be said when memory is out. */
static void
settle_problem(struct fetch *fetch)
{
	struct fetch_reply reply = {.problem = fetch->problem.text};

	settle(fetch, &reply);
}

static bool
is_process(const struct fetch *fetch)
{
	return fetch->fetcher.pidfd >= 0;
}

/* What it says is not heard any more. A process is still to be reaped, and
 * keeps its place until then. */
static void
give_up(struct fetch *fetch)
{
	auto_free(fetch) struct fetch *over = NULL;

	if (is_process(fetch)) {
		sd_event_source_set_enabled(fetch->readable, SD_EVENT_OFF);
		fetcher_kill(&fetch->fetcher);
	} else {
		over = fetch;
		leave(fetch);
	}
	settle_problem(fetch);
}

/* ERR_NOT_FOUND when there is no more for now or ever. */
static enum err
read_some(struct fetch *fetch)
{
	char *text = realloc(fetch->text, fetch->size + READ_SIZE);
	ssize_t got;

	if (text == NULL)
		return problem_say(&fetch->problem,
		    "the fetcher's answer does not fit in memory");
	fetch->text = text;
	got = recv(
	    fetch->fetcher.socket, text + fetch->size, READ_SIZE, MSG_DONTWAIT);
	if (got < 0 && errno == EINTR)
		return OK;
	if (got < 0 && errno == EAGAIN)
		return ERR_NOT_FOUND;
	if (got <= 0) {
		sd_event_source_set_enabled(fetch->readable, SD_EVENT_OFF);
		fetch->ended = true;
		return ERR_NOT_FOUND;
	}
	fetch->size += (size_t)got;
	if (fetch->size > FETCH_REPLY_MAX)
		return problem_say(&fetch->problem,
		    "the fetcher's answer is larger than %d bytes",
		    FETCH_REPLY_MAX);
	return OK;
}

static enum err
read_available(struct fetch *fetch)
{
	enum err e = OK;

	while (e == OK)
		e = read_some(fetch);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
check_exit(const siginfo_t *end, struct problem *problem)
{
	if (end->si_code != CLD_EXITED)
		return problem_say(problem,
		    "the fetcher was ended by signal %d (%s)", end->si_status,
		    strsignal(end->si_status));
	if (end->si_status != 0)
		return problem_say(problem,
		    "the fetcher ended with exit status %d", end->si_status);
	return OK;
}

static enum err
read_reply(
    const struct fetch *fetch, struct fetch_reply *out, struct problem *problem)
{
	struct field_error error = {"", ""};

	if (fetch->size == 0)
		return problem_say(
		    problem, "the fetcher ended without an answer");
	if (message_read(fetch_reply_fields(), fetch->text, fetch->size, out,
		&error) != OK)
		return problem_say(problem,
		    "the fetcher's answer is not valid: %s %s", error.member,
		    error.problem);
	if ((out->jwks == NULL) != (out->problem != NULL))
		return problem_say(problem,
		    "the fetcher's answer has not exactly one of keys and "
		    "problem");
	return OK;
}

/* The socket may still hold what the process wrote last. `end` is NULL where
 * systemd learns of it, not we. */
static void
conclude(struct fetch *fetch, const siginfo_t *end)
{
	auto_clear(fetch_reply) struct fetch_reply reply = {0};
	enum err e = read_available(fetch);

	if (e == OK && end != NULL)
		e = check_exit(end, &fetch->problem);
	if (e == OK)
		e = read_reply(fetch, &reply, &fetch->problem);
	if (e == OK && reply.problem != NULL)
		e = problem_say(&fetch->problem, "%s", reply.problem);
	if (e == OK)
		settle(fetch, &reply);
	else
		settle_problem(fetch);
}

static int
on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	auto_free(fetch) struct fetch *ended = NULL;
	struct fetch *fetch = data;

	(void)source;
	(void)fd;
	(void)events;
	if (read_available(fetch) != OK) {
		give_up(fetch);
	} else if (fetch->ended && !is_process(fetch)) {
		ended = fetch;
		leave(fetch);
		conclude(fetch, NULL);
	}
	return 0;
}

static int
on_exit_of_fetcher(sd_event_source *source, int fd, uint32_t events, void *data)
{
	auto_free(fetch) struct fetch *ended = NULL;
	struct fetch *fetch = data;
	siginfo_t end;

	(void)fd;
	(void)events;
	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (!fetcher_reap(&fetch->fetcher, &end)) {
		sd_event_source_set_enabled(source, SD_EVENT_ON);
		return 0;
	}
	ended = fetch;
	leave(fetch);
	if (fetch->done != NULL)
		conclude(fetch, &end);
	return 0;
}

static bool
was_started(const struct fetch *fetch)
{
	return fetch->fetcher.socket >= 0;
}

/* Also at once, for a fetcher that was not started. */
static int
on_timeout(sd_event_source *source, uint64_t now, void *data)
{
	struct fetch *fetch = data;

	(void)source;
	(void)now;
	if (was_started(fetch))
		problem_say(&fetch->problem,
		    "the fetcher took longer than %d s", FETCHING_SECONDS);
	give_up(fetch);
	return 0;
}

static enum err
write_request(const struct fetch_request *request, char **out)
{
	auto_json json_t *json = NULL;
	auto_str char *text = NULL;
	enum err e = fields_encode(fetch_request_fields(), request, &json);

	if (e != OK)
		return e;
	text = json_dumps(json, JSON_COMPACT);
	if (text == NULL)
		return ERR_NO_MEMORY;
	if (strlen(text) > FETCH_REQUEST_MAX)
		return ERR_INVALID_PARAMETER;
	*out = TAKE(text);
	return OK;
}

static bool
watch(struct fetch *fetch, sd_event *loop)
{
	uint64_t wait = was_started(fetch) ? FETCHING_SECONDS : 0;

	if (sd_event_add_time_relative(loop, &fetch->timeout, CLOCK_MONOTONIC,
		wait * UINT64_C(1000000), 1, on_timeout, fetch) < 0)
		return false;
	if (was_started(fetch) &&
	    sd_event_add_io(loop, &fetch->readable, fetch->fetcher.socket,
		EPOLLIN, on_readable, fetch) < 0)
		return false;
	return !is_process(fetch) ||
	    sd_event_add_io(loop, &fetch->exit, fetch->fetcher.pidfd, EPOLLIN,
		on_exit_of_fetcher, fetch) >= 0;
}

static struct fetch **
free_place(struct fetching *fetching)
{
	for (size_t i = 0; i < FETCHING_MAX; i++)
		if (fetching->running[i] == NULL)
			return &fetching->running[i];
	return NULL;
}

static enum err
begin(struct fetch *fetch, const char *request)
{
	struct fetching *owner = fetch->owner;
	int problem = fetcher_start(&fetch->fetcher, owner->program, request);

	if (problem != 0)
		problem_say(&fetch->problem,
		    "the fetcher " PROBLEM_TEXT " could not be started: %s",
		    owner->program, strerror(problem));
	return watch(fetch, owner->loop) ? OK : ERR_IO;
}

enum err
fetching_start(struct fetching *fetching, const struct fetch_request *request,
    fetched done, void *context)
{
	struct fetch **place = free_place(fetching);
	auto_free(fetch) struct fetch *fetch = NULL;
	auto_str char *text = NULL;
	enum err e;

	if (place == NULL)
		return ERR_BUSY;
	e = write_request(request, &text);
	if (e != OK)
		return e;
	fetch = calloc(1, sizeof(*fetch));
	if (fetch == NULL)
		return ERR_NO_MEMORY;
	fetch->owner = fetching;
	fetch->done = done;
	fetch->context = context;
	fetch->fetcher = FETCHER_NONE;
	e = begin(fetch, text);
	if (e == OK)
		*place = TAKE(fetch);
	return e;
}
