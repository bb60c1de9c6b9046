/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct copying {
	struct kv *kv;
	int fd; /* the end that is written */
	enum err outcome;
	pthread_t thread;
};

static void *
copy(void *context)
{
	struct copying *copying = context;

	copying->outcome = kv_copy(copying->kv, copying->fd);
	close(copying->fd);
	return NULL;
}

/* A sink that gave up closes its end: that is an error of write(2), and no
 * signal. A new thread has the mask of the one that makes it. */
static enum err
start(struct copying *copying)
{
	sigset_t pipe, before;
	int code;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	code = pthread_create(&copying->thread, NULL, copy, copying);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code == 0 ? OK : ERR_NO_MEMORY;
}

static enum err
pump(int fd, stream_sink sink, void *context)
{
	auto_str char *piece = malloc(STREAM_PIECE);
	size_t size = STREAM_PIECE;
	enum err e = piece != NULL ? OK : ERR_NO_MEMORY;

	while (e == OK && size == STREAM_PIECE) {
		e = stream_read(fd, (uint8_t *)piece, STREAM_PIECE, &size);
		if (e == OK && size > 0)
			e = sink(context, (const uint8_t *)piece, size);
	}
	return e;
}

enum err
stream_kv(struct kv *kv, stream_sink sink, void *context)
{
	struct copying copying = {.kv = kv, .outcome = OK};
	int ends[2];
	enum err e;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return ERR_IO;
	copying.fd = ends[1];
	e = start(&copying);
	if (e != OK) {
		close(ends[0]);
		close(ends[1]);
		return e;
	}
	e = pump(ends[0], sink, context);
	close(ends[0]);
	pthread_join(copying.thread, NULL);
	return e == OK ? copying.outcome : e;
}

enum err
stream_read(int fd, uint8_t *data, size_t room, size_t *size)
{
	size_t used = 0;

	while (used < room) {
		ssize_t got = read(fd, data + used, room - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	*size = used;
	return OK;
}

enum err
stream_write(int fd, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, data, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return ERR_IO;
		data += put;
		size -= (size_t)put;
	}
	return OK;
}
