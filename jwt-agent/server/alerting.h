/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_ALERTING_H
#define JWT_AGENT_SERVER_ALERTING_H

/*
 * When alerts are looked at, and what is done then: a second after something
 * was counted that one of them watches, and each time that the agent looks for
 * what is due, which is when levels are measured. One that is to fire or to clear is a task, whose event is in the
 * audit before anybody hears of it.
 */

#include "jwt-agent/server/task.h"

#include <systemd/sd-event.h>

struct alerting;

/* Work that the agent gives itself; whether there was memory for it. */
typedef bool (*alerting_submit)(
    const struct request *row, const json_t *parameters, void *context);

struct alerting_options {
	const struct service *service;
	alerting_submit submit;
	void *context;
};

MUST_USE enum err alerting_new(struct alerting **out, sd_event *loop,
    const struct alerting_options *options);
void alerting_free(struct alerting *alerting);
DEFINE_AUTO_FREE(alerting)

/* A task has come back from its turn: one that told of an alert, and could be
 * written, has changed that. */
void alerting_written(struct alerting *alerting, const struct task *task);

/* A task is settled: its events are counted. */
void alerting_settled(struct alerting *alerting, const struct task *task);

void alerting_tick(struct alerting *alerting);

#endif
