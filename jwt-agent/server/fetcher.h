/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_FETCHER_H
#define JWT_AGENT_SERVER_FETCHER_H

/*
 * The fetcher, as a process of ours or behind a socket that systemd serves
 * with a process for each connection; and the connection to it.
 */

#include <signal.h>
#include <stdbool.h>

struct fetcher {
	int socket; /* -1: none */
	int pidfd;  /* -1: none of ours, or it is reaped */
};

#define FETCHER_NONE ((struct fetcher){-1, -1})

/*
 * Connects to `path` when that is a socket, of root or of our user (EPERM);
 * else starts the program `path` with the request on its standard input. The
 * answer comes from the socket, until its end. `out` is FETCHER_NONE before,
 * and stays so when this fails: 0 or an errno.
 */
int fetcher_start(struct fetcher *out, const char *path, const char *request);

void fetcher_kill(const struct fetcher *fetcher);

/* Whether it has ended, and how; then its pidfd is closed, and nothing may
 * watch that any more. */
bool fetcher_reap(struct fetcher *fetcher, siginfo_t *end);

/* Kills it and waits the moment that this takes. */
void fetcher_clear(struct fetcher *fetcher);

#endif
