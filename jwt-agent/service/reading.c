/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/reading.h"

#include "jwt-agent/service/level.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum err
check(const struct config *config, const struct alert_config *alert,
    struct config_error *error)
{
	char section[CONFIG_ALERT_NAME_MAX + sizeof("alert ")];

	if (!alert_is(alert, "level") || level_find(alert->of.item[0]) != NULL)
		return OK;
	snprintf(section, sizeof(section), "alert %s", alert->name);
	return config_refuse(config, section, "of", error,
	    "of=: \"%.40s\" is nothing that is measured", alert->of.item[0]);
}

enum err
alerts_check(const struct config *config, struct config_error *error)
{
	enum err e = OK;

	for (size_t i = 0; i < config->alert_count && e == OK; i++)
		e = check(config, &config->alerts[i], error);
	return e;
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
    struct txn *txn, int64_t now, struct alert_reading *out)
{
	const struct alert_config *config = rule->config;
	int64_t now_ms = alerts_clock(service);

	*out =
	    (struct alert_reading){.known = true, .now = now, .now_ms = now_ms};
	if (alert_is(config, "level"))
		return read_level(config, service, txn, now, out);
	if (alert_is(config, "ratio"))
		read_ratio(config, window_sum(&rule->of, now_ms),
		    window_sum(&rule->to, now_ms), out);
	else if (alert_is(config, "rate"))
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
alert_judge(const struct alert_rule *rule, const struct alert_reading *reading)
{
	if (!rule->config->enabled)
		return rule->firing ? ALERT_CLEARS : ALERT_STAYS;
	if (!reading->known)
		return ALERT_STAYS;
	if (rule->firing)
		return !reading->above && may_clear(rule, reading->now_ms)
		    ? ALERT_CLEARS
		    : ALERT_STAYS;
	return reading->above && alert_rests_until(rule, reading->now) == 0
	    ? ALERT_FIRES
	    : ALERT_STAYS;
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
	if (alert_is(config, "ratio"))
		return "%";
	if (alert_is(config, "rate"))
		return "/min";
	return alert_is(config, "level") ? level_find(config->of.item[0])->unit
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
