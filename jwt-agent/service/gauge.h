/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_GAUGE_H
#define JWT_AGENT_SERVICE_GAUGE_H

/*
 * Metrics that are not counted as things happen but read when somebody asks:
 * what the store and the issuers' keys are like at this moment. Nothing here
 * walks through a table that grows with users.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/dated.h"

#define GAUGE_DATED_SIZE (2 * COUNTER_LABEL_MAX + 2)

/* What something dated is called in its label. */
void
gauge_dated(const char *kind, const char *name, char text[GAUGE_DATED_SIZE]);

/* Sets what is shown of the metric; OK also for one that counts by itself.
 * Faults of the store. */
MUST_USE enum err gauge_load(struct call *call, enum metric metric);

#endif
