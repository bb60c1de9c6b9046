/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/gauge.h"

#include "jwt-agent/service/gauge_parts.h"

typedef enum err (*loader)(struct call *call, enum metric metric);

void
gauge_set(struct call *call, enum metric metric, int64_t value)
{
	metric_set(call->service->metrics, metric, 0, 0, value);
}

static enum err
load_build(struct call *call, enum metric metric)
{
	gauge_set(call, metric, 1);
	return OK;
}

static enum err
load_start(struct call *call, enum metric metric)
{
	gauge_set(call, metric, call->service->started);
	return OK;
}

static const loader loaders[METRIC_COUNT] = {
    [METRIC_BUILD] = load_build,
    [METRIC_START_TIME] = load_start,
    [METRIC_OBSERVED] = gauge_counters,
    [METRIC_FALLBACKS] = gauge_counters,
    [METRIC_DATED_LOGINS] = gauge_counters,
    [METRIC_ISSUER_KEYS] = gauge_issuers,
    [METRIC_ISSUER_KEYS_AGE] = gauge_issuers,
    [METRIC_ISSUER_KEYS_MAX] = gauge_issuers,
    [METRIC_SIGNING_KEYS] = gauge_signing,
    [METRIC_SIGNING_KEY_AGE] = gauge_signing,
    [METRIC_DEVICES] = gauge_states,
    [METRIC_SESSIONS] = gauge_states,
    [METRIC_AUDIT_RECORDS] = gauge_audit_records,
    [METRIC_AUDIT_EVENTS] = gauge_audit_events,
    [METRIC_STORE_SIZE] = gauge_store,
    [METRIC_STORE_FREE] = gauge_store,
    [METRIC_STORE_MAP] = gauge_store,
    [METRIC_STORE_MAX] = gauge_store,
    [METRIC_UPKEEP_GOOD] = gauge_upkeep,
    [METRIC_UPKEEP_OVERDUE] = gauge_upkeep,
    [METRIC_STORE_WRITABLE] = gauge_writable,
};

enum err
gauge_load(struct call *call, enum metric metric)
{
	if (call->service->metrics == NULL || loaders[metric] == NULL)
		return OK;
	return loaders[metric](call, metric);
}
