/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_LEADERS_H
#define JWT_AGENT_SERVER_LEADERS_H

/*
 * The processes that opened sessions, held by their pidfds: when one is gone
 * its session is reported; ending one signals exactly that process, SIGTERM
 * first and SIGKILL after LEADER_KILL_SECONDS.
 */

#include "jwt-agent/observe/log.h"
#include "jwt-agent/service/call.h"

#include <systemd/sd-event.h>

#define LEADER_KILL_SECONDS 5

struct leaders;

/* Called from the event loop when the leader of a session is gone. */
typedef void (*leader_gone)(const char *session, void *context);

MUST_USE enum err leaders_new(struct leaders **out, sd_event *loop,
    const struct log *log, leader_gone gone, void *context);
void leaders_free(struct leaders *leaders);
DEFINE_AUTO_FREE(leaders)

/* Takes the pidfd over, also when it fails. */
MUST_USE enum err
leaders_watch(struct leaders *leaders, const char *session, int pidfd);

/*
 * Ends the leader of the effect's session, and says truly what that came to. A
 * leader that is not watched is looked for by the pid and start time in the
 * effect; nobody else is ever signalled.
 */
enum effect_outcome
leaders_end(struct leaders *leaders, const struct effect *effect);

/* How many are watched. */
size_t leaders_count(const struct leaders *leaders);

/* Nothing happens for a session whose leader is not watched. */
void leaders_forget(struct leaders *leaders, const char *session);

#endif
