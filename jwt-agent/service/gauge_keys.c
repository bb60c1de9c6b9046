/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/gauge_parts.h"

#include "lmdb-store/signkey.h"

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
has_value(const struct trusted *trusted, enum metric metric, int64_t now)
{
	if (trusted_state(trusted, now) == KEYS_ENDED)
		return false;
	if (metric == METRIC_ISSUER_KEYS)
		return true;
	return trusted_is_fetched(trusted) &&
	    (metric == METRIC_ISSUER_KEYS_MAX || trusted->fetched != 0);
}

enum err
gauge_issuers(struct call *call, enum metric metric)
{
	struct metrics *metrics = call->service->metrics;
	struct trusted *trusted;
	size_t place;

	metric_clear(metrics, metric);
	for (size_t i = 0;
	     (trusted = trust_at(call->service->trust, i)) != NULL; i++)
		if (has_value(trusted, metric, call->now) &&
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

/* There may be none in a state, but an age of none there is not. */
static void
begin_keys(struct metrics *metrics, enum metric metric)
{
	metric_clear(metrics, metric);
	for (size_t i = 0; metric == METRIC_SIGNING_KEYS &&
	     metric_at(metrics, METRIC_KEY_STATE, i) != NULL;
	     i++)
		metric_set(metrics, metric, i, 0, 0);
}

enum err
gauge_signing(struct call *call, enum metric metric)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	enum err e = OK;

	begin_keys(call->service->metrics, metric);
	while (e == OK) {
		e = signkey_next(call->txn, record.kid, &record);
		if (e == OK)
			add_key(call, metric, &record);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
