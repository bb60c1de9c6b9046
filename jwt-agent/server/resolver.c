/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/resolver.h"

#include "base/passwd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One packet each way; both ends are this program. */
struct question {
	uint64_t id;
	char user[RESOLVE_NAME_MAX + 1];
};

struct answer {
	uint64_t id;
	int32_t outcome; /* enum err */
	int64_t uid;
};

/* A user who was found; one who was not may be made at any time. */
struct known {
	char user[RESOLVE_NAME_MAX + 1];
	int64_t uid;
	uint64_t until; /* monotonic microseconds */
};

struct pending {
	uint64_t id; /* 0: free */
	char user[RESOLVE_NAME_MAX + 1];
	resolved done;
	void *context;
	sd_event_source *timeout;
};

struct resolver {
	int socket;
	uint64_t last_id;
	sd_event *loop;
	sd_event_source *readable;
	struct pending pending[RESOLVE_PENDING_MAX];
	struct known known[RESOLVE_CACHE_SLOTS];
};

static struct answer
look_up(const struct question *question)
{
	struct answer answer = {question->id, OK, -1};
	uid_t uid = 0;

	answer.outcome = (int32_t)passwd_uid(question->user, &uid);
	if (answer.outcome == OK)
		answer.uid = uid;
	return answer;
}

/* In a process of its own, which the alarm ends if the directory hangs. */
static void
answer_apart(int socket, const struct question *question)
{
	struct answer answer;

	if (fork() != 0)
		return;
	alarm(RESOLVE_SECONDS);
	answer = look_up(question);
	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
	_exit(0);
}

_Noreturn static void
serve(int socket)
{
	struct question question;
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	prctl(PR_SET_NAME, "jwt-agent-users");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigaction(SIGCHLD, &ignore, NULL); /* leaves no zombies */
	for (;;) {
		ssize_t got = recv(socket, &question, sizeof(question), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(question))
			_exit(0);
		answer_apart(socket, &question);
	}
}

/* Keeps stdio and its socket; a socket that systemd passed to the agent is
 * none of its business. */
_Noreturn static void
become_child(int socket)
{
	if (dup2(socket, 3) < 0)
		_exit(1);
	closefrom(4);
	serve(3);
}

enum err
resolver_new(struct resolver **out)
{
	auto_free(resolver) struct resolver *resolver =
	    calloc(1, sizeof(*resolver));
	int ends[2];
	pid_t child;

	if (resolver == NULL)
		return ERR_NO_MEMORY;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		resolver->socket = -1;
		return ERR_IO;
	}
	resolver->socket = ends[0];
	child = fork();
	if (child == 0)
		become_child(ends[1]);
	close(ends[1]);
	if (child < 0)
		return ERR_IO;
	*out = TAKE(resolver);
	return OK;
}

void
resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	for (size_t i = 0; i < RESOLVE_PENDING_MAX; i++)
		sd_event_source_disable_unref(resolver->pending[i].timeout);
	sd_event_source_disable_unref(resolver->readable);
	if (resolver->socket >= 0)
		close(resolver->socket); /* which ends the child */
	free(resolver);
}

/* One place for each name: who comes later takes it. */
static size_t
slot_of(const char *user)
{
	uint32_t hash = UINT32_C(2166136261); /* FNV-1a */

	for (; *user != '\0'; user++)
		hash = (hash ^ (unsigned char)*user) * UINT32_C(16777619);
	return hash % RESOLVE_CACHE_SLOTS;
}

static void
remember(struct resolver *resolver, const char *user, int64_t uid)
{
	struct known *known = &resolver->known[slot_of(user)];
	uint64_t now = 0;

	sd_event_now(resolver->loop, CLOCK_MONOTONIC, &now);
	memcpy(known->user, user, strlen(user) + 1);
	known->uid = uid;
	known->until = now + RESOLVE_CACHE_SECONDS * UINT64_C(1000000);
}

bool
resolver_knows(const struct resolver *resolver, const char *user, int64_t *uid)
{
	const struct known *known = &resolver->known[slot_of(user)];
	uint64_t now = UINT64_MAX;

	sd_event_now(resolver->loop, CLOCK_MONOTONIC, &now);
	if (strcmp(known->user, user) != 0 || now >= known->until)
		return false;
	*uid = known->uid;
	return true;
}

static void
settle(struct pending *pending, enum err outcome, int64_t uid)
{
	struct pending settled = *pending;

	*pending = (struct pending){0};
	sd_event_source_disable_unref(settled.timeout);
	settled.done(outcome, uid, settled.context);
}

static void
settle_all(struct resolver *resolver)
{
	for (size_t i = 0; i < RESOLVE_PENDING_MAX; i++)
		if (resolver->pending[i].id != 0)
			settle(&resolver->pending[i], ERR_DIRECTORY_UNAVAILABLE,
			    -1);
}

static void
take_answer(struct resolver *resolver, struct pending *pending,
    const struct answer *answer)
{
	if (answer->outcome == OK)
		remember(resolver, pending->user, answer->uid);
	settle(pending, (enum err)answer->outcome, answer->uid);
}

static int
on_answer(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct resolver *resolver = data;
	struct answer answer;
	ssize_t got = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);

	(void)events;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got != sizeof(answer)) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		close(resolver->socket);
		resolver->socket = -1;
		settle_all(resolver);
		return 0;
	}
	for (size_t i = 0; i < RESOLVE_PENDING_MAX; i++)
		if (resolver->pending[i].id == answer.id && answer.id != 0) {
			take_answer(resolver, &resolver->pending[i], &answer);
			break;
		}
	return 0;
}

enum err
resolver_attach(struct resolver *resolver, sd_event *loop)
{
	resolver->loop = loop;
	if (sd_event_add_io(loop, &resolver->readable, resolver->socket,
		EPOLLIN, on_answer, resolver) < 0)
		return ERR_IO;
	return OK;
}

static int
on_timeout(sd_event_source *source, uint64_t now, void *data)
{
	(void)source;
	(void)now;
	settle(data, ERR_DIRECTORY_UNAVAILABLE, -1);
	return 0;
}

static struct pending *
free_slot(struct resolver *resolver)
{
	for (size_t i = 0; i < RESOLVE_PENDING_MAX; i++)
		if (resolver->pending[i].id == 0)
			return &resolver->pending[i];
	return NULL;
}

static enum err
send_question(struct resolver *resolver, const char *user)
{
	struct question question = {.id = ++resolver->last_id};

	snprintf(question.user, sizeof(question.user), "%s", user);
	if (resolver->socket < 0 ||
	    send(resolver->socket, &question, sizeof(question),
		MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof(question))
		return ERR_DIRECTORY_UNAVAILABLE;
	return OK;
}

enum err
resolver_ask(
    struct resolver *resolver, const char *user, resolved done, void *context)
{
	struct pending *pending = free_slot(resolver);
	enum err e;

	if (user[0] == '\0' || strlen(user) > RESOLVE_NAME_MAX)
		return ERR_NO_SUCH_USER;
	if (pending == NULL)
		return ERR_BUSY;
	e = send_question(resolver, user);
	if (e != OK)
		return e;
	*pending = (struct pending){
	    .id = resolver->last_id, .done = done, .context = context};
	memcpy(pending->user, user, strlen(user) + 1);
	if (sd_event_add_time_relative(resolver->loop, &pending->timeout,
		CLOCK_MONOTONIC, RESOLVE_SECONDS * UINT64_C(1000000), 0,
		on_timeout, pending) < 0) {
		*pending = (struct pending){0};
		return ERR_DIRECTORY_UNAVAILABLE;
	}
	return OK;
}
