/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/fake_agent.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CALL_MAX (64 * 1024)
#define ENDLESS_BYTES (1024 * 1024)

struct fake_agent {
	char path[108];
	int listening, stop;
	pthread_t thread;
	enum fake_manner manner;
	const char *method, *reply;
	char error[512];
	char *calls[FAKE_REQUESTS_MAX];
	size_t count;
	pid_t pid;
};

static void
check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	abort();
}

static bool
wait_for(const struct fake_agent *agent, int fd)
{
	struct pollfd poll_fds[] = {{.fd = fd, .events = POLLIN},
	    {.fd = agent->stop, .events = POLLIN}};

	poll(poll_fds, 2, -1);
	return poll_fds[1].revents == 0;
}

/* The pid that the kernel tells about a pidfd, or that a folder of /proc has
 * in its name; see pidfd_open() in scene.c. */
static pid_t
pid_behind(int fd)
{
	char path[64], line[128] = "";
	pid_t pid = 0;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, line, sizeof(line) - 1) > 0 &&
	    sscanf(line, "/proc/%d", &pid) == 1)
		return pid;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "r");
	check(info != NULL, path);
	while (fgets(line, sizeof(line), info) != NULL)
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	fclose(info);
	return pid;
}

static ssize_t
receive(struct fake_agent *agent, int fd, char *data, size_t size)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {data, size};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pidfd;

	if (got > 0 && header != NULL && header->cmsg_type == SCM_RIGHTS) {
		memcpy(&pidfd, CMSG_DATA(header), sizeof(pidfd));
		agent->pid = pid_behind(pidfd);
		close(pidfd);
	}
	return got;
}

/* One call with its NUL; NULL when the connection ends. */
static char *
read_call(struct fake_agent *agent, int fd)
{
	char *call = calloc(1, CALL_MAX);
	size_t size = 0;

	check(call != NULL, "calloc");
	while (wait_for(agent, fd)) {
		ssize_t got = receive(agent, fd, call + size, CALL_MAX - size);

		if (got <= 0)
			break;
		size += (size_t)got;
		if (call[size - 1] == '\0')
			return call;
	}
	free(call);
	return NULL;
}

static const char *
good_reply(const char *call)
{
	if (strstr(call, "Login.Authenticate\"") != NULL)
		return "{\"parameters\":{\"session\":\"" FAKE_SESSION
		       "\",\"device\":\"" FAKE_DEVICE
		       "\",\"expires\":2000000000}}";
	if (strstr(call, "Login.ChangeToken\"") != NULL)
		return "{\"parameters\":{\"device\":\"" FAKE_DEVICE
		       "\",\"access_token\":\"eyJ.a.b\","
		       "\"access_expires\":2000000000,"
		       "\"refresh_token\":\"jr1_next\","
		       "\"refresh_expires\":2000000000,\"generation\":2}}";
	return "{\"parameters\":{}}";
}

static const char *
choose_reply(const struct fake_agent *agent, const char *call)
{
	char method[128];

	if (agent->method == NULL)
		return good_reply(call);
	snprintf(method, sizeof(method), "Login.%s\"", agent->method);
	return strstr(call, method) != NULL ? agent->reply : good_reply(call);
}

static void
answer(const struct fake_agent *agent, int fd, const char *reply)
{
	size_t size = strlen(reply) + 1;
	size_t step = agent->manner == FAKE_DRIP ? 1 : size;

	if (agent->manner == FAKE_ENDLESS)
		for (size_t i = 0; i < ENDLESS_BYTES; i++)
			if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
				return;
	for (size_t at = 0; at < size; at += step)
		if (send(fd, reply + at, step, MSG_NOSIGNAL) != (ssize_t)step)
			return;
}

static void
serve(struct fake_agent *agent, int fd)
{
	for (;;) {
		char *call = read_call(agent, fd);

		if (call == NULL)
			return;
		check(agent->count < FAKE_REQUESTS_MAX, "too many calls");
		agent->calls[agent->count++] = call;
		if (agent->manner == FAKE_CLOSE)
			return;
		if (agent->manner != FAKE_HANG)
			answer(agent, fd, choose_reply(agent, call));
	}
}

static void *
run(void *state)
{
	struct fake_agent *agent = state;

	while (wait_for(agent, agent->listening)) {
		int fd = accept4(agent->listening, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		serve(agent, fd);
		close(fd);
	}
	return NULL;
}

/* The peer that SO_PEERCRED names is the one that called listen(2). */
static void
listen_as(int fd, uid_t uid)
{
	uid_t own = geteuid();

	check(uid == own || seteuid(uid) == 0, "seteuid");
	check(listen(fd, 8) == 0, "listen");
	check(uid == own || seteuid(own) == 0, "seteuid");
}

struct fake_agent *
fake_agent_start(const char *path, uid_t uid)
{
	struct fake_agent *agent = calloc(1, sizeof(*agent));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	check(agent != NULL, "calloc");
	snprintf(agent->path, sizeof(agent->path), "%s", path);
	strcpy(address.sun_path, agent->path);
	unlink(path);
	agent->stop = eventfd(0, EFD_CLOEXEC);
	agent->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(bind(agent->listening, (struct sockaddr *)&address,
		  sizeof(address)) == 0,
	    path);
	listen_as(agent->listening, uid);
	check(pthread_create(&agent->thread, NULL, run, agent) == 0, "thread");
	return agent;
}

void
fake_agent_stop(struct fake_agent *agent)
{
	if (agent == NULL)
		return;
	check(eventfd_write(agent->stop, 1) == 0, "eventfd");
	pthread_join(agent->thread, NULL);
	close(agent->listening);
	close(agent->stop);
	unlink(agent->path);
	for (size_t i = 0; i < agent->count; i++)
		free(agent->calls[i]);
	free(agent);
}

void
fake_agent_manner(struct fake_agent *agent, enum fake_manner manner)
{
	agent->manner = manner;
}

void
fake_agent_reply(
    struct fake_agent *agent, const char *method, const char *reply)
{
	agent->method = method;
	agent->reply = reply;
}

void
fake_agent_error(struct fake_agent *agent, const char *method, const char *name,
    const char *message)
{
	snprintf(agent->error, sizeof(agent->error),
	    "{\"error\":\"%s\",\"parameters\":{\"message\":\"%s\"}}", name,
	    message);
	fake_agent_reply(agent, method, agent->error);
}

const char *
fake_agent_call(const struct fake_agent *agent, size_t number)
{
	return number < agent->count ? agent->calls[number] : NULL;
}

pid_t
fake_agent_pid(const struct fake_agent *agent)
{
	return agent->pid;
}
