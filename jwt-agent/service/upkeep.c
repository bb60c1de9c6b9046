/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/upkeep.h"

#include "jwt-agent/service/sweep.h"

#include <stdio.h>
#include <string.h>

void
upkeep_state_clear(struct upkeep_state *state)
{
	upkeep_record_clear(&state->record);
}

/* One that was never done is waited for from the agent's start on; one that
 * failed is still to be done. */
static void
reckon(const struct service *service, int64_t now, enum job job,
    struct upkeep_state *state)
{
	int64_t interval = job_interval(job);
	int64_t good = state->record.good;
	int64_t from = good != 0 ? good : service->started;

	state->wanted = job_is_wanted(service->config, job);
	if (!state->wanted)
		return;
	state->next = from + (good != 0 ? interval : 0);
	state->overdue = now - from > JOB_OVERDUE_INTERVALS * interval;
}

enum err
upkeep_look(const struct service *service, struct txn *txn, int64_t now,
    enum job job, struct upkeep_state *state)
{
	enum err e = upkeep_get(txn, job_name(job), &state->record);

	if (e == OK || e == ERR_NOT_FOUND)
		reckon(service, now, job, state);
	return e == ERR_NOT_FOUND ? OK : e;
}

bool
upkeep_wants_somebody(const struct upkeep_state *state)
{
	const char *outcome = state->record.outcome;

	if (!state->wanted)
		return false;
	return state->overdue ||
	    (outcome != NULL &&
		(strcmp(outcome, UPKEEP_FAILED) == 0 ||
		    strcmp(outcome, UPKEEP_DUE) == 0));
}

static enum err
view(enum job job, const struct upkeep_state *state, struct upkeep_view *entry)
{
	const struct upkeep_record *record = &state->record;

	entry->job = strdup(job_name(job));
	entry->does = strdup(job_help(job));
	if (record->outcome != NULL)
		entry->outcome = strdup(record->outcome);
	if (record->detail != NULL)
		entry->detail = strdup(record->detail);
	entry->interval = job_interval(job);
	entry->wanted = state->wanted;
	entry->last = record->done;
	entry->next = state->next;
	entry->overdue = state->overdue;
	return entry->job != NULL && entry->does != NULL &&
		(entry->outcome == NULL) == (record->outcome == NULL) &&
		(entry->detail == NULL) == (record->detail == NULL)
	    ? OK
	    : ERR_NO_MEMORY;
}

enum err
admin_upkeep(struct call *call, const struct empty *request,
    struct cursor *cursor, struct upkeep_view *entry)
{
	auto_clear(upkeep_state) struct upkeep_state state = {0};
	enum job job = (enum job)cursor->seq;
	enum err e;

	(void)request;
	if (job >= JOB_COUNT)
		return ERR_NOT_FOUND;
	cursor->seq++;
	e = upkeep_look(call->service, call->txn, call->now, job, &state);
	return e == OK ? view(job, &state, entry) : e;
}

static enum err
add_job(struct call *call, enum job job, json_t *list)
{
	auto_clear(upkeep_state) struct upkeep_state state = {0};
	auto_clear(upkeep_view) struct upkeep_view entry = {0};
	json_t *object = NULL;
	enum err e =
	    upkeep_look(call->service, call->txn, call->now, job, &state);

	if (e == OK)
		e = view(job, &state, &entry);
	if (e == OK)
		e = fields_encode(upkeep_view_fields(), &entry, &object);
	if (e != OK)
		return e;
	return json_array_append_new(list, object) == 0 ? OK : ERR_NO_MEMORY;
}

enum err
upkeep_list(struct call *call, json_t **out)
{
	auto_json json_t *list = json_array();
	enum err e = list != NULL ? OK : ERR_NO_MEMORY;

	for (int i = 0; i < JOB_COUNT && e == OK; i++)
		e = add_job(call, (enum job)i, list);
	if (e == OK)
		*out = TAKE(list);
	return e;
}

static bool
is_outcome(const char *text)
{
	static const char *const outcomes[] = {
	    UPKEEP_OK, UPKEEP_DUE, UPKEEP_FAILED, UPKEEP_SKIPPED};

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (strcmp(outcomes[i], text) == 0)
			return true;
	return false;
}

static enum err
check_done(struct call *call, const struct upkeep_done_request *request)
{
	enum job job;

	if (!job_find(request->job, &job)) {
		call_note(&call->event.detail, "job is none that there is");
		return ERR_INVALID_PARAMETER;
	}
	if (!is_outcome(request->outcome)) {
		call_note(&call->event.detail,
		    "outcome is ok, due, failed or skipped");
		return ERR_INVALID_PARAMETER;
	}
	return OK;
}

static void
note_done(struct call *call, const struct upkeep_done_request *request)
{
	char text[ALERT_DETAIL_SIZE];

	snprintf(text, sizeof(text), "%s: %s%s%s", request->job,
	    request->outcome, request->detail != NULL ? ": " : "",
	    request->detail != NULL ? request->detail : "");
	call_note(&call->event.detail, text);
}

enum err
admin_upkeep_done(struct call *call, const struct upkeep_done_request *request,
    struct empty *reply)
{
	auto_clear(upkeep_record) struct upkeep_record before = {0};
	/* borrows the request's texts */
	struct upkeep_record record = {.job = request->job,
	    .outcome = request->outcome,
	    .began = request->began,
	    .done = call->now,
	    .good = call->now,
	    .detail = request->detail};
	enum err e = check_done(call, request);

	(void)reply;
	if (e != OK)
		return e;
	note_done(call, request);
	e = upkeep_get(call->txn, request->job, &before);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (strcmp(request->outcome, UPKEEP_FAILED) == 0)
		record.good = before.good;
	return upkeep_put(call->txn, &record);
}

enum err
admin_sweep_step(struct call *call, const struct sweep_step_request *request,
    struct sweep_step_reply *reply)
{
	const struct sweep *sweep =
	    request->number >= 0 ? sweep_at((size_t)request->number) : NULL;
	size_t done = 0;
	enum err e;

	if (sweep == NULL)
		return ERR_NOT_FOUND;
	call_note(&call->event.detail, sweep->name);
	reply->sweep = strdup(sweep->name);
	if (reply->sweep == NULL)
		return ERR_NO_MEMORY;
	e = sweep->run(call, SWEEP_BATCH, &done);
	reply->removed = (int64_t)done;
	reply->more = done == SWEEP_BATCH;
	reply->last = sweep_at((size_t)request->number + 1) == NULL;
	return e;
}
