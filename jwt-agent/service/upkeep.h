/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_UPKEEP_H
#define JWT_AGENT_SERVICE_UPKEEP_H

/* What the agent knows of its upkeep (config/job.h), and its part in it. */

#include "jwt-agent/config/job.h"
#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "lmdb-store/upkeep.h"
#include "varlink/upkeep.h"

/* How a job is: `record` all zero when it was never done. */
struct upkeep_state {
	struct upkeep_record record;
	bool wanted;
	int64_t next; /* 0: it is not wanted */
	bool overdue;
};

void upkeep_state_clear(struct upkeep_state *state);

/* Faults of the store. */
MUST_USE enum err upkeep_look(const struct service *service, struct txn *txn,
    int64_t now, enum job job, struct upkeep_state *state);

/* Whether somebody has to look after it: it is overdue, failed, or says so. */
bool upkeep_wants_somebody(const struct upkeep_state *state);

/* Every job there is, in the order of the table. */
MUST_USE enum err admin_upkeep(struct call *call, const struct empty *request,
    struct cursor *cursor, struct upkeep_view *entry);

/* All of them, as a new list of such objects. */
MUST_USE enum err upkeep_list(struct call *call, json_t **out);

/* A job was done. ERR_INVALID_PARAMETER. */
MUST_USE enum err admin_upkeep_done(struct call *call,
    const struct upkeep_done_request *request, struct empty *reply);

/* One step of the sweep with this number. ERR_NOT_FOUND. */
MUST_USE enum err admin_sweep_step(struct call *call,
    const struct sweep_step_request *request, struct sweep_step_reply *reply);

#endif
