/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/gauge_parts.h"

#include "jwt-agent/service/claimset.h"
#include "lmdb-store/counter.h"

#include <stdio.h>
#include <string.h>

static enum err
reason_named(const char *name)
{
	for (int i = 0; i < ERR_COUNT; i++)
		if (strcmp(err_name((enum err)i), name) == 0)
			return (enum err)i;
	return ERR_INTERNAL;
}

/* Services that are not in the configuration are one together. */
static enum err
add_observed(struct call *call, const struct counter_record *counter)
{
	struct metrics *metrics = call->service->metrics;
	const char *service, *reason;

	if (json_unpack(counter->labels, "[ss]", &service, &reason) != 0)
		return ERR_STORE;
	metric_add(metrics, METRIC_OBSERVED,
	    metric_place(metrics, METRIC_SERVICE, service),
	    reason_named(reason), counter->count);
	return OK;
}

/* What is not configured any more is not shown. */
static enum err
add_fallback(struct call *call, const struct counter_record *counter)
{
	struct metrics *metrics = call->service->metrics;
	const char *claim, *source;
	size_t first, second;

	if (json_unpack(counter->labels, "[ss]", &claim, &source) != 0)
		return ERR_STORE;
	if (metric_find(metrics, METRIC_CLAIM, claim, &first) &&
	    metric_find(metrics, METRIC_SOURCE, source, &second))
		metric_add(
		    metrics, METRIC_FALLBACKS, first, second, counter->count);
	return OK;
}

void
gauge_dated(const char *kind, const char *name, char text[GAUGE_DATED_SIZE])
{
	snprintf(text, GAUGE_DATED_SIZE, "%s %s", kind, name);
}

static enum err
add_dated(struct call *call, const struct counter_record *counter)
{
	struct metrics *metrics = call->service->metrics;
	const char *kind, *name;
	char what[GAUGE_DATED_SIZE];
	size_t place;

	if (json_unpack(counter->labels, "[ss]", &kind, &name) != 0)
		return ERR_STORE;
	gauge_dated(kind, name, what);
	if (metric_find(metrics, METRIC_DATED, what, &place))
		metric_add(
		    metrics, METRIC_DATED_LOGINS, place, 0, counter->count);
	return OK;
}

static const struct stored {
	enum metric metric;
	const char *counter;
	enum err (*add)(
	    struct call *call, const struct counter_record *counter);
} stored[] = {
    {METRIC_OBSERVED, "observe", add_observed},
    {METRIC_FALLBACKS, CLAIMSET_COUNTER, add_fallback},
    {METRIC_DATED_LOGINS, DATED_COUNTER, add_dated},
};

static const struct stored *
find_stored(enum metric metric)
{
	const struct stored *row = stored;

	while (row->metric != metric)
		row++;
	return row;
}

enum err
gauge_counters(struct call *call, enum metric metric)
{
	auto_clear(counter_record) struct counter_record counter = {0};
	const struct stored *row = find_stored(metric);
	enum err e = OK;

	metric_clear(call->service->metrics, metric);
	while (e == OK) {
		e = counter_next(call->txn, row->counter, &counter);
		if (e == OK)
			e = row->add(call, &counter);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
