/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_LISTENER_H
#define JWT_AGENT_SERVER_LISTENER_H

/*
 * The listening socket: systemd's, or one made here. It never stops
 * accepting for good: without a descriptor to spare it gives one up to turn
 * callers away, and pauses.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <systemd/sd-event.h>

#define LISTENER_ERROR_MAX 256
#define LISTENER_PAUSE_MS 100

struct listener;

/* Called with each accepted, non-blocking socket, which it owns. */
typedef void (*accepted)(int socket, void *context);

/*
 * Listens on `path`, or on the socket that systemd passed (see fdstore.h). A directory that others than root and this user can
 * write in, or a socket that somebody serves already, is refused; `why`
 * (LISTENER_ERROR_MAX bytes) then has the sentence.
 */
MUST_USE enum err listener_new(struct listener **out, sd_event *loop,
    const char *path, int passed, accepted take, void *context, char *why);
/* Closes, and removes a socket that was made here. */
void listener_free(struct listener *listener);
DEFINE_AUTO_FREE(listener)

#endif
