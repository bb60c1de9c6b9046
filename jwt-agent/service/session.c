/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/session.h"

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

/* Hands the record's strings over to the view. */
static void
view_session(struct session_record *session, struct session_view *view)
{
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
	view_session(&session, entry);
	return OK;
}

enum err
session_show(struct call *call, const struct session_show_request *request,
    struct session_view *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_session(call, request->session, &session);

	if (e == OK)
		view_session(&session, reply);
	return e;
}

enum err
session_terminate(struct call *call,
    const struct session_terminate_request *request,
    struct session_terminate_reply *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	const char *reason =
	    request->reason != NULL ? request->reason : "terminated";
	enum err e = find_session(call, request->session, &session);
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
	reply->session = TAKE(session.id);
	reply->result = strdup(live ? "terminated" : "already ended");
	return reply->result != NULL ? OK : ERR_NO_MEMORY;
}

enum err
session_leader_gone(struct call *call,
    const struct session_terminate_request *request, struct empty *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_session(call, request->session, &session);

	(void)reply;
	call_note(&call->event.detail, request->reason);
	if (e != OK || !session_is_live(&session))
		return e;
	return end_session(
	    call, &session, SESSION_CLOSED, request->reason, EFFECT_FORGET);
}

/* Nobody opened it in time, or it has lasted as long as its service lets it. */
static enum err
lapse(struct call *call, const struct session_record *session)
{
	if (strcmp(session->state, SESSION_PENDING) == 0)
		return end_session(call, session, SESSION_EXPIRED,
		    "never opened", EFFECT_FORGET);
	return end_session(
	    call, session, SESSION_EXPIRED, "session_max reached", EFFECT_END);
}

enum err
session_lapse(
    struct call *call, const struct empty *request, struct empty *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = OK;

	(void)request;
	(void)reply;
	for (int i = 0; i < LAPSE_BATCH && e == OK; i++) {
		e = session_next_due(call->txn, call->now, &session);
		if (e == OK)
			e = lapse(call, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
