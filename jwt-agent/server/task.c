/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/task.h"

#include "jwt-agent/service/oddity.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/flood.h"
#include "varlink/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define SENTENCE_MAX 512

static enum err
decode(struct task *task, const json_t *parameters, struct field_error *error)
{
	auto_json json_t *nothing = json_object();
	const struct fields *fields = task->row->request();

	task->request = calloc(1, fields->size + 1);
	task->reply = calloc(1, task->row->reply()->size + 1);
	if (task->request == NULL || task->reply == NULL || nothing == NULL)
		return ERR_NO_MEMORY;
	return fields_decode(fields, parameters != NULL ? parameters : nothing,
	    task->request, error);
}

/* One more, or one less, of those that somebody waits for. */
static void
count_in_flight(const struct task *task, int64_t change)
{
	const struct service *service = task->call.service;

	if (service != NULL && task->row->who != WHO_AGENT)
		metric_add(
		    service->metrics, METRIC_CALLS_IN_FLIGHT, 0, 0, change);
}

enum err
task_new(struct task **out, const struct request *row,
    const struct service *service, const struct caller *caller, bool admin,
    const json_t *parameters, struct field_error *error)
{
	auto_free(task) struct task *task = calloc(1, sizeof(*task));
	enum err e;

	if (task == NULL)
		return ERR_NO_MEMORY;
	task->row = row;
	task->resolved = SUBJECT_UNKNOWN;
	task->call.service = service;
	task->caller = *caller;
	task->caller.groups = NULL;
	task->caller.group_count = 0;
	task->call.caller = &task->caller;
	task->call.admin = admin;
	task->call.leader.fd = -1;
	if (service != NULL)
		task->began = metric_begin(service->metrics);
	count_in_flight(task, 1);
	e = decode(task, parameters, error);
	if (e == OK)
		*out = TAKE(task);
	return e;
}

void
task_free(struct task *task)
{
	if (task == NULL)
		return;
	count_in_flight(task, -1);
	if (task->request != NULL)
		fields_clear(task->row->request(), task->request);
	if (task->reply != NULL)
		fields_clear(task->row->reply(), task->reply);
	if (task->call.leader.fd >= 0)
		close(task->call.leader.fd);
	call_reset(&task->call);
	free(task->request);
	free(task->reply);
	free(task);
}

bool
task_has_name(const struct task *task)
{
	return task->row->names != NULL;
}

static enum err
find_subject(struct task *task)
{
	struct call *call = &task->call;

	call->subject =
	    call->admin ? SUBJECT_EVERYBODY : (int64_t)call->caller->uid;
	call->named = task->named;
	if (task->named)
		call->subject = task->resolved;
	else if (task->row->subject != NULL)
		return task->row->subject(call, task->request, &call->subject);
	return OK;
}

/* Every request of a service names it in its member `service`. */
const char *
task_service(const struct task *task)
{
	const struct fields *fields = task->row->request();

	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->field[i].name, "service") == 0)
			return *(char *const *)(const void *)((const char *)task
								  ->request +
			    fields->field[i].offset);
	return "";
}

static bool
may(const struct task *task)
{
	const struct call *call = &task->call;

	switch (task->row->who) {
	case WHO_ANY:
		return true;
	case WHO_OWNER:
		return call->admin ||
		    call->subject == (int64_t)call->caller->uid;
	case WHO_ADMIN:
		return call->admin;
	case WHO_ROOT:
		return call->caller->uid == 0;
	case WHO_SERVICE:
		return stack_takes_caller(
		    stacks_find(call->service->stacks, task_service(task)),
		    call->caller->uid);
	case WHO_AGENT:
		return task->peer == NULL;
	}
	return false;
}

static enum err
admit(struct task *task)
{
	enum err e;

	/* a caller who may not call this at all learns nothing from it */
	if (task->row->who != WHO_OWNER && !may(task))
		return ERR_PERMISSION_DENIED;
	e = find_subject(task);
	if (e != OK)
		return e;
	return may(task) ? OK : ERR_PERMISSION_DENIED;
}

static void
begin(struct task *task, struct txn *txn)
{
	struct call *call = &task->call;

	call_reset(call);
	task->summed = false;
	fields_clear(task->row->reply(), task->reply);
	call->txn = txn;
	call_read_clock(call);
}

/* What only reads, and is granted to whoever may ask, tells nothing. */
bool
task_wants_audit(const struct task *task)
{
	if (task->outcome == ERR_KEYS_NEEDED)
		return false; /* it will be run again */
	if ((task->row->flags & AUDIT_GRANTS) != 0 ||
	    task->outcome == ERR_PERMISSION_DENIED)
		return true;
	return task->row->txn == TXN_WRITE && task->outcome != OK;
}

/* The event as it stands in audit and log; borrows the strings, which are read
 * only. `detail` is empty: that of the request. */
static struct audit_record
event_of(const struct task *task, const char *name, const char *detail)
{
	const struct call *call = &task->call;
	struct audit_record event = call->event;

	event.event = (char *)(uintptr_t)name;
	event.outcome = (char *)(uintptr_t)err_outcome(task->outcome);
	event.reason = (char *)(uintptr_t)err_name(task->outcome);
	if (detail[0] != '\0')
		event.detail = (char *)(uintptr_t)detail;
	event.time = call->now;
	event.caller_uid = call->caller->uid;
	event.caller_pid = call->caller->pid;
	if (call->caller->command[0] != '\0')
		event.command = (char *)(uintptr_t)call->caller->command;
	return event;
}

static enum err
append(struct task *task, const struct audit_record *event)
{
	return audit_append(
	    task->call.txn, store_seal(task->call.service->store), event);
}

/* What was granted, and what changes something although it is a refusal, is
 * recorded each. */
static bool
may_be_flood(const struct task *task)
{
	return task->outcome != OK && !err_is_fault(task->outcome) &&
	    !err_commits(task->outcome);
}

static enum err
append_outcome(struct task *task)
{
	const struct audit_record event = event_of(task, task->row->event, "");
	enum err e = OK;

	if (may_be_flood(task))
		e = flood_add(task->call.txn,
		    store_seal(task->call.service->store), &event,
		    task->call.steady, &task->summed);
	return e == OK && !task->summed ? append(task, &event) : e;
}

static enum err
append_alert(struct task *task, const struct alert *alert)
{
	const struct audit_record event =
	    event_of(task, alert->name, alert->detail);

	return append(task, &event);
}

static enum err
append_record(struct task *task, struct audit_record *event)
{
	event->time = task->call.now;
	event->caller_pid = 0;
	return append(task, event);
}

/* What may not be asked at all tells nothing; nor does a fault, whose
 * transaction is to hold no more than its own event. */
static bool
is_tallied(const struct task *task)
{
	return (task->row->flags & TALLIED) != 0 && task_wants_audit(task) &&
	    task->outcome != ERR_PERMISSION_DENIED &&
	    !err_is_fault(task->outcome);
}

/* Whoever may not ask at all says nothing about the user. */
static bool
counts_as_refusal(const struct task *task)
{
	return (task->row->flags & COUNTS_REFUSALS) != 0 &&
	    task->outcome != OK && task->outcome != ERR_KEYS_NEEDED &&
	    task->outcome != ERR_STAND_ASIDE &&
	    task->outcome != ERR_PERMISSION_DENIED &&
	    !err_is_fault(task->outcome);
}

static enum err
tally(struct task *task)
{
	const char *labels[COUNTER_LABELS_MAX + 1] = {
	    task_service(task), err_name(task->outcome)};

	return counter_add(
	    task->call.txn, task->row->event, labels, task->call.now);
}

enum err
task_audit(struct task *task)
{
	struct txn *txn = task->call.txn;
	enum err e = OK;

	if (task_wants_audit(task))
		e = append_outcome(task);
	for (size_t i = 0; i < task->call.alert_count && e == OK; i++)
		e = append_alert(task, &task->call.alerts[i]);
	for (size_t i = 0; i < task->call.record_count && e == OK; i++)
		e = append_record(task, &task->call.records[i]);
	if (e == OK && is_tallied(task))
		e = tally(task);
	if (e == OK && counts_as_refusal(task))
		e = oddity_count_refusal(&task->call);
	return txn_error(txn) != OK ? txn_error(txn) : e;
}

enum err
task_name(struct task *task, struct txn *txn, char **user)
{
	enum err e;

	begin(task, txn);
	e = task->row->names(&task->call, task->request, user);
	task->named = e == OK && *user != NULL;
	return e;
}

static enum err
run_handler(struct task *task)
{
	struct call *call = &task->call;
	enum err e = admit(task);

	if (e != OK)
		return e;
	if (task->row->next != NULL)
		return task->row->next(
		    call, task->request, &task->cursor, task->reply);
	return task->row->run(call, task->request, task->reply);
}

/* Handlers check first and write last: a refusal has written nothing, unless
 * the error table says that it commits. */
static enum err
check_writes(enum err outcome, size_t writes)
{
	if (outcome == OK || err_commits(outcome) || writes == 0)
		return outcome;
	return err_is_fault(outcome) ? outcome : ERR_INTERNAL;
}

/* What the service did not ask for is no attempt of a person. */
static bool
is_counted(const struct task *task)
{
	switch (task->outcome) {
	case ERR_KEYS_NEEDED:
	case ERR_KEYS_UNAVAILABLE:
	case ERR_PERMISSION_DENIED:
	case ERR_INVALID_PARAMETER:
	case ERR_STAND_ASIDE:
		return false;
	default:
		return (task->row->flags & LIMITED) != 0 &&
		    !err_is_fault(task->outcome);
	}
}

/* Above the limit a refusal says no more than that. Keys are fetched all the
 * same: a good token is not refused because of what others did, and how often
 * they are fetched has a bound of its own. */
static void
hold_to_limit(struct task *task)
{
	struct call *call = &task->call;
	struct limit_place place = call_place(call);

	task->reason = task->outcome;
	if (task->outcome == OK || !is_counted(task) ||
	    err_commits(task->outcome) ||
	    !limit_reached(call->service->limit, &place, call->now))
		return;
	call->message[0] = '\0';
	task->outcome = ERR_TOO_MANY_ATTEMPTS;
}

/* A wrong code is one also when it was not said to be. */
static enum limit_event
limit_event_of(enum err reason)
{
	if (reason == OK)
		return LIMIT_PASSED;
	return reason == ERR_WRONG_CODE ? LIMIT_WRONG_CODE : LIMIT_REFUSED;
}

static bool
has_alert(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->alert_count; i++)
		if (strcmp(call->alerts[i].name, name) == 0)
			return true;
	return false;
}

void
task_count(const struct task *task)
{
	const struct call *call = &task->call;
	struct limit *limit = call->service->limit;
	struct limit_place place = call_place(call);

	if (!is_counted(task))
		return;
	limit_note(limit, &place, limit_event_of(task->reason), call->now);
	if (has_alert(call, LIMIT_ALERT))
		limit_note(limit, &place, LIMIT_TOLD, call->now);
}

/* After a fault nothing that the handler wrote may stay. */
enum err
task_run(struct task *task, struct txn *txn)
{
	size_t before = txn_writes(txn);

	if (task->answered) {
		task->call.txn = txn;
		return OK;
	}
	begin(task, txn);
	if (task->failed)
		return OK;
	task->outcome = run_handler(task);
	task->outcome = check_writes(task->outcome, txn_writes(txn) - before);
	if ((task->row->flags & LIMITED) != 0)
		hold_to_limit(task);
	if (txn_error(txn) != OK)
		return txn_error(txn);
	return err_is_fault(task->outcome) ? task->outcome : OK;
}

enum err
task_next(struct task *task, struct txn *txn)
{
	begin(task, txn);
	return run_handler(task);
}

/* What is said about a refusal. The veil falls only where a person who has
 * proved nothing yet would read it. */
static void
sentence(const struct task *task, char text[SENTENCE_MAX])
{
	const char *detail = task->call.event.detail;

	if (task->outcome == ERR_INVALID_PARAMETER && detail != NULL) {
		snprintf(text, SENTENCE_MAX, "%s", detail);
	} else if ((task->row->flags & VEILED) != 0 &&
	    !err_is_fault(task->outcome)) {
		const char *shown = err_shown(task->outcome);
		bool veiled = shown != err_text(task->outcome);

		if (!veiled && task->call.message[0] != '\0')
			shown = task->call.message;
		snprintf(text, SENTENCE_MAX, "%s%s",
		    veiled ? "" : "token refused: ", shown);
	} else if (detail != NULL &&
	    (!err_is_fault(task->outcome) || task->row->who == WHO_ROOT)) {
		snprintf(text, SENTENCE_MAX, "%s: %s", err_text(task->outcome),
		    detail);
	} else {
		snprintf(text, SENTENCE_MAX, "%s", err_text(task->outcome));
	}
}

/* Of an invalid parameter the detail begins with its name. */
static void
parameter_of(const struct task *task, char name[64])
{
	const char *detail = task->call.event.detail;

	snprintf(name, 64, "%.*s",
	    detail != NULL ? (int)strcspn(detail, " ") : 0,
	    detail != NULL ? detail : "");
}

static enum err
answer_refusal(struct task *task, json_t **out)
{
	char text[SENTENCE_MAX], parameter[64];

	sentence(task, text);
	parameter_of(task, parameter);
	return message_error(task->outcome, text, parameter, out);
}

static enum err
answer_entry(struct task *task, json_t *entry, json_t **out)
{
	auto_json json_t *parameters =
	    json_pack("{sO}", task->row->entry, entry);

	return parameters != NULL ? message_reply(parameters, true, out)
				  : ERR_NO_MEMORY;
}

enum err
task_answer(struct task *task, json_t **out)
{
	auto_json json_t *parameters = NULL;
	enum err e;

	if (task->row->next != NULL && task->outcome == ERR_NOT_FOUND)
		return message_reply(NULL, false, out);
	if (task->outcome != OK)
		return answer_refusal(task, out);
	e = fields_encode(task->row->reply(), task->reply, &parameters);
	if (e != OK)
		return e;
	if (task->row->next != NULL)
		return answer_entry(task, parameters, out);
	return message_reply(parameters, false, out);
}

/* What is odd about a login that was granted may have a good reason. */
static int
alert_priority(const struct task *task)
{
	return task->outcome == OK ? LOG_WARNING : LOG_ALERT;
}

static int
priority_of(const struct task *task)
{
	if (task->outcome == OK)
		return task->call.fault == OK && (task->row->flags & WARNS) == 0
		    ? LOG_INFO
		    : LOG_WARNING;
	if (task->call.alert_count > 0)
		return alert_priority(task);
	return err_is_fault(task->outcome) ? LOG_ERR : LOG_NOTICE;
}

static void
log_as(const struct log *log, int priority, const struct audit_record *event)
{
	char uid[24], caller_uid[24], caller_pid[24], count[24];
	struct log_pair pairs[] = {
	    {"outcome", event->outcome},
	    {"reason", event->reason},
	    {"detail", event->detail},
	    {"user", event->user},
	    {"uid", event->uid >= 0 ? uid : NULL},
	    {"device", event->device},
	    {"session", event->session},
	    {"service", event->service},
	    {"rhost", event->rhost},
	    {"tty", event->tty},
	    {"caller_uid", event->caller_uid >= 0 ? caller_uid : NULL},
	    {"caller_pid", event->caller_pid > 0 ? caller_pid : NULL},
	    {"command", event->command},
	    {"count", event->count > 0 ? count : NULL},
	};

	snprintf(uid, sizeof(uid), "%" PRId64, event->uid);
	snprintf(caller_uid, sizeof(caller_uid), "%" PRId64, event->caller_uid);
	snprintf(caller_pid, sizeof(caller_pid), "%" PRId64, event->caller_pid);
	snprintf(count, sizeof(count), "%" PRId64, event->count);
	log_event(
	    log, priority, event->event, pairs, sizeof(pairs) / sizeof(*pairs));
}

static void
log_outcome(const struct task *task, const struct log *log)
{
	const struct audit_record event = event_of(task, task->row->event, "");

	if (err_is_fault(task->outcome) ||
	    (task_wants_audit(task) && !task->summed))
		log_as(log, priority_of(task), &event);
}

void
task_log(const struct task *task, const struct log *log)
{
	const struct call *call = &task->call;

	log_outcome(task, log);
	for (size_t i = 0; i < call->alert_count; i++) {
		const struct audit_record event = event_of(
		    task, call->alerts[i].name, call->alerts[i].detail);

		log_as(log, alert_priority(task), &event);
	}
	for (size_t i = 0; i < call->record_count; i++)
		log_as(log, LOG_NOTICE, &call->records[i]);
}

void
task_tell(const struct task *task,
    void (*tell)(const struct happening *happening, void *context),
    void *context)
{
	struct happening happening = {task->row->event,
	    err_outcome(task->outcome), err_name(task->outcome)};

	if (task_wants_audit(task) || err_is_fault(task->outcome))
		tell(&happening, context);
	for (size_t i = 0; i < task->call.alert_count; i++) {
		happening.event = task->call.alerts[i].name;
		tell(&happening, context);
	}
}
