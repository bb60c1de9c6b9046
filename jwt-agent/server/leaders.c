/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/leaders.h"

#include "jwt-agent/server/fdstore.h"
#include "jwt-agent/server/process.h"

#include <errno.h>
#include <poll.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <syslog.h>

struct watched {
	char session[ID_SIZE + 1];
	struct leaders *leaders;
	int pidfd;
	sd_event_source *exit;
	sd_event_source *kill;
};

struct leaders {
	sd_event *loop;
	const struct log *log;
	leader_gone gone;
	void *context;
	void *tree; /* tsearch(3) of struct watched by session */
	size_t count;
};

static int
compare(const void *left, const void *right)
{
	const struct watched *a = left, *b = right;

	return strcmp(a->session, b->session);
}

enum err
leaders_new(struct leaders **out, sd_event *loop, const struct log *log,
    leader_gone gone, void *context)
{
	struct leaders *leaders = calloc(1, sizeof(*leaders));

	if (leaders == NULL)
		return ERR_NO_MEMORY;
	*leaders = (struct leaders){loop, log, gone, context, NULL, 0};
	*out = leaders;
	return OK;
}

static void
watched_free(struct watched *watched)
{
	if (watched == NULL)
		return;
	sd_event_source_disable_unref(watched->exit);
	sd_event_source_disable_unref(watched->kill);
	if (watched->pidfd >= 0)
		close(watched->pidfd);
	free(watched);
}

DEFINE_AUTO_FREE(watched)

static void
destroy(void *node)
{
	watched_free(node);
}

void
leaders_free(struct leaders *leaders)
{
	if (leaders == NULL)
		return;
	tdestroy(leaders->tree, destroy);
	free(leaders);
}

static struct watched *
find(struct leaders *leaders, const char *session)
{
	struct watched wanted;
	struct watched *const *node;

	snprintf(wanted.session, sizeof(wanted.session), "%s", session);
	node = tfind(&wanted, &leaders->tree, compare);
	return node != NULL ? *node : NULL;
}

static int
on_exit_of_leader(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct watched *watched = data;
	struct leaders *leaders = watched->leaders;
	char session[ID_SIZE + 1];

	(void)source;
	(void)fd;
	(void)events;
	memcpy(session, watched->session, sizeof(session));
	leaders_forget(leaders, session);
	leaders->gone(session, leaders->context);
	return 0;
}

static enum err
watch(struct leaders *leaders, struct watched *watched)
{
	if (sd_event_add_io(leaders->loop, &watched->exit, watched->pidfd,
		EPOLLIN, on_exit_of_leader, watched) < 0)
		return ERR_IO;
	if (tsearch(watched, &leaders->tree, compare) == NULL)
		return ERR_NO_MEMORY;
	leaders->count++;
	return OK;
}

enum err
leaders_watch(struct leaders *leaders, const char *session, int pidfd)
{
	auto_fd int owned = pidfd;
	auto_free(watched) struct watched *watched =
	    calloc(1, sizeof(*watched));
	enum err e;

	if (watched == NULL)
		return ERR_NO_MEMORY;
	snprintf(watched->session, sizeof(watched->session), "%s", session);
	watched->leaders = leaders;
	watched->pidfd = TAKE_FD(owned);
	leaders_forget(leaders, session);
	e = watch(leaders, watched);
	if (e != OK)
		return e;
	fdstore_keep(session, watched->pidfd);
	(void)TAKE(watched);
	return OK;
}

/* A process that nobody has waited for yet still has its pid and takes
 * signals, but is as good as gone. */
static bool
has_exited(const struct watched *watched)
{
	struct pollfd poller = {.fd = watched->pidfd, .events = POLLIN};

	return poll(&poller, 1, 0) == 1;
}

static enum effect_outcome
send_signal(const struct watched *watched, int number)
{
	if (has_exited(watched))
		return EFFECT_GONE;
	if (pidfd_send_signal(watched->pidfd, number, NULL, 0) == 0)
		return EFFECT_ENDED;
	return errno == ESRCH ? EFFECT_GONE : EFFECT_DENIED;
}

static enum effect_outcome
signal_leader(const struct watched *watched, int number)
{
	struct log_pair pairs[] = {{"session", watched->session},
	    {"signal", number == SIGTERM ? "TERM" : "KILL"}, {"problem", NULL}};
	enum effect_outcome outcome = send_signal(watched, number);

	if (outcome == EFFECT_DENIED)
		pairs[2].value = strerror(errno);
	if (outcome != EFFECT_GONE)
		log_event(watched->leaders->log,
		    outcome == EFFECT_DENIED ? LOG_ERR : LOG_INFO,
		    "session-signal", pairs, 3);
	return outcome;
}

static int
on_kill(sd_event_source *source, uint64_t now, void *data)
{
	(void)source;
	(void)now;
	(void)signal_leader(data, SIGKILL);
	return 0;
}

/* A process that could not be watched when its session was opened. Without
 * descriptors nothing is known of it: it must not be called gone. */
static enum effect_outcome
look_for(struct leaders *leaders, const struct effect *effect)
{
	struct leader leader = {.fd = -1};

	errno = 0;
	if (process_find(effect->pid, effect->start, &leader) != OK)
		return errno == EMFILE || errno == ENFILE ? EFFECT_DENIED
							  : EFFECT_GONE;
	return leaders_watch(leaders, effect->session, leader.fd) == OK
	    ? EFFECT_ENDED
	    : EFFECT_DENIED;
}

enum effect_outcome
leaders_end(struct leaders *leaders, const struct effect *effect)
{
	struct watched *watched = find(leaders, effect->session);
	enum effect_outcome outcome = EFFECT_ENDED;

	if (watched == NULL && effect->pid == 0)
		return EFFECT_ENDED; /* its record was all there was of it */
	if (watched == NULL)
		outcome = look_for(leaders, effect);
	if (outcome != EFFECT_ENDED)
		return outcome;
	watched = find(leaders, effect->session);
	if (watched->kill != NULL)
		return EFFECT_ENDED;
	outcome = signal_leader(watched, SIGTERM);
	if (outcome == EFFECT_ENDED)
		sd_event_add_time_relative(leaders->loop, &watched->kill,
		    CLOCK_MONOTONIC, LEADER_KILL_SECONDS * UINT64_C(1000000), 0,
		    on_kill, watched);
	return outcome;
}

void
leaders_forget(struct leaders *leaders, const char *session)
{
	struct watched *watched = find(leaders, session);

	if (watched == NULL)
		return;
	tdelete(watched, &leaders->tree, compare);
	leaders->count--;
	watched_free(watched);
	fdstore_drop(session);
}

size_t
leaders_count(const struct leaders *leaders)
{
	return leaders->count;
}
