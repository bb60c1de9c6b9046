/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/alerts.h"

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/level.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct alerts {
	size_t count;
	struct alert_rule *rules;
	bool verified;
	int64_t problems;
};

static bool
is_kind(const struct alert_config *config, const char *kind)
{
	return strcmp(config->kind, kind) == 0;
}

/* config_load() does not know what can be measured. */
static enum err
check_gauge(const struct config *config, const struct alert_config *alert,
    struct config_error *error)
{
	char section[CONFIG_ALERT_NAME_MAX + sizeof("alert ")];

	if (!is_kind(alert, "level") || level_find(alert->of.item[0]) != NULL)
		return OK;
	snprintf(section, sizeof(section), "alert %s", alert->name);
	return config_refuse(config, section, "of", error,
	    "of=: \"%.40s\" is nothing that is measured", alert->of.item[0]);
}

static void
begin(
    struct alert_rule *rule, const struct alert_config *config, int64_t now_ms)
{
	rule->config = config;
	rule->begun_ms = now_ms;
	if (is_kind(config, "level"))
		return;
	window_begin(&rule->of, config->window);
	window_begin(&rule->to, config->window);
}

enum err
alerts_new(struct alerts **out, const struct config *config, int64_t now_ms,
    struct config_error *error)
{
	auto_free(alerts) struct alerts *alerts = calloc(1, sizeof(*alerts));
	size_t count = config->alert_count;

	if (alerts == NULL)
		return ERR_NO_MEMORY;
	alerts->rules = calloc(count > 0 ? count : 1, sizeof(*alerts->rules));
	if (alerts->rules == NULL)
		return ERR_NO_MEMORY;
	for (; alerts->count < count; alerts->count++) {
		const struct alert_config *alert =
		    &config->alerts[alerts->count];
		enum err e = check_gauge(config, alert, error);

		if (e != OK)
			return e;
		begin(&alerts->rules[alerts->count], alert, now_ms);
	}
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

	if (!config->enabled || is_kind(config, "level"))
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

static void
read_ratio(const struct alert_config *config, int64_t part, int64_t whole,
    struct alert_reading *out)
{
	int64_t tenths = whole > 0 ? part * 1000 / whole : 0;

	out->above =
	    whole >= config->minimum && part * 100 > config->threshold * whole;
	snprintf(out->value, sizeof(out->value), "%" PRId64 ".%" PRId64 "%%",
	    tenths / 10, tenths % 10);
	snprintf(out->more, sizeof(out->more), " events=%" PRId64 "/%" PRId64,
	    part, whole);
}

static void
read_rate(
    const struct alert_config *config, int64_t count, struct alert_reading *out)
{
	int64_t tenths = count * 600 / config->window;

	out->above = count >= config->minimum &&
	    count * 60 > config->threshold * config->window;
	snprintf(out->value, sizeof(out->value), "%" PRId64 ".%" PRId64 "/min",
	    tenths / 10, tenths % 10);
	snprintf(out->more, sizeof(out->more), " events=%" PRId64, count);
}

static void
read_count(
    const struct alert_config *config, int64_t count, struct alert_reading *out)
{
	out->above = count >= config->minimum && count > config->threshold;
	snprintf(out->value, sizeof(out->value), "%" PRId64, count);
}

static enum err
read_level(const struct alert_config *config, const struct service *service,
    struct txn *txn, int64_t now, struct alert_reading *out)
{
	const struct level *level = level_find(config->of.item[0]);
	struct level_value value = {0};
	enum err e = level->read(service, txn, now, &value);

	out->known = e == OK && value.known;
	out->above = out->known && value.value > config->threshold;
	snprintf(out->value, sizeof(out->value), "%" PRId64 "%s", value.value,
	    level->unit);
	snprintf(out->more, sizeof(out->more), "%s", value.of);
	return e;
}

enum err
alert_read(struct alert_rule *rule, const struct service *service,
    struct txn *txn, int64_t now, int64_t now_ms, struct alert_reading *out)
{
	const struct alert_config *config = rule->config;

	*out = (struct alert_reading){.known = true};
	if (is_kind(config, "level"))
		return read_level(config, service, txn, now, out);
	if (is_kind(config, "ratio"))
		read_ratio(config, window_sum(&rule->of, now_ms),
		    window_sum(&rule->to, now_ms), out);
	else if (is_kind(config, "rate"))
		read_rate(config, window_sum(&rule->of, now_ms), out);
	else
		read_count(config, window_sum(&rule->of, now_ms), out);
	return OK;
}

/* What was before a restart is not known to be over until a whole window was
 * seen. */
static bool
may_clear(const struct alert_rule *rule, int64_t now_ms)
{
	return !rule->inherited ||
	    now_ms - rule->begun_ms >= rule->config->window * 1000;
}

enum alert_change
alert_judge(const struct alert_rule *rule, const struct alert_reading *reading,
    int64_t now, int64_t now_ms)
{
	if (!rule->config->enabled)
		return rule->firing ? ALERT_CLEARS : ALERT_STAYS;
	if (!reading->known)
		return ALERT_STAYS;
	if (rule->firing)
		return !reading->above && may_clear(rule, now_ms) ? ALERT_CLEARS
								  : ALERT_STAYS;
	return reading->above && alert_rests_until(rule, now) == 0
	    ? ALERT_FIRES
	    : ALERT_STAYS;
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

static void
write_span(int64_t seconds, char *text, size_t size)
{
	static const struct {
		int64_t seconds;
		char name;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	snprintf(text, size, "%" PRId64 "%c", seconds / units[i].seconds,
	    units[i].name);
}

static const char *
unit_of(const struct alert_config *config)
{
	if (is_kind(config, "ratio"))
		return "%";
	if (is_kind(config, "rate"))
		return "/min";
	return is_kind(config, "level") ? level_find(config->of.item[0])->unit
					: "";
}

void
alert_threshold(const struct alert_config *config, char *text, size_t size)
{
	snprintf(
	    text, size, "%" PRId64 "%s", config->threshold, unit_of(config));
}

void
alert_describe(const struct alert_config *config,
    const struct alert_reading *reading, char *text, size_t size)
{
	char threshold[32], window[32] = "";

	alert_threshold(config, threshold, sizeof(threshold));
	if (config->window > 0)
		write_span(config->window, window, sizeof(window));
	snprintf(text, size, "%s value=%s%s threshold=%s%s%s", config->name,
	    reading->known ? reading->value : "unknown", reading->more,
	    threshold, window[0] != '\0' ? " window=" : "", window);
}
