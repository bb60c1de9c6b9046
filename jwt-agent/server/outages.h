/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_OUTAGES_H
#define JWT_AGENT_SERVER_OUTAGES_H

/*
 * Making do while the store takes no writes (service/outage.h): a login that
 * may go on without a record is run once more, for what reading can say; what
 * the agent asks of itself is kept until it can be written; the log says when
 * it begins, the audit when it is over.
 */

#include "jwt-agent/observe/log.h"
#include "jwt-agent/server/task.h"

struct outages;

struct outages_options {
	const struct service *service;
	const struct log *log;
	/* asks the agent itself for this; false without memory */
	bool (*submit)(const struct request *row, void *context);
	/* runs a task that was kept, and owns it again */
	void (*start)(struct task *task, void *context);
	void *context;
};

MUST_USE enum err
outages_new(struct outages **out, const struct outages_options *options);
/* Tasks that were kept are freed. */
void outages_free(struct outages *outages);
DEFINE_AUTO_FREE(outages)

/* A turn has ended so: OK when something was written. */
void outages_turn_ended(struct outages *outages, enum err e);

/* What becomes of a task that is to be settled; false when it was taken over
 * and is not settled now. */
bool outages_settle(struct outages *outages, struct task *task);

/* Tries whether it is over. */
void outages_tick(struct outages *outages);

#endif
