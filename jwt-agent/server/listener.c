/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/listener.h"

#include "jwt-agent/server/fdstore.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

struct listener {
	int socket;
	int spare;  /* given up when no descriptor is left */
	char *made; /* path of a socket that is ours to remove */
	sd_event *loop;
	sd_event_source *readable;
	sd_event_source *pause;
	accepted take;
	void *context;
};

__attribute__((format(printf, 3, 4))) static enum err
refuse(char *why, enum err e, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, LISTENER_ERROR_MAX, format, arguments);
	va_end(arguments);
	return e;
}

void
listener_free(struct listener *listener)
{
	if (listener == NULL)
		return;
	sd_event_source_disable_unref(listener->readable);
	sd_event_source_disable_unref(listener->pause);
	if (listener->made != NULL)
		unlink(listener->made);
	if (listener->socket >= 0)
		close(listener->socket);
	if (listener->spare >= 0)
		close(listener->spare);
	free(listener->made);
	free(listener);
}

/* Whoever can write in the directory can put a socket of their own there. */
static enum err
check_directory(const char *path, char *why)
{
	auto_str char *copy = strdup(path);
	const char *directory;
	struct stat status;

	if (copy == NULL)
		return ERR_NO_MEMORY;
	directory = dirname(copy);
	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return refuse(why, ERR_IO, "%.100s cannot be made: %s",
		    directory, strerror(errno));
	if (stat(directory, &status) != 0)
		return refuse(
		    why, ERR_IO, "%.100s: %s", directory, strerror(errno));
	if (!S_ISDIR(status.st_mode) ||
	    (status.st_uid != 0 && status.st_uid != geteuid()) ||
	    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(why, ERR_CONFIG,
		    "%.100s must be a directory of root's or the agent's that "
		    "nobody else can write in (chmod go-w)",
		    directory);
	return OK;
}

static enum err
check_free(
    int probe, const struct sockaddr_un *address, const char *path, char *why)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return OK;
	if (!S_ISSOCK(status.st_mode))
		return refuse(why, ERR_CONFIG,
		    "%.100s is there and is not a socket", path);
	if (connect(probe, (const struct sockaddr *)address,
		sizeof(*address)) == 0 ||
	    errno != ECONNREFUSED)
		return refuse(why, ERR_CONFIG,
		    "%.100s is served by another process: is an agent "
		    "running?",
		    path);
	unlink(path);
	return OK;
}

static enum err
bind_socket(int fd, const struct sockaddr_un *address, char *why)
{
	mode_t mask = umask(0111); /* everybody may connect */
	int failed =
	    bind(fd, (const struct sockaddr *)address, sizeof(*address));

	umask(mask);
	if (failed != 0 || listen(fd, SOMAXCONN) != 0)
		return refuse(why, ERR_IO, "%.100s: %s", address->sun_path,
		    strerror(errno));
	return OK;
}

static enum err
make_socket(struct listener *listener, const char *path, char *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enum err e;

	if (strlen(path) >= sizeof(address.sun_path))
		return refuse(why, ERR_CONFIG,
		    "the socket's path is longer than 107 bytes: %.100s", path);
	strcpy(address.sun_path, path);
	listener->socket =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0 || listener->socket < 0)
		return refuse(why, ERR_IO, "socket: %s", strerror(errno));
	e = check_directory(path, why);
	if (e == OK)
		e = check_free(probe, &address, path, why);
	if (e == OK)
		e = bind_socket(listener->socket, &address, why);
	if (e != OK)
		return e;
	listener->made = strdup(path);
	return listener->made != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
get_socket(struct listener *listener, const char *path, int passed, char *why)
{
	if (passed == FDSTORE_NO_SOCKET)
		return make_socket(listener, path, why);
	listener->socket = passed;
	if (passed == FDSTORE_SOCKETS ||
	    sd_is_socket_unix(listener->socket, SOCK_STREAM, 1, NULL, 0) <= 0)
		return refuse(why, ERR_CONFIG,
		    "systemd must pass exactly one listening stream socket");
	fcntl(listener->socket, F_SETFL, O_NONBLOCK);
	return OK;
}

static int
on_pause_over(sd_event_source *source, uint64_t now, void *data)
{
	struct listener *listener = data;

	(void)source;
	(void)now;
	sd_event_source_set_enabled(listener->readable, SD_EVENT_ON);
	return 0;
}

/* Turns one caller away with the spare descriptor, so that it is not left
 * waiting, and lets the others finish meanwhile. */
static void
run_short(struct listener *listener)
{
	int turned_away;

	if (listener->spare >= 0)
		close(listener->spare);
	turned_away = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC);
	if (turned_away >= 0)
		close(turned_away);
	listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sd_event_source_set_enabled(listener->readable, SD_EVENT_OFF);
	listener->pause = sd_event_source_disable_unref(listener->pause);
	if (sd_event_add_time_relative(listener->loop, &listener->pause,
		CLOCK_MONOTONIC, LISTENER_PAUSE_MS * UINT64_C(1000), 0,
		on_pause_over, listener) < 0)
		sd_event_source_set_enabled(listener->readable, SD_EVENT_ON);
}

static int
on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct listener *listener = data;
	int accepted_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)events;
	if (accepted_fd >= 0)
		listener->take(accepted_fd, listener->context);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
	    errno == ENOMEM)
		run_short(listener);
	return 0;
}

enum err
listener_new(struct listener **out, sd_event *loop, const char *path,
    int passed, accepted take, void *context, char *why)
{
	auto_free(listener) struct listener *listener =
	    calloc(1, sizeof(*listener));
	enum err e;

	if (listener == NULL)
		return ERR_NO_MEMORY;
	*listener = (struct listener){.socket = -1,
	    .spare = open("/dev/null", O_RDONLY | O_CLOEXEC),
	    .loop = loop,
	    .take = take,
	    .context = context};
	e = get_socket(listener, path, passed, why);
	if (e != OK)
		return e;
	if (sd_event_add_io(loop, &listener->readable, listener->socket,
		EPOLLIN, on_readable, listener) < 0)
		return refuse(why, ERR_IO, "the event loop takes no socket");
	*out = TAKE(listener);
	return OK;
}
