/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/fetcher.h"

#include "base/autofree.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

/* It gets the socket and our stderr, and neither our signal mask nor our
 * environment. */
static int
spawn(const char *program, int socket, pid_t *pid)
{
	char *arguments[] = {(char *)(uintptr_t)program, NULL};
	char path[] = "PATH=/usr/bin:/bin";
	char *environment[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int problem;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	problem = posix_spawn_file_actions_adddup2(&files, socket, 0);
	if (problem == 0)
		problem = posix_spawn_file_actions_adddup2(&files, socket, 1);
	if (problem == 0)
		problem = posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (problem == 0)
		problem = posix_spawn(
		    pid, program, &files, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return problem;
}

/* The process, which is ended when there is no descriptor for it. */
static int
hold(pid_t pid, int *pidfd)
{
	int problem;

	*pidfd = pidfd_open(pid, 0);
	if (*pidfd >= 0)
		return 0;
	problem = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return problem;
}

/* The whole request fits in the socket before anyone reads. */
static int
say(int socket, const char *request)
{
	ssize_t size = (ssize_t)strlen(request);
	ssize_t sent =
	    send(socket, request, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0)
		return errno;
	if (sent != size)
		return EMSGSIZE;
	return shutdown(socket, SHUT_WR) == 0 ? 0 : errno;
}

static int
start_program(struct fetcher *out, const char *program, const char *request)
{
	auto_fd int ours = -1, theirs = -1;
	int ends[2], problem;
	pid_t pid = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return errno;
	ours = ends[0];
	theirs = ends[1];
	problem = say(ours, request);
	if (problem == 0)
		problem = spawn(program, theirs, &pid);
	if (problem == 0)
		problem = hold(pid, &out->pidfd);
	if (problem == 0)
		out->socket = TAKE_FD(ours);
	return problem;
}

/* Keys that let people in come from there: whose socket is it? */
static int
check_owner(int socket)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return errno;
	return peer.uid == 0 || peer.uid == geteuid() ? 0 : EPERM;
}

/* Whoever serves it may have ended before it read the request, and has said
 * why or not: that is seen when its answer is read. */
static bool
is_over(int problem)
{
	return problem == EPIPE || problem == ECONNRESET || problem == ENOTCONN;
}

/* A line of callers that is full is no reason to wait: EAGAIN. */
static int
reach(struct fetcher *out, const char *path, const char *request)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd int ours =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int problem;

	if (strlen(path) >= sizeof(address.sun_path))
		return ENAMETOOLONG;
	strcpy(address.sun_path, path);
	if (ours < 0 ||
	    connect(ours, (struct sockaddr *)&address, sizeof(address)) != 0)
		return errno;
	problem = check_owner(ours);
	if (problem != 0)
		return problem;
	problem = say(ours, request);
	if (problem != 0 && !is_over(problem))
		return problem;
	out->socket = TAKE_FD(ours);
	return 0;
}

int
fetcher_start(struct fetcher *out, const char *path, const char *request)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		return reach(out, path, request);
	return start_program(out, path, request);
}

void
fetcher_kill(const struct fetcher *fetcher)
{
	if (fetcher->pidfd >= 0)
		pidfd_send_signal(fetcher->pidfd, SIGKILL, NULL, 0);
}

bool
fetcher_reap(struct fetcher *fetcher, siginfo_t *end)
{
	*end = (siginfo_t){0};
	if (waitid(P_PIDFD, (id_t)fetcher->pidfd, end, WEXITED | WNOHANG) !=
		0 ||
	    end->si_pid == 0)
		return false;
	close(TAKE_FD(fetcher->pidfd));
	return true;
}

void
fetcher_clear(struct fetcher *fetcher)
{
	siginfo_t ignored;

	if (fetcher->pidfd >= 0) {
		fetcher_kill(fetcher);
		waitid(P_PIDFD, (id_t)fetcher->pidfd, &ignored, WEXITED);
		close(fetcher->pidfd);
	}
	if (fetcher->socket >= 0)
		close(fetcher->socket);
	*fetcher = FETCHER_NONE;
}
