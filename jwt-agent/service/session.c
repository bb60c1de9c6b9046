/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/session.h"

#include "jwt-agent/service/device.h"
#include "jwt-agent/service/revocation.h"

#include <stdio.h>
#include <string.h>

static enum err
find_session(struct call *call, const char *id, struct session_record *session)
{
	enum err e = id_valid(id) ? session_get(call->txn, id, session)
				  : ERR_NO_SUCH_SESSION;

	if (e != OK)
		return e;
	call_note(&call->event.session, session->id);
	call_note(&call->event.device, session->device);
	call_note(&call->event.user, session->user);
	call_note(&call->event.service, session->service);
	call->event.uid = session->uid;
	return OK;
}

enum err
session_subject(struct call *call, const char *session, int64_t *uid)
{
	auto_clear(session_record) struct session_record record = {0};
	enum err e = find_session(call, session, &record);

	if (e == OK)
		*uid = record.uid;
	return e;
}

/* A clock that was set back makes nobody busy in the future. */
static int64_t
idle_of(const struct call *call, const struct session_record *session)
{
	int64_t until = session_is_live(session) ? call->now : session->ended;

	return until > session->activity ? until - session->activity : 0;
}

/* Hands the record's strings over to the view. */
static void
view_session(const struct call *call, struct session_record *session,
    struct session_view *view)
{
	view->idle = idle_of(call, session);
	view->session = TAKE(session->id);
	view->user = TAKE(session->user);
	view->uid = session->uid;
	view->device = TAKE(session->device);
	view->service = TAKE(session->service);
	view->state = TAKE(session->state);
	view->rhost = TAKE(session->rhost);
	view->tty = TAKE(session->tty);
	view->created = session->created;
	view->opened = session->opened;
	view->activity = session->activity;
	view->expires = session->expires;
	view->ended = session->ended;
	view->reason = TAKE(session->reason);
	view->leader = session->leader;
}

static enum err
next_session(struct call *call, bool all, const struct cursor *cursor,
    struct session_record *session)
{
	const char *id = cursor->begun ? cursor->id : NULL;
	const char *device = cursor->begun ? cursor->device : NULL;

	return all ? session_next(call->txn, id, session)
		   : session_next_live(call->txn, device, id, session);
}

static bool
is_wanted(const struct call *call, const struct session_record *session,
    const char *user)
{
	if (call->subject >= 0)
		return session->uid == call->subject;
	return user == NULL || strcmp(session->user, user) == 0;
}

enum err
session_list(struct call *call, const struct session_list_request *request,
    struct cursor *cursor, struct session_view *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e;

	do {
		e = next_session(call, request->all, cursor, &session);
		if (e != OK)
			return e;
		cursor->begun = true;
		snprintf(cursor->id, sizeof(cursor->id), "%s", session.id);
		snprintf(cursor->device, sizeof(cursor->device), "%s",
		    session.device);
	} while (!is_wanted(call, &session, request->user));
	view_session(call, &session, entry);
	return OK;
}

enum err
session_show(struct call *call, const struct session_show_request *request,
    struct session_view *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_session(call, request->session, &session);

	if (e == OK)
		view_session(call, &session, reply);
	return e;
}

static enum err
terminate_one(struct call *call, const char *id, const char *reason,
    struct session_terminate_reply *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_session(call, id, &session);
	bool live;

	if (e != OK)
		return e;
	live = session_is_live(&session);
	call_note(&call->event.detail, live ? reason : "already ended");
	if (live)
		e = end_session(
		    call, &session, SESSION_REVOKED, reason, EFFECT_END);
	if (e != OK)
		return e;
	reply->sessions_ended = live;
	reply->session = TAKE(session.id);
	reply->result = strdup(live ? "terminated" : "already ended");
	return reply->result != NULL ? OK : ERR_NO_MEMORY;
}

/* The process of a session that was ended has had its time. */
static enum err
forget_due(struct call *call, const struct session_record *session)
{
	struct session_record over = *session; /* borrows the strings */

	over.due = 0;
	return session->due != 0 ? session_put(call->txn, session, &over) : OK;
}

/* An administrator may name a user whom the directory has lost already. */
static enum err
terminate_many(struct call *call,
    const struct session_terminate_request *request, const char *reason,
    struct session_terminate_reply *reply)
{
	struct choice which = {
	    .device = request->device, .uid = SUBJECT_EVERYBODY};
	enum err e;

	if (request->user != NULL && call->subject >= 0)
		which.uid = call->subject;
	else
		which.user = request->user;
	if (request->user != NULL) {
		call_note(&call->event.user, request->user);
		call->event.uid = which.uid;
	}
	e = end_sessions(call, &which, reason, &reply->sessions_ended);
	if (e != OK)
		return e;
	note_revoked(call, NULL, reason, reply->sessions_ended);
	reply->result =
	    strdup(reply->sessions_ended > 0 ? "terminated" : "no sessions");
	return reply->result != NULL ? OK : ERR_NO_MEMORY;
}

enum err
session_terminate(struct call *call,
    const struct session_terminate_request *request,
    struct session_terminate_reply *reply)
{
	const char *reason =
	    request->reason != NULL ? request->reason : "terminated";
	int named = (request->session != NULL) + (request->device != NULL) +
	    (request->user != NULL);

	if (named != 1) {
		call_note(&call->event.detail,
		    "session, device or user is to be named, one of them");
		return ERR_INVALID_PARAMETER;
	}
	if (request->session != NULL)
		return terminate_one(call, request->session, reason, reply);
	return terminate_many(call, request, reason, reply);
}

enum err
session_terminate_subject(struct call *call,
    const struct session_terminate_request *request, int64_t *uid)
{
	if (request->session != NULL)
		return session_subject(call, request->session, uid);
	if (request->device != NULL)
		return device_subject(call, request->device, uid);
	return OK;
}

enum err
session_leader_gone(struct call *call,
    const struct session_gone_request *request, struct empty *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_session(call, request->session, &session);

	(void)reply;
	call_note(&call->event.detail, request->reason);
	if (e != OK)
		return e;
	if (!session_is_live(&session))
		return forget_due(call, &session);
	return end_session(
	    call, &session, SESSION_CLOSED, request->reason, EFFECT_FORGET);
}

/* Nobody opened it in time, or it has lasted as long as its service lets it. */
static enum err
lapse(struct call *call, const struct session_record *session)
{
	/* as due_of() has it, unless the clock has jumped since */
	int64_t due = session->due + call->now - call->steady;
	const char *reason =
	    due == session->expires ? "token expired" : "session_max reached";

	if (!session_is_live(session))
		return forget_due(call, session);
	if (strcmp(session->state, SESSION_PENDING) == 0)
		return end_session(call, session, SESSION_EXPIRED,
		    "never opened", EFFECT_FORGET);
	return end_session(call, session, SESSION_EXPIRED, reason, EFFECT_END);
}

enum err
session_lapse(struct call *call, size_t limit, size_t *done)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK) {
		e = session_next_due(call->txn, call->steady, &session);
		if (e == OK)
			e = lapse(call, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
