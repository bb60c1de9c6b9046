/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/gauge.h"

#include "jwt-agent/service/claimset.h"
#include "jwt-agent/service/upkeep.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/session.h"
#include "lmdb-store/signkey.h"

#include <stdio.h>
#include <string.h>

typedef enum err (*loader)(struct call *call, enum metric metric);

static void
set(struct call *call, enum metric metric, int64_t value)
{
	metric_set(call->service->metrics, metric, 0, 0, value);
}

static enum err
load_build(struct call *call, enum metric metric)
{
	set(call, metric, 1);
	return OK;
}

static enum err
load_start(struct call *call, enum metric metric)
{
	set(call, metric, call->service->started);
	return OK;
}

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

/* These are counted in the store. */
static enum err
load_stored(struct call *call, enum metric metric)
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

static int64_t
keys_now(const struct trusted *trusted, int64_t now)
{
	if (trusted_state(trusted, now) == KEYS_UNAVAILABLE)
		return 0;
	return (int64_t)trusted->issuer.key_count;
}

/* Of keys in files there is no age: they hold as long as they are there. */
static int64_t
issuer_value(const struct trusted *trusted, enum metric metric, int64_t now)
{
	if (metric == METRIC_ISSUER_KEYS)
		return keys_now(trusted, now);
	if (metric == METRIC_ISSUER_KEYS_MAX)
		return trusted->config->keys_max_age;
	return now - trusted->fetched;
}

static bool
has_value(const struct trusted *trusted, enum metric metric)
{
	if (metric == METRIC_ISSUER_KEYS)
		return true;
	return trusted_is_fetched(trusted) &&
	    (metric == METRIC_ISSUER_KEYS_MAX || trusted->fetched != 0);
}

static enum err
load_issuers(struct call *call, enum metric metric)
{
	struct metrics *metrics = call->service->metrics;
	struct trusted *trusted;
	size_t place;

	metric_clear(metrics, metric);
	for (size_t i = 0;
	     (trusted = trust_at(call->service->trust, i)) != NULL; i++)
		if (has_value(trusted, metric) &&
		    metric_find(
			metrics, METRIC_ISSUER, trusted->config->name, &place))
			metric_set(metrics, metric, place, 0,
			    issuer_value(trusted, metric, call->now));
	return OK;
}

static void
add_key(
    struct call *call, enum metric metric, const struct signkey_record *record)
{
	struct metrics *metrics = call->service->metrics;
	int64_t age =
	    call->now - (record->since != 0 ? record->since : record->created);
	size_t place;

	if (!metric_find(metrics, METRIC_KEY_STATE, record->state, &place))
		return;
	if (metric == METRIC_SIGNING_KEYS)
		metric_add(metrics, metric, place, 0, 1);
	else if (age >= metric_value(metrics, metric, place, 0))
		metric_set(metrics, metric, place, 0, age);
}

/* There are KEYRING_KEYS_MAX of them at most. */
static enum err
load_signing(struct call *call, enum metric metric)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	enum err e = OK;

	metric_clear(call->service->metrics, metric);
	while (e == OK) {
		e = signkey_next(call->txn, record.kid, &record);
		if (e == OK)
			add_key(call, metric, &record);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

/* From the numbers of entries that tables and indexes have. */
static enum err
load_devices(struct call *call, enum metric metric)
{
	struct metrics *metrics = call->service->metrics;
	size_t all = 0, active = 0;
	enum err e = txn_entries(call->txn, TABLE_DEVICE, &all);

	if (e == OK)
		e = txn_entries(call->txn, TABLE_DEVICE_ACTIVE, &active);
	metric_set(metrics, metric,
	    metric_place(metrics, METRIC_DEVICE_STATE, "active"), 0,
	    (int64_t)active);
	metric_set(metrics, metric,
	    metric_place(metrics, METRIC_DEVICE_STATE, "inactive"), 0,
	    (int64_t)all - (int64_t)active);
	return e;
}

static enum err
load_sessions(struct call *call, enum metric metric)
{
	struct metrics *metrics = call->service->metrics;
	size_t all = 0, live = 0;
	enum err e = txn_entries(call->txn, TABLE_SESSION, &all);

	if (e == OK)
		e = session_live_count(call->txn, &live);
	metric_set(metrics, metric,
	    metric_place(metrics, METRIC_SESSION_STATE, "live"), 0,
	    (int64_t)live);
	metric_set(metrics, metric,
	    metric_place(metrics, METRIC_SESSION_STATE, "ended"), 0,
	    (int64_t)all - (int64_t)live);
	return e;
}

static enum err
load_audit_records(struct call *call, enum metric metric)
{
	size_t entries = 0;
	enum err e = txn_entries(call->txn, TABLE_AUDIT, &entries);

	set(call, metric, (int64_t)entries);
	return e;
}

static enum err
load_audit_events(struct call *call, enum metric metric)
{
	auto_clear(audit_record) struct audit_record newest = {0};
	enum err e = audit_prev(call->txn, INT64_MAX, &newest);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	set(call, metric, e == OK ? newest.seq : 0);
	return OK;
}

static enum err
load_store(struct call *call, enum metric metric)
{
	const struct service *service = call->service;
	size_t free_bytes = 0;
	enum err e = OK;

	if (metric == METRIC_STORE_SIZE)
		set(call, metric, (int64_t)store_size(service->store));
	else if (metric == METRIC_STORE_MAP)
		set(call, metric, (int64_t)store_map_size(service->store));
	else if (metric == METRIC_STORE_MAX)
		set(call, metric, service->config->store_max);
	else
		e = txn_free_bytes(call->txn, &free_bytes);
	if (metric == METRIC_STORE_FREE && e == OK)
		set(call, metric, (int64_t)free_bytes);
	return e;
}

/* A job that the configuration does not ask for is not shown. */
static enum err
load_upkeep(struct call *call, enum metric metric)
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

static enum err
load_writable(struct call *call, enum metric metric)
{
	const struct outage *outage = call->service->outage;

	set(call, metric, outage == NULL || outage->fault == OK);
	return OK;
}

static const loader loaders[METRIC_COUNT] = {
    [METRIC_BUILD] = load_build,
    [METRIC_START_TIME] = load_start,
    [METRIC_OBSERVED] = load_stored,
    [METRIC_FALLBACKS] = load_stored,
    [METRIC_DATED_LOGINS] = load_stored,
    [METRIC_ISSUER_KEYS] = load_issuers,
    [METRIC_ISSUER_KEYS_AGE] = load_issuers,
    [METRIC_ISSUER_KEYS_MAX] = load_issuers,
    [METRIC_SIGNING_KEYS] = load_signing,
    [METRIC_SIGNING_KEY_AGE] = load_signing,
    [METRIC_DEVICES] = load_devices,
    [METRIC_SESSIONS] = load_sessions,
    [METRIC_AUDIT_RECORDS] = load_audit_records,
    [METRIC_AUDIT_EVENTS] = load_audit_events,
    [METRIC_STORE_SIZE] = load_store,
    [METRIC_STORE_FREE] = load_store,
    [METRIC_STORE_MAP] = load_store,
    [METRIC_STORE_MAX] = load_store,
    [METRIC_UPKEEP_GOOD] = load_upkeep,
    [METRIC_UPKEEP_OVERDUE] = load_upkeep,
    [METRIC_STORE_WRITABLE] = load_writable,
};

enum err
gauge_load(struct call *call, enum metric metric)
{
	if (call->service->metrics == NULL || loaders[metric] == NULL)
		return OK;
	return loaders[metric](call, metric);
}
