/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/outages.h"

#include "jwt-agent/service/issuer.h"

#include <string.h>
#include <syslog.h>

struct outages {
	struct outages_options options;
	struct task **kept;
	size_t count;
	bool telling; /* request_tell_outage is under way */
};

enum err
outages_new(struct outages **out, const struct outages_options *options)
{
	struct outages *outages = calloc(1, sizeof(*outages));

	if (outages == NULL)
		return ERR_NO_MEMORY;
	outages->options = *options;
	*out = outages;
	return OK;
}

void
outages_free(struct outages *outages)
{
	if (outages == NULL)
		return;
	for (size_t i = 0; i < outages->count; i++)
		task_free(outages->kept[i]);
	free(outages->kept);
	free(outages);
}

/* Keys that were fetched again are kept once for each issuer. */
static bool
is_kept_already(const struct outages *outages, const struct task *task)
{
	const struct issuer_request *request = task->request;

	if (task->row != &request_keep_keys)
		return false;
	for (size_t i = 0; i < outages->count; i++) {
		const struct issuer_request *other = outages->kept[i]->request;

		if (outages->kept[i]->row == task->row &&
		    strcmp(other->issuer, request->issuer) == 0)
			return true;
	}
	return false;
}

/* There are no more of these than sessions, issuers and jumps of the clock. */
static bool
keep(struct outages *outages, struct task *task)
{
	struct task **kept;

	if (is_kept_already(outages, task)) {
		task_free(task);
		return true;
	}
	kept = reallocarray(outages->kept, outages->count + 1, sizeof(*kept));
	if (kept == NULL)
		return false;
	outages->kept = kept;
	kept[outages->count++] = task;
	return true;
}

static void
start_kept(struct outages *outages)
{
	struct task **kept = TAKE(outages->kept);
	size_t count = outages->count;

	outages->count = 0;
	for (size_t i = 0; i < count; i++)
		outages->options.start(kept[i], outages->options.context);
	free(kept);
}

static void
log_begin(const struct outages *outages, enum err fault)
{
	const struct service *service = outages->options.service;
	struct log_pair pairs[] = {{"reason", err_name(fault)},
	    {"message", err_text(fault)},
	    {"problem", store_problem(service->store)},
	    {"store", service->config->store}};

	log_event(outages->options.log, LOG_ERR, "store-outage", pairs,
	    sizeof(pairs) / sizeof(*pairs));
}

static void
tell(struct outages *outages)
{
	if (outages->telling)
		return;
	outages->telling = true;
	if (!outages->options.submit(
		&request_tell_outage, outages->options.context))
		outages->telling = false;
}

void
outages_turn_ended(struct outages *outages, enum err e)
{
	const struct service *service = outages->options.service;
	struct outage *outage = service->outage;

	if (outage_is(e) && outage_begin(outage, e, host_now(service->host)))
		log_begin(outages, e);
	if (e != OK || outage->fault == OK)
		return;
	/* there may be room for this and not for the next: not at each turn */
	if (outage->fault == ERR_STORE_FULL && !outages->telling)
		return;
	outage->fault = OK;
	tell(outages);
	start_kept(outages);
}

/* The login once more, for what can be said by reading only. */
static void
run_unrecorded(struct outages *outages, struct task *task)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err fault = task->outcome;
	enum err e =
	    store_begin(outages->options.service->store, TXN_READ, &txn);

	if (e != OK)
		return;
	task->failed = false;
	task->call.fault = fault;
	e = task_run(task, txn);
	task->call.txn = NULL;
	if (e != OK)
		task->outcome = fault;
}

/* Only the log names a grant that was answered before it could be written. */
static void
note_unrecorded(struct outage *outage, struct task *task)
{
	outage_count(outage, task->outcome);
	task->call.fault = outage->fault;
	call_note(&task->call.event.detail, OUTAGE_NOT_RECORDED);
}

/* Sweeps, alerts and the try itself are asked for again anyway. */
static bool
is_asked_again(const struct request *row)
{
	return row == &request_sweep || row == &request_tell_outage ||
	    row == &request_alert_fire || row == &request_alert_clear;
}

static bool
settle_own(struct outages *outages, struct task *task)
{
	if (!is_asked_again(task->row))
		return !keep(outages, task);
	task_free(task);
	return false;
}

bool
outages_settle(struct outages *outages, struct task *task)
{
	struct outage *outage = outages->options.service->outage;
	bool taken = !task->unwritten || !outage_is(task->outcome);

	if (task->row == &request_tell_outage) {
		outages->telling = false;
		if (task->outcome == OK)
			outage_told(outage);
	}
	if (task->unwritten && task->answered)
		note_unrecorded(outage, task);
	if (taken)
		return true;
	if (task->row->who == WHO_AGENT)
		return settle_own(outages, task);
	if ((task->row->flags & UNRECORDED) != 0)
		run_unrecorded(outages, task);
	if (task->outcome != ERR_KEYS_NEEDED)
		outage_count(outage, task->outcome);
	return true;
}

void
outages_tick(struct outages *outages)
{
	if (outages->options.service->outage->fault != OK)
		tell(outages);
}
