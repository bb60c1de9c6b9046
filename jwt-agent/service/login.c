/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/login_parts.h"

#include "base/texts.h"
#include "jwt-agent/service/claimset.h"
#include "jwt-agent/service/code_login.h"
#include "jwt-agent/service/dated.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/oddity.h"
#include "jwt-agent/service/verdict.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/session.h"

#include <stdio.h>
#include <string.h>

void
login_note(struct call *call, const char *user, int64_t uid,
    const char *service, const char *rhost, const char *tty)
{
	call_note(&call->event.user, user);
	call->event.uid = uid;
	call_note(&call->event.service, service);
	call_note(&call->event.rhost, rhost);
	call_note(&call->event.tty, tty);
}

static enum err
fill_session(struct call *call, const struct authenticate_request *request,
    const struct verdict *verdict, struct session_record *session)
{
	char id[ID_SIZE + 1];
	enum err e = id_new(call->service->host, id);

	if (e == OK)
		e = text_copy(&session->id, id);
	if (e == OK)
		e = text_copy(&session->user, request->user);
	if (e == OK)
		e = text_copy(&session->device, verdict->device.id);
	if (e == OK)
		e = text_copy(&session->issuer, verdict->token.issuer->issuer);
	if (e == OK)
		e = text_copy(&session->service, request->service);
	if (e == OK)
		e = text_copy(&session->state, SESSION_PENDING);
	if (e == OK)
		e = text_copy(&session->tty, request->tty);
	if (e == OK)
		e = text_copy(&session->rhost, request->rhost);
	if (e == OK)
		e = text_copy(&session->jti_hash, verdict->mark);
	if (e == OK)
		e = text_copy(&session->family, verdict->token.family);
	if (e == OK)
		e = text_copy(&session->boot, call->service->boot);
	session->uid = request->uid;
	session->created = session->activity = call->now;
	session->expires = verdict->token.expires;
	session->outdated = verdict->outdated;
	session->due = call->steady + PENDING_SECONDS;
	return e;
}

static enum err
replace(char **member, const char *text)
{
	free(TAKE(*member));
	return text_copy(member, text);
}

static enum err
note_last_seen(struct call *call, const struct authenticate_request *request,
    struct device_record *device)
{
	enum err e = replace(&device->seen_rhost, request->rhost);

	device->seen = call->now;
	if (e == OK)
		e = replace(&device->seen_service, request->service);
	if (e == OK)
		e = replace(&device->seen_tty, request->tty);
	if (e == OK)
		e = oddity_of_device(
		    call, device, request->rhost, request->fingerprint);
	if (e == OK)
		e = oddity_of_user(call, device);
	return e == OK ? device_put(call->txn, device) : e;
}

/* A token that may be used once is marked as long as it could be accepted;
 * a code is gone. */
static enum err
note_use(struct call *call, const struct attempt *attempt,
    const struct verdict *verdict)
{
	enum err e;

	if (code_is(attempt->token))
		return code_use(call, verdict);
	e = dated_count(call, attempt->user, verdict);
	if (e == OK)
		e = claimset_count(call, attempt->user, verdict);
	if (e != OK || !verdict->stack->replay_once)
		return e;
	return replay_put(call->txn, verdict->origin,
	    verdict->token.expires + verdict->token.issuer->leeway);
}

static enum err
judge(struct call *call, const struct authenticate_request *request,
    const struct attempt *attempt, struct verdict *verdict)
{
	login_note(call, request->user, request->uid, request->service,
	    request->rhost, request->tty);
	return code_is(request->token) ? code_reach(call, attempt, verdict)
				       : verdict_reach(call, attempt, verdict);
}

/* Nothing comes of it, so nobody is to be alarmed by it either. */
enum err
login_observe(struct call *call, const struct authenticate_request *request,
    struct empty *reply)
{
	auto_clear(verdict) struct verdict verdict = {0};
	struct attempt attempt = {request->user, request->uid, request->service,
	    request->rhost, request->token, request->cut};
	enum err e = judge(call, request, &attempt, &verdict);

	(void)reply;
	call->alert_count = 0;
	if (e == OK && !verdict.new_device)
		call_note(&call->event.device, verdict.device.id);
	return e;
}

/*
 * While nothing can be written a good token may still let in, where the
 * service says so: whatever refuses it is found by reading. What may be used
 * once cannot be marked as used.
 */
static enum err
log_in_unrecorded(struct call *call, const struct authenticate_request *request,
    const struct attempt *attempt, struct authenticate_reply *reply)
{
	auto_clear(verdict) struct verdict verdict = {0};
	const struct stack *stack =
	    stacks_find(call->service->stacks, attempt->service);
	enum err e;

	if (!stack->unrecorded || stack->replay_once ||
	    code_is(attempt->token)) {
		login_note(call, request->user, request->uid, request->service,
		    request->rhost, request->tty);
		return call->fault;
	}
	e = judge(call, request, attempt, &verdict);
	if (e != OK)
		return e;
	call_note(&call->event.detail, OUTAGE_NOT_RECORDED);
	if (!verdict.new_device)
		call_note(&call->event.device, verdict.device.id);
	reply->device = TAKE(verdict.device.id);
	reply->expires = verdict.token.expires;
	return OK;
}

/* In front of what the event tells already. */
static void
note_untracked(struct call *call)
{
	const char *before = call->event.detail;
	char text[ALERT_DETAIL_SIZE];

	snprintf(text, sizeof(text), "no session: session_tracking is off%s%s",
	    before != NULL ? "; " : "", before != NULL ? before : "");
	call_note(&call->event.detail, text);
}

/* Without a record there is nothing by which the session could be ended. */
static enum err
make_session(struct call *call, const struct authenticate_request *request,
    const struct verdict *verdict, struct session_record *session)
{
	bool tracked = true;
	enum err e =
	    flag_holds(call, FLAG_SESSION_TRACKING, request->user, &tracked);

	if (e == OK && !tracked)
		note_untracked(call);
	if (e != OK || !tracked)
		return e;
	e = fill_session(call, request, verdict, session);
	return e == OK ? session_put(call->txn, NULL, session) : e;
}

enum err
login_authenticate(struct call *call,
    const struct authenticate_request *request,
    struct authenticate_reply *reply)
{
	auto_clear(verdict) struct verdict verdict = {0};
	auto_clear(session_record) struct session_record session = {0};
	struct attempt attempt = {request->user, request->uid, request->service,
	    request->rhost, request->token, request->cut};
	enum err e;

	if (call->fault != OK)
		return log_in_unrecorded(call, request, &attempt, reply);
	e = judge(call, request, &attempt, &verdict);
	if (e == OK)
		e = make_session(call, request, &verdict, &session);
	if (e == OK)
		e = note_last_seen(call, request, &verdict.device);
	if (e == OK)
		e = note_use(call, &attempt, &verdict);
	if (e != OK)
		return e;
	call_note(&call->event.session, session.id);
	call_note(&call->event.device, verdict.device.id);
	reply->session = TAKE(session.id);
	reply->device = TAKE(verdict.device.id);
	reply->expires = verdict.token.expires;
	return OK;
}
