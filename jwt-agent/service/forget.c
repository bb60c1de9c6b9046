/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/forget.h"

#include "base/base64url.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/pseudonym.h"
#include "jwt-agent/service/revocation.h"
#include "lmdb-store/code.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/flag_change.h"
#include "lmdb-store/forgetting.h"
#include "lmdb-store/key.h"
#include "lmdb-store/refusals.h"
#include "lmdb-store/session.h"
#include "lmdb-store/user.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REASON "forgotten"

/* One step of forgetting a person. */
struct forgetting {
	struct call *call;
	struct forgetting_record *job;
	struct pseudonym person;
};

static bool
is_his(const struct forgetting *step, const char *user, int64_t uid)
{
	const struct pseudonym *person = &step->person;

	return (person->was_uid >= 0 && uid == person->was_uid) ||
	    (person->user != NULL && strcmp(user, person->user) == 0);
}

/* Ends a session that lives. One whose process was told to go stays until it
 * has: an agent that starts in between ends it. */
static enum err
forget_session(struct forgetting *step, const struct session_record *session)
{
	step->job->left =
	    step->job->left || session_is_live(session) || session->due != 0;
	if (session_is_live(session))
		return end_session(
		    step->call, session, SESSION_REVOKED, REASON, EFFECT_END);
	if (session->due != 0)
		return OK;
	step->job->sessions++;
	return session_remove(step->call->txn, session);
}

static enum err
next_session(struct forgetting *step, struct key *at)
{
	auto_clear(session_record) struct session_record session = {0};
	struct slice key;
	enum err e =
	    txn_next(step->call->txn, TABLE_SESSION, key_slice(at), &key, NULL);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_bytes(at, key.data, key.size);
	e = record_get(step->call->txn, TABLE_SESSION, key_slice(at),
	    session_record_fields(), &session);
	if (e != OK)
		return e;
	return is_his(step, session.user, session.uid)
	    ? forget_session(step, &session)
	    : OK;
}

static enum err
forget_codes(struct forgetting *step, int64_t uid)
{
	auto_clear(code_record) struct code_record code = {0};
	struct txn *txn = step->call->txn;
	enum err e = code_next_of_user(txn, uid, NULL, &code);

	while (e == OK) {
		e = code_remove(txn, &code);
		if (e == OK)
			e = code_next_of_user(txn, uid, NULL, &code);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
forget_refusals(struct forgetting *step, int64_t uid)
{
	auto_clear(refusals_record) struct refusals_record refusals = {0};
	enum err e = refusals_get(step->call->txn, uid, &refusals);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	return refusals_remove(step->call->txn, &refusals);
}

/* What is known of him beside his devices, and that he was counted last. */
static enum err
forget_user(
    struct call *call, const char *pseudonym, const char *user, int64_t uid)
{
	enum err e = uid >= 0 ? user_remove(call->txn, uid) : ERR_NOT_FOUND;

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	return user != NULL ? counters_rename(call->txn, user, pseudonym) : OK;
}

/* What is kept under a uid, without his tokens becoming good again. */
static enum err
forget_uid(struct forgetting *step, int64_t uid)
{
	enum err e = mark_user(step->call, uid, REASON);

	if (e == OK)
		e = forget_codes(step, uid);
	return e == OK ? forget_refusals(step, uid) : e;
}

static enum err
forget_device(struct forgetting *step, const struct device_record *device)
{
	auto_clear(family_record) struct family_record family = {0};
	struct txn *txn = step->call->txn;
	enum err e = forget_uid(step, device->uid);
	if (e == OK)
		e = forget_user(
		    step->call, step->person.name, device->user, device->uid);
	if (e == OK)
		e = revoked_reword(txn, REVOKED_DEVICE, device->id, REASON);
	if (e == OK && device->family != NULL) {
		e = family_get(txn, device->family, &family);
		if (e == OK)
			e = family_remove(txn, &family);
		e = e == ERR_NOT_FOUND ? OK : e;
	}
	step->job->devices++;
	return e == OK ? device_remove(txn, device) : e;
}

static enum err
next_device(struct forgetting *step, struct key *at)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = record_next(step->call->txn, TABLE_DEVICE, key_slice(at),
	    device_record_fields(), &device);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_text(at, device.id);
	return is_his(step, device.user, device.uid)
	    ? forget_device(step, &device)
	    : OK;
}

/* The families that a device of his had before its last one. */
static enum err
next_family(struct forgetting *step, struct key *at)
{
	auto_clear(family_record) struct family_record family = {0};
	auto_clear(device_record) struct device_record device = {0};
	struct txn *txn = step->call->txn;
	enum err e = record_next(
	    txn, TABLE_FAMILY, key_slice(at), family_record_fields(), &family);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_text(at, family.id);
	e = device_get(txn, family.device, &device);
	return e == ERR_NO_SUCH_DEVICE ? family_remove(txn, &family) : e;
}

/* Why something was revoked is an administrator's own words. */
static enum err
next_mark(struct forgetting *step, struct key *at)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e = revoked_next(step->call->txn, at, &mark);

	if (e != OK || !pseudonym_is_named(&step->person, mark.reason))
		return e;
	free(mark.reason);
	mark.reason = strdup(REASON);
	return mark.reason != NULL ? revoked_rewrite(step->call->txn, at, &mark)
				   : ERR_NO_MEMORY;
}

/* Somebody else may have tried his token. */
static enum err
is_his_device(const struct forgetting *step, const char *id, bool *his)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = id != NULL ? device_get(step->call->txn, id, &device)
				: ERR_NO_SUCH_DEVICE;

	*his = e == OK && is_his(step, device.user, device.uid);
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

static enum err
next_event(struct forgetting *step, struct key *at)
{
	auto_clear(audit_record) struct audit_record event = {0};
	struct call *call = step->call;
	bool changed = false, device = false;
	enum err e = audit_next(call->txn,
	    at->size == KEY_NUMBER_SIZE ? key_number(at->data) : 0, &event);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_number(at, event.seq);
	e = is_his_device(step, event.device, &device);
	if (e == OK)
		e = pseudonym_redact(&step->person,
		    store_seal(call->service->store), &event, device, &changed);
	if (e != OK || !changed)
		return e;
	step->job->events++;
	return audit_redact(
	    call->txn, store_seal(call->service->store), &event);
}

static bool
is_record_of_his(const struct forgetting *step, const json_t *record)
{
	const char *user = json_string_value(json_object_get(record, "user"));
	const json_t *uid = json_object_get(record, "uid");

	return is_his(step, user != NULL ? user : "",
	    json_is_integer(uid) ? json_integer_value(uid) : -1);
}

/* What a newer version put aside when it was taken back. */
static enum err
next_aside(struct forgetting *step, struct key *at)
{
	auto_json json_t *aside = NULL;
	struct txn *txn = step->call->txn;
	struct slice key, value;
	enum err e = txn_next(txn, TABLE_ASIDE, key_slice(at), &key, &value);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_bytes(at, key.data, key.size);
	aside = json_loadb(value.data, value.size, 0, NULL);
	if (!is_record_of_his(step, json_object_get(aside, "record")) &&
	    !is_record_of_his(step, json_object_get(aside, "members")))
		return OK;
	return txn_delete(txn, TABLE_ASIDE, key_slice(at));
}

static enum err
next_override(struct forgetting *step, struct key *at)
{
	auto_clear(
	    flag_override_record) struct flag_override_record override = {0};
	const struct flag_setting none = {.percent = FLAG_UNSET};
	struct txn *txn = step->call->txn;
	enum err e = flag_override_next(txn, at, &override);

	if (e != OK || !is_his(step, override.user, -1))
		return e;
	return flag_write(txn, override.flag, override.user, &none);
}

/* An undo would bring the name back. */
static enum err
next_flag_change(struct forgetting *step, struct key *at)
{
	auto_clear(flag_change_record) struct flag_change_record change = {0};
	struct txn *txn = step->call->txn;
	enum err e = flag_change_next(txn,
	    at->size == KEY_NUMBER_SIZE ? key_number(at->data) : 0, &change);

	if (e != OK)
		return e;
	*at = (struct key){0};
	key_add_number(at, change.seq);
	if (change.user == NULL || !is_his(step, change.user, -1))
		return OK;
	return flag_change_remove(txn, change.seq);
}

/*
 * In this order: the audit first, while it can be told whose a device was, and
 * last, when nothing of his is left that could still write to it. Each looks at
 * one record behind `at` and moves on.
 */
static enum err (*const phases[])(struct forgetting *step, struct key *at) = {
    next_session,
    next_event,
    next_device,
    next_family,
    next_mark,
    next_aside,
    next_override,
    next_flag_change,
    next_event,
};

#define PHASE_COUNT ((int64_t)(sizeof(phases) / sizeof(*phases)))

static enum err
read_place(const struct forgetting_record *job, struct key *at)
{
	size_t size = 0;

	if (job->after == NULL)
		return OK;
	if (strlen(job->after) > BASE64URL_TEXT_SIZE(KV_KEY_MAX) ||
	    base64url_decode(at->data, &size, job->after, strlen(job->after)) !=
		OK)
		return ERR_STORE;
	at->size = size;
	return OK;
}

static enum err
write_place(struct forgetting_record *job, const struct key *at)
{
	free(TAKE(job->after));
	if (at->size == 0)
		return OK;
	job->after = malloc(BASE64URL_TEXT_SIZE(at->size) + 1);
	if (job->after == NULL)
		return ERR_NO_MEMORY;
	base64url_encode(job->after, at->data, at->size);
	return OK;
}

/* The phase is through: the next one, or once more for what was left. */
static void
end_phase(struct forgetting_record *job, struct key *at)
{
	*at = (struct key){0};
	if (!job->left)
		job->phase++;
	job->left = false;
}

static enum err
walk(struct forgetting *step)
{
	struct forgetting_record *job = step->job;
	struct key at = {0};
	enum err e = read_place(job, &at);

	for (size_t i = 0; i < FORGET_STEP && e == OK; i++)
		e = phases[job->phase](step, &at);
	if (e == ERR_NOT_FOUND) {
		end_phase(job, &at);
		e = OK;
	}
	return e == OK ? write_place(job, &at) : e;
}

static void
tell_end(struct forgetting *step)
{
	char detail[ALERT_DETAIL_SIZE];

	call_note(&step->call->event.user, step->person.name);
	snprintf(detail, sizeof(detail),
	    "%" PRId64 " devices and %" PRId64 " sessions removed, %" PRId64
	    " events without the name",
	    step->job->devices, step->job->sessions, step->job->events);
	call_alert(step->call, "user-forgotten", detail);
}

static enum err
take_step(struct forgetting *step)
{
	enum err e = walk(step);

	if (e != OK)
		return e;
	if (step->job->phase < PHASE_COUNT)
		return forgetting_put(step->call->txn, step->job);
	tell_end(step);
	return forgetting_remove(step->call->txn, step->job);
}

/* `*pause`: nothing more can be done at this moment. */
static enum err
go_on(struct call *call, struct forgetting_record *job, bool *pause)
{
	struct forgetting step = {.call = call, .job = job};
	int64_t phase = job->phase;
	enum err e;

	if (phase < 0 || phase >= PHASE_COUNT)
		return ERR_STORE;
	e = pseudonym_make(&step.person, store_seal(call->service->store),
	    job->user, job->uid);
	if (e == OK)
		e = take_step(&step);
	*pause = job->phase == phase && job->after == NULL;
	return e;
}

static enum err
check_whom(struct call *call, const struct user_forget_request *request)
{
	if ((request->user != NULL) != (request->uid > 0))
		return OK;
	call_note(
	    &call->event.detail, "user or uid is to be given, one of them");
	return ERR_INVALID_PARAMETER;
}

static enum err
fill_job(struct call *call, const struct user_forget_request *request,
    const struct pseudonym *person, struct forgetting_record *job)
{
	job->pseudonym = strdup(person->name);
	if (request->user != NULL)
		job->user = strdup(request->user);
	if (job->pseudonym == NULL ||
	    (request->user != NULL && job->user == NULL))
		return ERR_NO_MEMORY;
	job->uid = person->was_uid;
	job->started = call->now;
	return OK;
}

/* At once: his tokens count no more, and what he runs ends. */
static enum err
shut_out(struct call *call, int64_t uid, int64_t *ended)
{
	const struct choice which = {.uid = uid};
	enum err e = OK;

	if (uid >= 0)
		e = mark_user(call, uid, REASON);
	if (e == OK && uid >= 0)
		e = end_sessions(call, &which, REASON, ended);
	return e;
}

enum err
user_forget(struct call *call, const struct user_forget_request *request,
    struct user_forget_reply *reply)
{
	auto_clear(forgetting_record) struct forgetting_record job = {0};
	struct pseudonym person;
	int64_t uid = request->uid;
	enum err e = check_whom(call, request);

	if (e != OK)
		return e;
	if (request->user != NULL)
		uid = call->subject >= 0 ? call->subject : -1;
	e = pseudonym_make(
	    &person, store_seal(call->service->store), request->user, uid);
	if (e == OK)
		e = fill_job(call, request, &person, &job);
	if (e == OK)
		e = shut_out(call, uid, &reply->sessions_ended);
	if (e == OK)
		e = forget_user(call, person.name, request->user, uid);
	if (e == OK)
		e = forgetting_put(call->txn, &job);
	if (e != OK)
		return e;
	call_note(&call->event.user, person.name);
	call->event.uid = person.uid;
	reply->pseudonym = TAKE(job.pseudonym);
	return OK;
}

enum err
user_forget_step(struct call *call,
    const struct user_forget_step_request *request,
    struct user_forget_step_reply *reply)
{
	auto_clear(forgetting_record) struct forgetting_record job = {0};
	enum err e = forgetting_get(call->txn, request->pseudonym, &job);

	if (e == OK)
		e = go_on(call, &job, &reply->waits);
	else if (e == ERR_NOT_FOUND)
		return OK; /* a sweep has ended it */
	reply->more = job.phase < PHASE_COUNT;
	reply->devices = job.devices;
	reply->sessions = job.sessions;
	reply->events = job.events;
	return e;
}

enum err
forget_sweep(struct call *call, size_t limit, size_t *done)
{
	auto_clear(forgetting_record) struct forgetting_record job = {0};
	bool pause = false;
	enum err e = forgetting_get(call->txn, NULL, &job);

	*done = 0;
	if (e == OK)
		e = go_on(call, &job, &pause);
	if (e == OK && !pause)
		*done = limit;
	return e == ERR_NOT_FOUND ? OK : e;
}
