/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/alert.h"

#include "jwt-agent/service/reading.h"

#include <stdio.h>
#include <string.h>

DEFINE_FIELDS(alert_change_request, ALERT_CHANGE_REQUEST)

static enum err
get(struct call *call, const char *name, struct alert_record *record)
{
	enum err e = alert_get(call->txn, name, record);

	if (e != ERR_NOT_FOUND)
		return e;
	record->name = strdup(name);
	return record->name != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
change(
    struct call *call, const struct alert_change_request *request, bool firing)
{
	auto_clear(alert_record) struct alert_record record = {0};
	enum err e = get(call, request->alert, &record);

	if (e != OK)
		return e;
	call_note(&call->event.detail, request->detail);
	record.firing = firing;
	*(firing ? &record.fired : &record.cleared) = call->now;
	return alert_put(call->txn, &record);
}

enum err
alert_fire(struct call *call, const struct alert_change_request *request,
    struct empty *reply)
{
	(void)reply;
	return change(call, request, true);
}

enum err
alert_clear(struct call *call, const struct alert_change_request *request,
    struct empty *reply)
{
	(void)reply;
	return change(call, request, false);
}

static const char *
state_name(const struct alert_rule *rule, const struct alert_reading *reading)
{
	if (!rule->config->enabled)
		return "off";
	if (rule->firing)
		return "firing";
	return reading->known ? "ok" : "unknown";
}

static enum err
view(struct call *call, struct alert_rule *rule, struct alert_view *entry)
{
	const struct alert_config *config = rule->config;
	struct alert_reading reading;
	char threshold[ALERT_TEXT_SIZE];
	enum err e =
	    alert_read(rule, call->service, call->txn, call->now, &reading);

	if (e != OK)
		return e;
	alert_threshold(config, threshold, sizeof(threshold));
	entry->name = strdup(config->name);
	entry->state = strdup(state_name(rule, &reading));
	entry->kind = strdup(config->kind);
	entry->of = texts_json(&config->of);
	entry->threshold = strdup(threshold);
	if (reading.known)
		entry->value = strdup(reading.value);
	if (entry->name == NULL || entry->state == NULL ||
	    entry->kind == NULL || entry->of == NULL ||
	    entry->threshold == NULL || (reading.known && entry->value == NULL))
		return ERR_NO_MEMORY;
	entry->window = config->window;
	entry->fired = rule->fired;
	entry->cleared = rule->cleared;
	entry->rests_until = alert_rests_until(rule, call->now);
	return OK;
}

enum err
alert_list(struct call *call, const struct empty *request,
    struct cursor *cursor, struct alert_view *entry)
{
	struct alert_rule *rule =
	    alerts_at(call->service->alerts, (size_t)cursor->seq);

	(void)request;
	if (rule == NULL)
		return ERR_NOT_FOUND;
	cursor->begun = true;
	cursor->seq++;
	return view(call, rule, entry);
}

enum err
alert_test(struct call *call, const struct alert_test_request *request,
    struct alert_test_reply *reply)
{
	struct alert_rule *rule =
	    alerts_find(call->service->alerts, request->alert);
	struct alert_reading reading;
	char detail[ALERT_DETAIL_SIZE];
	enum err e;

	if (rule == NULL)
		return ERR_NO_SUCH_ALERT;
	e = alert_read(rule, call->service, call->txn, call->now, &reading);
	if (e != OK)
		return e;
	alert_describe(rule->config, &reading, detail, sizeof(detail));
	call_note(&call->event.detail, detail);
	reply->name = strdup(rule->config->name);
	reply->detail = strdup(detail);
	return reply->name != NULL && reply->detail != NULL ? OK
							    : ERR_NO_MEMORY;
}

static enum err
forget(struct call *call, const struct alert_record *record)
{
	char detail[ALERT_DETAIL_SIZE];

	if (record->firing) {
		snprintf(detail, sizeof(detail),
		    "%.100s is not configured any more", record->name);
		call_alert(call, "alert-cleared", detail);
	}
	return alert_remove(call->txn, record->name);
}

/* There are as many as are configured, so that all can be looked at. */
enum err
alert_sweep(struct call *call, size_t limit, size_t *done)
{
	auto_clear(alert_record) struct alert_record record = {0};
	enum err e = OK;

	if (limit > CALL_ALERTS_MAX)
		limit = CALL_ALERTS_MAX;
	for (*done = 0; *done < limit && e == OK;) {
		e = alert_next(call->txn, &record);
		if (e != OK ||
		    alerts_find(call->service->alerts, record.name) != NULL)
			continue;
		e = forget(call, &record);
		*done += e == OK;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
