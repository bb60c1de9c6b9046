/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_KEYS_H
#define JWT_AGENT_SERVER_KEYS_H

/*
 * The keys of issuers that have a server: fetched when they are due or when a
 * task asks for them, once for however many tasks wait. The tasks that wait
 * are parked here; they run again when the answer is there, good or bad.
 */

#include "jwt-agent/observe/log.h"
#include "jwt-agent/server/fetching.h"
#include "jwt-agent/server/task.h"

struct keys;

/* What the owner does with what happens here. */
struct keys_events {
	/* runs a task that has waited, and owns it again */
	void (*ready)(struct task *task, void *context);
	/* keeps what was fetched from the issuer of this name */
	void (*fetched)(const char *issuer, void *context);
	void *context;
};

struct keys_options {
	const struct service *service;
	const struct log *log;
	struct keys_events events;
};

/* Fetches nothing yet. */
MUST_USE enum err
keys_new(struct keys **out, sd_event *loop, const struct keys_options *options);
/* Parked tasks are freed. */
void keys_free(struct keys *keys);
DEFINE_AUTO_FREE(keys)

/* Fetches the issuer's keys unless that is under way; `missing`: because a
 * token's key was not among them. */
void keys_fetch(struct keys *keys, struct trusted *trusted, bool missing);

/* Takes the task over until keys_fetch() of its issuer is answered. */
void keys_park(struct keys *keys, struct task *task);

/* Fetches what is due. */
void keys_sweep(struct keys *keys);

#endif
