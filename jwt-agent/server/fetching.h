/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_FETCHING_H
#define JWT_AGENT_SERVER_FETCHING_H

/*
 * Keys from the network, each time by a process of its own: the fetcher, a
 * program that has neither keys nor store, which we start or systemd does. One that hangs, dies or answers
 * nonsense costs that one fetch, and the next begins with a new process.
 */

#include "base/autofree.h"
#include "jwt-agent/fetch/message.h"

#include <systemd/sd-event.h>

#define FETCHING_MAX 32 /* processes at one time */
#define FETCHING_SECONDS (FETCH_SECONDS + 1)

struct fetching;

/* Called from the event loop. The reply is borrowed; it has either `jwks` or
 * `problem`, never both, whatever became of the fetcher. */
typedef void (*fetched)(const struct fetch_reply *reply, void *context);

/*
 * `program` is the path of the fetcher or of the socket to it, and is looked
 * for at each fetch.
 * Clears the ambient capabilities of the calling process, which keeps what it
 * has: what it may do, the programs that it starts may not.
 */
MUST_USE enum err
fetching_new(struct fetching **out, sd_event *loop, const char *program);

/* Kills the fetchers that run, or hangs up on them; their `done` is not called. */
void fetching_free(struct fetching *fetching);
DEFINE_AUTO_FREE(fetching)

/*
 * ERR_BUSY when FETCHING_MAX run, ERR_INVALID_PARAMETER when the request is
 * longer than FETCH_REQUEST_MAX, ERR_NO_MEMORY and ERR_IO at once, with `done`
 * not called; else OK, and `done` is called later exactly once. It may start
 * another fetch, but may not free `fetching`.
 */
MUST_USE enum err fetching_start(struct fetching *fetching,
    const struct fetch_request *request, fetched done, void *context);

#endif
