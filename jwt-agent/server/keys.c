/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/keys.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* One issuer whose keys are being fetched, and the tasks that wait for them. */
struct round {
	struct keys *keys;
	struct trusted *trusted;
	struct task **parked;
	size_t count, room;
};

struct keys {
	struct keys_options options;
	struct fetching *fetching;
	struct round rounds[CONFIG_ISSUERS_MAX];
	size_t round_count;
};

enum err
keys_new(struct keys **out, sd_event *loop, const struct keys_options *options)
{
	auto_free(keys) struct keys *keys = calloc(1, sizeof(*keys));
	struct trusted *trusted;
	enum err e;

	if (keys == NULL)
		return ERR_NO_MEMORY;
	keys->options = *options;
	for (size_t i = 0;
	     (trusted = trust_at(options->service->trust, i)) != NULL; i++)
		keys->rounds[keys->round_count++] =
		    (struct round){.keys = keys, .trusted = trusted};
	e = fetching_new(
	    &keys->fetching, loop, options->service->config->fetcher);
	if (e == OK)
		*out = TAKE(keys);
	return e;
}

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	fetching_free(keys->fetching);
	for (size_t i = 0; i < keys->round_count; i++) {
		struct round *round = &keys->rounds[i];

		for (size_t j = 0; j < round->count; j++)
			task_free(round->parked[j]);
		free(round->parked);
	}
	free(keys);
}

static struct round *
round_of(struct keys *keys, const struct trusted *trusted)
{
	for (size_t i = 0; i < keys->round_count; i++)
		if (keys->rounds[i].trusted == trusted)
			return &keys->rounds[i];
	return NULL;
}

static int64_t
now_of(const struct keys *keys)
{
	return host_now(keys->options.service->host);
}

/* Tasks that are parked meanwhile wait for the next answer. */
static void
let_go(struct round *round)
{
	const struct keys_events *events = &round->keys->options.events;
	struct task **parked = TAKE(round->parked);
	size_t count = round->count;

	round->count = round->room = 0;
	for (size_t i = 0; i < count; i++) {
		parked[i]->call.waited = true;
		events->ready(parked[i], events->context);
	}
	free(parked);
}

static void
log_round(const struct round *round, bool good)
{
	const struct trusted *trusted = round->trusted;
	char count[24];
	const struct log_pair pairs[] = {
	    {"issuer", trusted->config->name},
	    {"keys", count},
	    {"problem", good ? NULL : trusted->problem.text},
	};

	snprintf(count, sizeof(count), "%zu", trusted->keys.count);
	log_event(round->keys->options.log, good ? LOG_INFO : LOG_WARNING,
	    good ? "keys-fetched" : "keys-failed", pairs, 3);
}

static void
count_round(const struct round *round, bool good)
{
	struct metrics *metrics = round->keys->options.service->metrics;

	metric_add(metrics, METRIC_KEY_FETCHES,
	    metric_place(metrics, METRIC_ISSUER, round->trusted->config->name),
	    metric_place(metrics, METRIC_RESULT, good ? "ok" : "failed"), 1);
}

/* Cache-Control says how long; a set that may not be kept at all is kept for
 * keys_min_age all the same, or every login would ask for it. */
static int64_t
max_age_of(const struct fetch_reply *reply)
{
	return reply->no_cache ? 1 : reply->max_age;
}

static void
on_fetched(const struct fetch_reply *reply, void *context)
{
	struct round *round = context;
	struct trusted *trusted = round->trusted;
	const struct keys_events *events = &round->keys->options.events;
	enum err e = trusted_take(trusted, reply->jwks, max_age_of(reply),
	    reply->problem, now_of(round->keys));
	bool good;

	trusted->fetching = false;
	good = e == OK && trusted->problem.text[0] == '\0';
	log_round(round, good);
	count_round(round, good);
	events->fetched(trusted->config->name, events->context);
	let_go(round);
}

static enum err
start(struct round *round)
{
	const struct issuer_config *config = round->trusted->config;
	const struct fetch_request request = {
	    .url = config->discovery ? config->issuer : config->jwks_url,
	    .discovery = config->discovery,
	    .ca_file = config->ca_file,
	};

	return fetching_start(
	    round->keys->fetching, &request, on_fetched, round);
}

void
keys_fetch(struct keys *keys, struct trusted *trusted, bool missing)
{
	struct round *round = round_of(keys, trusted);

	if (round == NULL || trusted->fetching)
		return;
	trusted->fetching = start(round) == OK;
	if (!trusted->fetching)
		count_round(round, false);
	trusted->tried = now_of(keys);
	if (missing)
		trusted->asked = trusted->tried;
}

void
keys_park(struct keys *keys, struct task *task)
{
	struct round *round = round_of(keys, task->call.fetch);
	struct task **parked = round->parked;

	if (round->count == round->room) {
		parked = reallocarray(
		    parked, round->room * 2 + 16, sizeof(struct task *));
		if (parked != NULL) {
			round->parked = parked;
			round->room = round->room * 2 + 16;
		}
	}
	if (parked != NULL && round->trusted->fetching) {
		parked[round->count++] = task;
		return;
	}
	/* nothing will come: it has to do without */
	task->call.waited = true;
	keys->options.events.ready(task, keys->options.events.context);
}

void
keys_sweep(struct keys *keys)
{
	int64_t now = now_of(keys);

	for (size_t i = 0; i < keys->round_count; i++) {
		struct trusted *trusted = keys->rounds[i].trusted;

		if (trusted_is_due(trusted, now))
			keys_fetch(keys, trusted, false);
	}
}
