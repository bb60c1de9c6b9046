/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/calls.h"

#include "jwt-agent/server/alerting.h"
#include "jwt-agent/server/introspection.h"
#include "jwt-agent/server/keys.h"
#include "jwt-agent/server/leaders.h"
#include "jwt-agent/server/measure.h"
#include "jwt-agent/server/outages.h"
#include "jwt-agent/server/process.h"
#include "jwt-agent/server/reply.h"
#include "jwt-agent/server/streams.h"
#include "jwt-agent/server/takeup.h"
#include "jwt-agent/server/turn.h"
#include "jwt-agent/service/restored.h"
#include "jwt-agent/service/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

struct calls {
	struct calls_options options;
	struct turn *turn;
	struct streams *streams;
	struct leaders *leaders;
	struct keys *keys;
	struct caller self;
	struct outages *outages;
	struct alerting *alerting;
	sd_event_source *sweep_on; /* when sweeps that have more go on */
	uint32_t sweeps_left;	   /* which those are, a bit for each */
	bool floods_left;	   /* at the end: not all are summed up */
};

/* Between two steps of a sweep, for whoever wants to log in. */
#define SWEEP_PAUSE_MICROSECONDS 20000

static bool
is_admin(const struct calls *calls, const struct caller *caller)
{
	if (caller->uid == 0)
		return true;
	return calls->options.admin_gid >= 0 &&
	    caller_in_group(caller, (gid_t)calls->options.admin_gid);
}

static void
watch_leader(struct calls *calls, struct task *task, const char *session)
{
	if (leaders_watch(
		calls->leaders, session, TAKE_FD(task->call.leader.fd)) != OK)
		log_sentence(calls->options.log, LOG_ERR, "session-watch",
		    "the session's process cannot be watched");
}

static void
carry_out_one(struct calls *calls, struct task *task, struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_WATCH:
		watch_leader(calls, task, effect->session);
		break;
	case EFFECT_END:
		effect->outcome = leaders_end(calls->leaders, effect);
		break;
	case EFFECT_FORGET:
		leaders_forget(calls->leaders, effect->session);
		break;
	}
}

/* The audit, which was written before, cannot say this. */
static void
log_ends(const struct calls *calls, const struct task *task)
{
	const struct call *call = &task->call;
	char ended[24], gone[24], denied[24];
	struct log_pair pairs[] = {{"ended", ended}, {"already_gone", gone},
	    {"not_permitted", denied}};
	int64_t refused = call_count(call, EFFECT_DENIED);

	snprintf(
	    ended, sizeof(ended), "%" PRId64, call_count(call, EFFECT_ENDED));
	snprintf(gone, sizeof(gone), "%" PRId64, call_count(call, EFFECT_GONE));
	snprintf(denied, sizeof(denied), "%" PRId64, refused);
	log_event(calls->options.log, refused > 0 ? LOG_ERR : LOG_INFO,
	    "sessions-ended", pairs, sizeof(pairs) / sizeof(*pairs));
}

static bool submit(
    struct calls *calls, const struct request *row, const json_t *parameters);

/* Keys that are in the store by now. A master key that could not be put in its
 * place is a fault of the task, although what it wrote is committed: the call
 * that follows undoes that, or else the sweep. */
static void
take_keys(struct calls *calls, struct task *task)
{
	struct store_error why = {""};
	bool wrote = false;
	enum err e = key_change_take(
	    &task->call.change, calls->options.service, &wrote, &why);

	if (e != OK) {
		log_sentence(
		    calls->options.log, LOG_ERR, "key-master", why.text);
		call_note(&task->call.event.detail, why.text);
		task->outcome = e;
	}
	if (wrote)
		(void)!submit(calls, &request_settle_master, NULL);
}

/* What a committed task wants done in the world, and telling of it. */
static void
carry_out(struct calls *calls, struct task *task)
{
	struct call *call = &task->call;
	bool ends = false;

	for (size_t i = 0; i < call->effect_count; i++) {
		carry_out_one(calls, task, &call->effects[i]);
		ends = ends || call->effects[i].kind == EFFECT_END;
	}
	if (ends)
		log_ends(calls, task);
	if (task->outcome == OK)
		take_keys(calls, task);
	if (task->outcome == OK && task->row->tell != NULL)
		task->row->tell(call, task->reply);
}

/* Answers without a task: introspection and what no row serves. */
static void
answer_plainly(struct peer *peer, enum err e, json_t *answer)
{
	peer_answer(peer, e == OK ? answer : NULL, true);
}

static void
refuse(
    struct peer *peer, enum err refusal, const char *text, const char *subject)
{
	auto_json json_t *answer = NULL;
	enum err e = message_error(refusal, text, subject, &answer);

	answer_plainly(peer, e, answer);
}

/* What lies beneath a fault of one call; the store's own is said once. */
static void
log_store(const struct calls *calls, const struct task *task)
{
	if (outage_is(task->outcome) && !task->unwritten)
		log_sentence(calls->options.log, LOG_ERR, "store-fault",
		    store_problem(calls->options.service->store));
}

static void keep_clock(struct calls *calls);

/* A sweep whose step was full has more to do. */
static void
note_sweep(struct calls *calls, const struct task *task)
{
	const struct sweep_request *request = task->request;
	const struct sweep_reply *reply = task->reply;

	if (task->row != &request_sweep || task->outcome != OK || !reply->more)
		return;
	for (size_t i = 0; sweep_at(i) != NULL; i++)
		if (strcmp(sweep_at(i)->name, request->sweep) == 0)
			calls->sweeps_left |= UINT32_C(1) << i;
	sd_event_source_set_time_relative(
	    calls->sweep_on, SWEEP_PAUSE_MICROSECONDS);
	sd_event_source_set_enabled(calls->sweep_on, SD_EVENT_ONESHOT);
}

static void
note_floods(struct calls *calls, const struct task *task)
{
	const struct sweep_reply *reply = task->reply;

	if (task->row == &request_end_floods)
		calls->floods_left = task->outcome == OK && reply->more;
}

static void
count_leaders(const struct calls *calls)
{
	metric_set(calls->options.service->metrics, METRIC_SESSION_PROCESSES, 0,
	    0, (int64_t)leaders_count(calls->leaders));
}

static void
settle(struct task *task, void *context)
{
	struct calls *calls = context;

	alerting_written(calls->alerting, task);
	if (!outages_settle(calls->outages, task))
		return;
	if (task->call.fetch != NULL)
		keys_fetch(calls->keys, task->call.fetch, task->call.missing);
	if (task->outcome == ERR_KEYS_NEEDED) {
		keys_park(calls->keys, task);
		return;
	}
	carry_out(calls, task);
	task_count(task);
	measure_task(task);
	if (!task->answered)
		measure_call(task);
	count_leaders(calls);
	alerting_settled(calls->alerting, task);
	note_sweep(calls, task);
	note_floods(calls, task);
	task_log(task, calls->options.log);
	log_store(calls, task);
	if (task->row->txn == TXN_WRITE || task_wants_audit(task))
		streams_wake(calls->streams);
	(void)!reply_give(task, true);
	task_free(task);
	keep_clock(calls);
}

static void
answer_first(struct calls *calls, struct task *task)
{
	task->answered = true;
	measure_call(task);
	(void)!reply_give(task, true);
	turn_add_late(calls->turn, task);
}

/* A task that only reads sees what is committed, and is answered at once. */
static void
read_now(struct calls *calls, struct task *task)
{
	struct txn *txn = NULL;
	enum err e = store_begin(calls->options.service->store, TXN_READ, &txn);

	if (e == OK)
		e = task_run(task, txn);
	if (e != OK)
		task->outcome = e;
	task->call.txn = NULL;
	txn_free(txn);
	if (e == OK && task->outcome == OK &&
	    (task->row->flags & ANSWERED_FIRST) != 0)
		answer_first(calls, task);
	else if (task_wants_audit(task))
		turn_add(calls->turn, task);
	else
		settle(task, calls);
}

static void
on_list_ended(struct task *task, void *context)
{
	struct calls *calls = context;

	if (task->outcome == ERR_TOO_SLOW)
		log_sentence(calls->options.log, LOG_NOTICE, "stream-dropped",
		    task->row->method);
	if (task_wants_audit(task))
		turn_add(calls->turn, task);
	else
		settle(task, calls);
}

static void
start(struct calls *calls, struct task *task)
{
	task->failed = task->unwritten = false;
	task->call.fault = OK;
	if (task->row->next != NULL) {
		turn_commit(calls->turn); /* a list shows what was answered */
		streams_start(calls->streams, task);
	} else if (task->row->txn == TXN_READ)
		read_now(calls, task);
	else
		turn_add(calls->turn, task);
}

static void
fail_task(struct calls *calls, struct task *task, enum err e)
{
	task->outcome = e;
	settle(task, calls);
}

/* Frees a task that nobody waits for any more. */
static bool
is_abandoned(struct task *task)
{
	if (task->peer != NULL)
		return false;
	task_free(task);
	return true;
}

static void
on_keys_ready(struct task *task, void *context)
{
	if (!is_abandoned(task))
		start(context, task);
}

struct waiting {
	struct calls *calls;
	struct task *task;
};

static void
on_resolved(enum err outcome, int64_t uid, void *context)
{
	struct waiting *waiting = context;
	struct calls *calls = waiting->calls;
	struct task *task = waiting->task;

	free(waiting);
	if (is_abandoned(task))
		return;
	if (outcome == OK)
		task->resolved = uid;
	if (outcome == OK || outcome == ERR_NO_SUCH_USER) {
		start(calls, task);
		return;
	}
	fail_task(calls, task, outcome);
}

static void
look_up(struct calls *calls, struct task *task, const char *user)
{
	struct resolver *resolver = calls->options.resolver;
	struct waiting *waiting;
	enum err e;

	if (resolver_knows(resolver, user, &task->resolved)) {
		start(calls, task);
		return;
	}
	waiting = malloc(sizeof(*waiting));
	if (waiting == NULL) {
		fail_task(calls, task, ERR_NO_MEMORY);
		return;
	}
	*waiting = (struct waiting){calls, task};
	e = resolver_ask(resolver, user, on_resolved, waiting);
	if (e != OK)
		on_resolved(e, -1, waiting);
}

static enum err
find_name(struct calls *calls, struct task *task, char **user)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(calls->options.service->store, TXN_READ, &txn);

	if (e == OK)
		e = task_name(task, txn, user);
	task->call.txn = NULL;
	return e;
}

static void
resolve(struct calls *calls, struct task *task)
{
	auto_str char *user = NULL;
	enum err e = find_name(calls, task, &user);

	if (e != OK)
		fail_task(calls, task, e);
	else if (user != NULL)
		look_up(calls, task, user);
	else
		start(calls, task);
}

static enum err
take_leader(struct peer *peer, struct task *task)
{
	int fd;

	if ((task->row->flags & TAKES_LEADER) == 0)
		return OK;
	fd = peer_take_fd(peer);
	if (fd < 0)
		return OK; /* the handler says what is missing */
	task->call.leader.fd = fd;
	return process_identify(fd, &task->call.leader);
}

static enum err
make_task(struct calls *calls, struct peer *peer,
    const struct call_message *call, struct task **out,
    struct field_error *error)
{
	const struct caller *caller = peer_caller(peer);
	const struct request *row = NULL;
	auto_free(task) struct task *task = NULL;
	enum err e = request_find(call->method, &row);

	if (e != OK)
		return e;
	if (row->next != NULL && !call->more)
		return ERR_EXPECTED_MORE;
	e = task_new(&task, row, calls->options.service, caller,
	    is_admin(calls, caller), call->parameters, error);
	if (e != OK)
		return e;
	if (take_leader(peer, task) != OK) {
		*error = (struct field_error){
		    "pidfd", "is not a descriptor of a living process"};
		return ERR_INVALID_PARAMETER;
	}
	*out = TAKE(task);
	return OK;
}

static void
refuse_call(struct peer *peer, const struct call_message *call, enum err e,
    const struct field_error *error)
{
	char text[160];

	if (e == ERR_INVALID_PARAMETER) {
		message_describe(error, text, sizeof(text));
		refuse(peer, e, text, error->member);
	} else if (e == ERR_INTERFACE_NOT_FOUND) {
		snprintf(text, sizeof(text), "%.*s",
		    (int)(strrchr(call->method, '.') != NULL
			    ? strrchr(call->method, '.') - call->method
			    : (ptrdiff_t)strlen(call->method)),
		    call->method);
		refuse(peer, e, err_text(e), text);
	} else {
		refuse(peer, e, err_text(e), call->method);
	}
}

void
calls_take(
    struct calls *calls, struct peer *peer, const struct call_message *call)
{
	struct field_error error = {"", ""};
	auto_json json_t *answer = NULL;
	struct task *task = NULL;
	enum err e = introspection_answer(call, &answer);

	if (e != ERR_NOT_FOUND) {
		answer_plainly(peer, e, answer);
		return;
	}
	e = make_task(calls, peer, call, &task, &error);
	if (e != OK) {
		refuse_call(peer, call, e, &error);
		return;
	}
	task->peer = peer;
	peer_set_task(peer, task);
	if (task_has_name(task))
		resolve(calls, task);
	else
		start(calls, task);
}

void
calls_go_on(struct calls *calls, struct peer *peer)
{
	struct task *task = peer_task(peer);

	if (task != NULL)
		streams_go_on(calls->streams, task);
}

/* Work that the agent gives itself; whether there was memory for it. */
static bool
submit(struct calls *calls, const struct request *row, const json_t *parameters)
{
	struct field_error error;
	struct task *task = NULL;

	if (task_new(&task, row, calls->options.service, &calls->self, true,
		parameters, &error) != OK)
		return false;
	turn_add(calls->turn, task);
	return true;
}

static void
on_turn_ended(enum err e, void *context)
{
	const struct calls *calls = context;

	outages_turn_ended(calls->outages, e);
}

static bool
on_alert_changes(
    const struct request *row, const json_t *parameters, void *context)
{
	return submit(context, row, parameters);
}

static bool
on_outage_asks(const struct request *row, void *context)
{
	return submit(context, row, NULL);
}

static void
on_outage_over(struct task *task, void *context)
{
	start(context, task);
}

/* A jump is written down as soon as somebody has read the clock. */
static void
keep_clock(struct calls *calls)
{
	struct clock *clock = calls->options.service->clock;
	struct clock_jump jump;
	auto_json json_t *parameters = NULL;

	if (clock == NULL || !clock_is_due(clock, &jump))
		return;
	parameters = json_pack("{sI sI}", "from", (json_int_t)jump.from, "to",
	    (json_int_t)jump.to);
	(void)submit(calls, &request_keep_clock, parameters);
}

static void
report_gone(struct calls *calls, const char *session, const char *reason)
{
	auto_json json_t *parameters =
	    json_pack("{ss ss}", "session", session, "reason", reason);

	(void)submit(calls, &request_leader_gone, parameters);
}

static void
on_leader_gone(const char *session, void *context)
{
	report_gone(context, session, "process ended");
}

static void
on_keys_fetched(const char *issuer, void *context)
{
	auto_json json_t *parameters = json_pack("{ss}", "issuer", issuer);

	(void)submit(context, &request_keep_keys, parameters);
}

static void
on_taken_up(const char *session, const char *reason, void *context)
{
	report_gone(context, session, reason);
}

static void
step_sweeps(struct calls *calls, uint32_t which)
{
	for (size_t i = 0; sweep_at(i) != NULL; i++) {
		auto_json json_t *parameters =
		    json_pack("{ss}", "sweep", sweep_at(i)->name);

		if ((which & UINT32_C(1) << i) != 0)
			(void)submit(calls, &request_sweep, parameters);
	}
}

static int
on_sweep_on(sd_event_source *source, uint64_t now, void *context)
{
	struct calls *calls = context;
	uint32_t which = calls->sweeps_left;

	(void)source;
	(void)now;
	calls->sweeps_left = 0;
	step_sweeps(calls, which);
	return 0;
}

/* Behind everything that somebody waits for. */
static enum err
prepare_sweeps(struct calls *calls, sd_event *loop)
{
	if (sd_event_add_time_relative(loop, &calls->sweep_on, CLOCK_MONOTONIC,
		0, 0, on_sweep_on, calls) < 0 ||
	    sd_event_source_set_priority(
		calls->sweep_on, SD_EVENT_PRIORITY_IDLE - 1) < 0 ||
	    sd_event_source_set_enabled(calls->sweep_on, SD_EVENT_OFF) < 0)
		return ERR_IO;
	return OK;
}

/* In the first turn, before anybody's call. */
static enum err
note_begin(struct calls *calls)
{
	return submit(calls, &request_begin, NULL) ? OK : ERR_NO_MEMORY;
}

static enum err
note_restored(struct calls *calls)
{
	auto_json json_t *parameters = json_object();
	bool restored = false;
	enum err e = parameters != NULL
	    ? restored_is_new(calls->options.service->store, &restored)
	    : ERR_NO_MEMORY;

	if (e == OK && restored)
		submit(calls, &request_restored, parameters);
	return e;
}

enum err
calls_new(
    struct calls **out, sd_event *loop, const struct calls_options *options)
{
	auto_free(calls) struct calls *calls = calloc(1, sizeof(*calls));
	enum err e;

	if (calls == NULL)
		return ERR_NO_MEMORY;
	calls->options = *options;
	calls->self = (struct caller){.uid = geteuid(),
	    .gid = getegid(),
	    .pid = getpid(),
	    .command = "jwt-agent"};
	e = leaders_new(
	    &calls->leaders, loop, options->log, on_leader_gone, calls);
	if (e == OK)
		e = turn_new(&calls->turn, loop, options->service->store,
		    &(struct turn_events){settle, on_turn_ended, calls});
	if (e == OK)
		e = outages_new(&calls->outages,
		    &(struct outages_options){options->service, options->log,
			on_outage_asks, on_outage_over, calls});
	if (e == OK)
		e = streams_new(&calls->streams, loop, options->service->store,
		    on_list_ended, calls);
	if (e == OK)
		e = keys_new(&calls->keys, loop,
		    &(struct keys_options){options->service, options->log,
			{on_keys_ready, on_keys_fetched, calls}});
	if (e == OK)
		e = alerting_new(&calls->alerting, loop,
		    &(struct alerting_options){
			options->service, on_alert_changes, calls});
	if (e == OK)
		e = prepare_sweeps(calls, loop);
	if (e == OK)
		e = note_begin(calls);
	if (e == OK)
		e = note_restored(calls);
	if (e == OK)
		e = take_up_sessions(options->service, options->fdstore,
		    calls->leaders, on_taken_up, calls);
	if (e == OK)
		count_leaders(calls);
	if (e == OK)
		*out = TAKE(calls);
	return e;
}

void
calls_free(struct calls *calls)
{
	if (calls == NULL)
		return;
	turn_free(calls->turn);
	streams_free(calls->streams);
	keys_free(calls->keys);
	leaders_free(calls->leaders);
	sd_event_source_disable_unref(calls->sweep_on);
	outages_free(calls->outages);
	alerting_free(calls->alerting);
	free(calls);
}

void
calls_begin(struct calls *calls)
{
	turn_commit(calls->turn);
}

void
calls_stop(struct calls *calls)
{
	turn_commit(calls->turn);
	streams_end(calls->streams);
}

void
calls_end(struct calls *calls)
{
	do {
		calls->floods_left = false;
		(void)submit(calls, &request_end_floods, NULL);
		turn_commit(calls->turn);
	} while (calls->floods_left);
	(void)submit(calls, &request_end, NULL);
	turn_commit(calls->turn);
}

void
calls_abandon(struct calls *calls, struct peer *peer)
{
	struct task *task = peer_task(peer);

	if (task == NULL)
		return;
	task->peer = NULL;
	if (task->stream == STREAM_NONE)
		return;
	streams_remove(calls->streams, task);
	task_free(task);
}

void
calls_sweep(struct calls *calls)
{
	step_sweeps(calls, UINT32_MAX);
	keys_sweep(calls->keys);
	streams_tick(calls->streams);
	outages_tick(calls->outages);
	alerting_tick(calls->alerting);
}
