/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_RESOLVER_H
#define JWT_AGENT_SERVER_RESOLVER_H

/*
 * User name to uid, by a child process that is forked before any key is read:
 * the look-up may load any name-service module and may hang for seconds on a
 * directory server. Each look-up is a process of its own, so that one that
 * hangs holds up no other.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdint.h>
#include <systemd/sd-event.h>

#define RESOLVE_NAME_MAX 256   /* bytes of a user name */
#define RESOLVE_PENDING_MAX 64 /* look-ups at one time */
#define RESOLVE_SECONDS 10
#define RESOLVE_CACHE_SLOTS 1024
#define RESOLVE_CACHE_SECONDS 1 /* for bursts: then a change is noticed */

struct resolver;

/* Called from the event loop. OK with the uid, ERR_NO_SUCH_USER, or
 * ERR_DIRECTORY_UNAVAILABLE. */
typedef void (*resolved)(enum err outcome, int64_t uid, void *context);

/* Forks the child: nothing secret may be in memory yet. */
MUST_USE enum err resolver_new(struct resolver **out);
void resolver_free(struct resolver *resolver);
DEFINE_AUTO_FREE(resolver)

MUST_USE enum err resolver_attach(struct resolver *resolver, sd_event *loop);

/* Whether the answer of a moment ago still holds. */
bool
resolver_knows(const struct resolver *resolver, const char *user, int64_t *uid);

/* ERR_BUSY, ERR_NO_SUCH_USER (not a possible name) and
 * ERR_DIRECTORY_UNAVAILABLE at once, with `done` not called; else OK, and
 * `done` is called later exactly once. */
MUST_USE enum err resolver_ask(
    struct resolver *resolver, const char *user, resolved done, void *context);

#endif
