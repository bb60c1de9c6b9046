/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/alerting.h"

#include "jwt-agent/service/alert.h"
#include "jwt-agent/service/reading.h"

#include <string.h>

/* From what is counted to the look at it: a burst is one look. */
#define SOON_MICROSECONDS 1000000

struct alerting {
	struct alerting_options options;
	sd_event_source *soon;
	bool levels_soon; /* not only what was counted */
};

static void
submit(struct alerting *alerting, struct alert_rule *rule,
    const struct alert_reading *reading, enum alert_change change)
{
	const struct request *row =
	    change == ALERT_FIRES ? &request_alert_fire : &request_alert_clear;
	char detail[ALERT_DETAIL_SIZE];
	auto_json json_t *parameters = NULL;

	alert_describe(rule->config, reading, detail, sizeof(detail));
	parameters =
	    json_pack("{ss ss}", "alert", rule->config->name, "detail", detail);
	rule->changing = parameters != NULL &&
	    alerting->options.submit(
		row, parameters, alerting->options.context);
}

/* What cannot be read now is looked at again. */
static void
look_at(struct alerting *alerting, struct alert_rule *rule, struct txn *txn)
{
	const struct service *service = alerting->options.service;
	struct alert_reading reading;
	enum alert_change change;

	if (rule->changing ||
	    alert_read(rule, service, txn, host_now(service->host), &reading) !=
		OK)
		return;
	change = alert_judge(rule, &reading);
	if (change != ALERT_STAYS)
		submit(alerting, rule, &reading, change);
}

static void
look(struct alerting *alerting, bool levels)
{
	const struct service *service = alerting->options.service;
	auto_free(txn) struct txn *txn = NULL;
	struct alert_rule *rule;

	if (store_begin(service->store, TXN_READ, &txn) != OK)
		return;
	for (size_t i = 0; (rule = alerts_at(service->alerts, i)) != NULL; i++)
		if (levels || !alert_is(rule->config, "level"))
			look_at(alerting, rule, txn);
}

void
alerting_tick(struct alerting *alerting)
{
	look(alerting, true);
}

static int
on_soon(sd_event_source *source, uint64_t now, void *context)
{
	struct alerting *alerting = context;
	bool levels = alerting->levels_soon;

	(void)source;
	(void)now;
	alerting->levels_soon = false;
	look(alerting, levels);
	return 0;
}

enum err
alerting_new(struct alerting **out, sd_event *loop,
    const struct alerting_options *options)
{
	auto_free(alerting) struct alerting *alerting =
	    calloc(1, sizeof(*alerting));

	if (alerting == NULL)
		return ERR_NO_MEMORY;
	alerting->options = *options;
	if (sd_event_add_time_relative(loop, &alerting->soon, CLOCK_MONOTONIC,
		0, 0, on_soon, alerting) < 0 ||
	    sd_event_source_set_enabled(alerting->soon, SD_EVENT_OFF) < 0)
		return ERR_IO;
	*out = TAKE(alerting);
	return OK;
}

void
alerting_free(struct alerting *alerting)
{
	if (alerting == NULL)
		return;
	sd_event_source_disable_unref(alerting->soon);
	free(alerting);
}

/* Not put off by what comes meanwhile. */
static void
look_soon(struct alerting *alerting)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(alerting->soon, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	sd_event_source_set_time_relative(alerting->soon, SOON_MICROSECONDS);
	sd_event_source_set_enabled(alerting->soon, SD_EVENT_ONESHOT);
}

/* What was not written is looked at again. */
void
alerting_written(struct alerting *alerting, const struct task *task)
{
	const struct alert_change_request *change = task->request;
	struct alert_rule *rule;

	if (task->row != &request_alert_fire &&
	    task->row != &request_alert_clear)
		return;
	rule = alerts_find(alerting->options.service->alerts, change->alert);
	if (rule == NULL)
		return;
	rule->changing = false;
	if (task->outcome != OK)
		return;
	rule->firing = task->row == &request_alert_fire;
	rule->inherited = false;
	*(rule->firing ? &rule->fired : &rule->cleared) = task->call.now;
}

static void
count(const struct happening *happening, void *context)
{
	struct alerting *alerting = context;
	const struct service *service = alerting->options.service;

	if (alerts_note(service->alerts, happening, alerts_clock(service)))
		look_soon(alerting);
}

/* `audit verify` does first the one and then the other. */
static void
note_check(struct alerting *alerting, const struct audit_check *check)
{
	struct alerts *alerts = alerting->options.service->alerts;

	if (check->done)
		alerts_note_verified(alerts, check->problems);
	if (check->head)
		alerts_note_head(alerts);
	if (!check->done && !check->head)
		return;
	alerting->levels_soon = true;
	look_soon(alerting);
}

void
alerting_settled(struct alerting *alerting, const struct task *task)
{
	note_check(alerting, &task->call.audit_check);
	task_tell(task, count, alerting);
}
