/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_GAUGE_PARTS_H
#define JWT_AGENT_SERVICE_GAUGE_PARTS_H

/* What loads the metrics of gauge.h, for gauge.c alone: each sets all that is
 * shown of the metric. Faults of the store. */

#include "jwt-agent/service/gauge.h"

/* Of a metric without labels. */
void gauge_set(struct call *call, enum metric metric, int64_t value);

/* What is counted in the store: lmdb-store/counter.h. */
MUST_USE enum err gauge_counters(struct call *call, enum metric metric);

/* The keys of issuers, and our own, of which there are KEYRING_KEYS_MAX. */
MUST_USE enum err gauge_issuers(struct call *call, enum metric metric);
MUST_USE enum err gauge_signing(struct call *call, enum metric metric);

/* Devices and sessions: lmdb-store/census.h. */
MUST_USE enum err gauge_states(struct call *call, enum metric metric);

MUST_USE enum err gauge_audit_records(struct call *call, enum metric metric);
MUST_USE enum err gauge_audit_events(struct call *call, enum metric metric);

MUST_USE enum err gauge_store(struct call *call, enum metric metric);
MUST_USE enum err gauge_writable(struct call *call, enum metric metric);

/* A job that the configuration does not ask for is not shown. */
MUST_USE enum err gauge_upkeep(struct call *call, enum metric metric);

#endif
