/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/alerts.h"

#include "jwt-agent/service/call.h"

#include <string.h>

struct alerts {
	size_t count;
	struct alert_rule *rules;
	bool verified;
	int64_t problems;
};

bool
alert_is(const struct alert_config *config, const char *kind)
{
	return strcmp(config->kind, kind) == 0;
}

static void
begin(
    struct alert_rule *rule, const struct alert_config *config, int64_t now_ms)
{
	rule->config = config;
	rule->begun_ms = now_ms;
	if (alert_is(config, "level"))
		return;
	window_begin(&rule->of, config->window);
	window_begin(&rule->to, config->window);
}

enum err
alerts_new(struct alerts **out, const struct config *config, int64_t now_ms)
{
	auto_free(alerts) struct alerts *alerts = calloc(1, sizeof(*alerts));
	size_t count = config->alert_count;

	if (alerts == NULL)
		return ERR_NO_MEMORY;
	alerts->rules = calloc(count > 0 ? count : 1, sizeof(*alerts->rules));
	if (alerts->rules == NULL)
		return ERR_NO_MEMORY;
	for (; alerts->count < count; alerts->count++)
		begin(&alerts->rules[alerts->count],
		    &config->alerts[alerts->count], now_ms);
	*out = TAKE(alerts);
	return OK;
}

void
alerts_free(struct alerts *alerts)
{
	if (alerts == NULL)
		return;
	free(alerts->rules);
	free(alerts);
}

enum err
alerts_load(struct alerts *alerts, struct txn *txn)
{
	for (size_t i = 0; i < alerts->count; i++) {
		auto_clear(alert_record) struct alert_record record = {0};
		struct alert_rule *rule = &alerts->rules[i];
		enum err e = alert_get(txn, rule->config->name, &record);

		if (e == ERR_NOT_FOUND)
			continue;
		if (e != OK)
			return e;
		rule->firing = rule->inherited = record.firing;
		rule->fired = record.fired;
		rule->cleared = record.cleared;
	}
	return OK;
}

static bool
note(struct alert_rule *rule, const struct happening *happening, int64_t now_ms)
{
	const struct alert_config *config = rule->config;
	bool of, to;

	if (!config->enabled || alert_is(config, "level"))
		return false;
	of = selectors_have(&config->of, happening);
	to = selectors_have(&config->to, happening);
	if (of)
		window_add(&rule->of, now_ms, 1);
	if (to)
		window_add(&rule->to, now_ms, 1);
	return of || to;
}

bool
alerts_note(
    struct alerts *alerts, const struct happening *happening, int64_t now_ms)
{
	bool noted = false;

	for (size_t i = 0; i < alerts->count; i++)
		noted = note(&alerts->rules[i], happening, now_ms) || noted;
	return noted;
}

void
alerts_note_verified(struct alerts *alerts, int64_t problems)
{
	alerts->verified = true;
	alerts->problems = problems;
}

void
alerts_note_head(struct alerts *alerts)
{
	alerts->verified = true;
	alerts->problems++;
}

bool
alerts_verified(const struct alerts *alerts, int64_t *problems)
{
	*problems = alerts->problems;
	return alerts->verified;
}

struct alert_rule *
alerts_at(struct alerts *alerts, size_t index)
{
	return index < alerts->count ? &alerts->rules[index] : NULL;
}

struct alert_rule *
alerts_find(struct alerts *alerts, const char *name)
{
	for (size_t i = 0; i < alerts->count; i++)
		if (strcmp(alerts->rules[i].config->name, name) == 0)
			return &alerts->rules[i];
	return NULL;
}

int64_t
alerts_clock(const struct service *service)
{
	return service->clock != NULL
	    ? service->clock->elapsed_ms()
	    : service->host->now_ms(service->host->state);
}

/* A clock that was set back must not silence it. */
int64_t
alert_rests_until(const struct alert_rule *rule, int64_t now)
{
	int64_t until = rule->fired + rule->config->cooldown;

	if (rule->firing || rule->fired == 0 || now < rule->fired)
		return 0;
	return now < until ? until : 0;
}
