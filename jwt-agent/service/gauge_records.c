/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/gauge_parts.h"

#include "lmdb-store/census.h"

static const struct counted {
	enum metric metric;
	enum table table;
	enum metric_domain states;
} counted[] = {
    {METRIC_DEVICES, TABLE_DEVICE, METRIC_DEVICE_STATE},
    {METRIC_SESSIONS, TABLE_SESSION, METRIC_SESSION_STATE},
};

static const struct counted *
find_counted(enum metric metric)
{
	const struct counted *row = counted;

	while (row->metric != metric)
		row++;
	return row;
}

enum err
gauge_states(struct call *call, enum metric metric)
{
	struct metrics *metrics = call->service->metrics;
	const struct counted *row = find_counted(metric);
	const char *state;
	enum err e = OK;

	for (size_t i = 0;
	     e == OK && (state = metric_at(metrics, row->states, i)) != NULL;
	     i++) {
		int64_t count = 0;

		e = census_get(call->txn, row->table, state, &count);
		metric_set(metrics, metric, i, 0, count);
	}
	return e;
}

enum err
gauge_audit_records(struct call *call, enum metric metric)
{
	size_t entries = 0;
	enum err e = txn_entries(call->txn, TABLE_AUDIT, &entries);

	gauge_set(call, metric, (int64_t)entries);
	return e;
}

enum err
gauge_audit_events(struct call *call, enum metric metric)
{
	auto_clear(audit_record) struct audit_record newest = {0};
	enum err e = audit_prev(call->txn, INT64_MAX, &newest);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	gauge_set(call, metric, e == OK ? newest.seq : 0);
	return OK;
}
