/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/gauge_parts.h"

#include "jwt-agent/service/upkeep.h"

enum err
gauge_store(struct call *call, enum metric metric)
{
	const struct service *service = call->service;
	size_t free_bytes = 0;
	enum err e = OK;

	if (metric == METRIC_STORE_SIZE)
		gauge_set(call, metric, (int64_t)store_size(service->store));
	else if (metric == METRIC_STORE_MAP)
		gauge_set(
		    call, metric, (int64_t)store_map_size(service->store));
	else if (metric == METRIC_STORE_MAX)
		gauge_set(call, metric, service->config->store_max);
	else
		e = txn_free_bytes(call->txn, &free_bytes);
	if (metric == METRIC_STORE_FREE && e == OK)
		gauge_set(call, metric, (int64_t)free_bytes);
	return e;
}

enum err
gauge_upkeep(struct call *call, enum metric metric)
{
	struct metrics *metrics = call->service->metrics;
	enum err e = OK;

	metric_clear(metrics, metric);
	for (int i = 0; i < JOB_COUNT && e == OK; i++) {
		auto_clear(upkeep_state) struct upkeep_state state = {
		    .next = 0};

		e = upkeep_look(
		    call->service, call->txn, call->now, (enum job)i, &state);
		if (e != OK || !state.wanted)
			continue;
		if (metric == METRIC_UPKEEP_OVERDUE)
			metric_set(
			    metrics, metric, (size_t)i, 0, state.overdue);
		else if (state.record.good != 0)
			metric_set(
			    metrics, metric, (size_t)i, 0, state.record.good);
	}
	return e;
}

enum err
gauge_writable(struct call *call, enum metric metric)
{
	const struct outage *outage = call->service->outage;

	gauge_set(call, metric, outage == NULL || outage->fault == OK);
	return OK;
}
