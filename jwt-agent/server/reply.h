/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_REPLY_H
#define JWT_AGENT_SERVER_REPLY_H

/* The way of a task's answer to whoever waits for it. */

#include "jwt-agent/server/peer.h"
#include "jwt-agent/server/task.h"

/* Gives what the task has to say to its peer, if that is still there; after
 * the last answer the task has no peer any more. ERR_UNREACHABLE when nobody
 * waits, ERR_NO_MEMORY. */
enum err reply_give(struct task *task, bool last);

#endif
