/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_SWEEP_H
#define JWT_AGENT_SERVICE_SWEEP_H

/*
 * What has come to its end leaves the store: one row for each kind of thing,
 * found by an index and taken in steps of at most SWEEP_BATCH records, so that
 * no login waits long. How long what has ended is kept is said by [retention].
 */

#include "jwt-agent/service/call.h"

#define SWEEP_BATCH 32 /* records in one step */

struct sweep {
	const char *name;
	/* Takes at most `limit` records; says how many it looked at. */
	enum err (*run)(struct call *call, size_t limit, size_t *done);
};

/* By number, NULL behind the last one. */
const struct sweep *sweep_at(size_t index);

#define SWEEP_REQUEST(F) F(str, sweep)
DECLARE_FIELDS(sweep_request, SWEEP_REQUEST)

/* `more`: the step was full. */
#define SWEEP_REPLY(F) F(flag, more)
DECLARE_FIELDS(sweep_reply, SWEEP_REPLY)

/* One step of the sweep of this name. ERR_NOT_FOUND. */
MUST_USE enum err sweep_step(struct call *call,
    const struct sweep_request *request, struct sweep_reply *reply);

#endif
