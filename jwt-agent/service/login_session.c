/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/login_parts.h"

#include "base/texts.h"
#include "jwt-agent/service/revocation.h"
#include "jwt-agent/service/rotation.h"
#include "jwt-agent/service/token.h"
#include "lmdb-store/session.h"

#include <string.h>

/*
 * The session id comes from the PAM environment, which other modules and the
 * user's own files can set: it counts only for its user and its service.
 */
static enum err
find_session(struct call *call, const char *id, const char *user, int64_t uid,
    const char *service, struct session_record *session)
{
	enum err e = id_valid(id) ? session_get(call->txn, id, session)
				  : ERR_NO_SUCH_SESSION;

	login_note(call, user, uid, service, NULL, NULL);
	if (e != OK)
		return e;
	if (session->uid != uid || strcmp(session->user, user) != 0 ||
	    strcmp(session->service, service) != 0)
		return ERR_NO_SUCH_SESSION;
	call_note(&call->event.session, session->id);
	call_note(&call->event.device, session->device);
	call_note(&call->event.rhost, session->rhost);
	call_note(&call->event.tty, session->tty);
	return OK;
}

static enum err
find_requested(struct call *call, const struct session_request *request,
    struct session_record *session)
{
	enum err e = find_session(call, request->session, request->user,
	    request->uid, request->service, session);

	if (call->event.rhost == NULL)
		call_note(&call->event.rhost, request->rhost);
	if (call->event.tty == NULL)
		call_note(&call->event.tty, request->tty);
	return e;
}

static enum err
check_still_good(struct call *call, const struct session_record *session)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = device_get(call->txn, session->device, &device);

	if (e != OK)
		return e;
	if (strcmp(device.state, DEVICE_ACTIVE) != 0)
		return ERR_DEVICE_REVOKED;
	return session_is_live(session) ? OK : ERR_SESSION_ENDED;
}

/* An issuer that is gone from the configuration has none to give. */
static int64_t
leeway_of(const struct call *call, const char *iss)
{
	const struct issuer *issuer = trust_issuer(call->service->trust, iss);

	return issuer != NULL ? issuer->leeway : 0;
}

enum err
login_check_account(struct call *call, const struct session_request *request,
    struct empty *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_requested(call, request, &session);

	(void)reply;
	if (e == OK)
		e = check_still_good(call, &session);
	if (e != OK)
		return e;
	if (call->now >= session.expires + leeway_of(call, session.issuer))
		return ERR_EXPIRED;
	return session.outdated ? ERR_CLAIMS_OUTDATED : OK;
}

static enum err
use_credential(struct call *call, const struct session_record *session)
{
	struct session_record used = *session; /* borrows the strings */
	enum err e = check_still_good(call, session);

	used.activity = call->now;
	return e == OK ? session_put(call->txn, session, &used) : e;
}

/*
 * The id comes from an environment that the user can set: a user who names
 * another session of their own may not let the agent forget the process that
 * a revoke has to end. Whoever opened a session is its leader, and closes it.
 */
static enum err
check_closer(struct call *call, const struct session_record *session)
{
	if (strcmp(session->state, SESSION_ACTIVE) != 0 ||
	    session->leader == call->caller->pid)
		return OK;
	call_note(
	    &call->event.detail, "asked by a process that did not open it");
	return ERR_NO_SUCH_SESSION;
}

static enum err
delete_credential(struct call *call, const struct session_record *session)
{
	enum err e = check_closer(call, session);

	if (e != OK || !session_is_live(session))
		return e;
	return end_session(call, session, SESSION_CLOSED, "credentials deleted",
	    EFFECT_FORGET);
}

enum err
login_credential(struct call *call, const struct credential_request *request,
    struct empty *reply)
{
	static const struct {
		const char *name;
		enum err (*run)(
		    struct call *call, const struct session_record *session);
	} actions[] = {
	    {"establish", check_still_good},
	    {"reinitialize", use_credential},
	    {"refresh", use_credential},
	    {"delete", delete_credential},
	};
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_session(call, request->session, request->user,
	    request->uid, request->service, &session);

	(void)reply;
	if (e != OK)
		return e;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(actions[i].name, request->action) != 0)
			continue;
		call_note(&call->event.detail, request->action);
		return actions[i].run(call, &session);
	}
	call_note(&call->event.detail, "action is unknown");
	return ERR_INVALID_PARAMETER;
}

static bool
is_open_already(const struct call *call, const struct session_record *session)
{
	return strcmp(session->state, SESSION_ACTIVE) == 0 &&
	    session->leader == call->leader.pid &&
	    session->leader_start == call->leader.start;
}

/* When the session is to end by itself, on the steady clock; 0: never. */
static int64_t
due_of(const struct call *call, const struct session_record *session)
{
	const struct stack *stack =
	    stacks_find(call->service->stacks, session->service);
	int64_t longest = stack->config->session_max;
	int64_t due = longest > 0 ? call->now + longest : 0;

	if (stack->end_on_expiry && (due == 0 || session->expires < due))
		due = session->expires;
	return due != 0 ? due - (call->now - call->steady) : 0;
}

static enum err
open_session(struct call *call, const struct session_record *pending,
    const struct session_request *request)
{
	struct session_record active = *pending; /* borrows the strings */
	auto_str char *state = strdup(SESSION_ACTIVE);
	auto_str char *boot = strdup(call->service->boot);
	enum err e;

	if (state == NULL || boot == NULL)
		return ERR_NO_MEMORY;
	active.state = state;
	active.boot = boot;
	active.opened = active.activity = call->now;
	active.due = due_of(call, pending);
	active.leader = call->leader.pid;
	active.leader_start = call->leader.start;
	if (request->tty != NULL)
		active.tty = request->tty;
	if (request->rhost != NULL)
		active.rhost = request->rhost;
	e = session_put(call->txn, pending, &active);
	return e == OK ? call_effect(call, EFFECT_WATCH, active.id) : e;
}

/*
 * A revoke later signals the leader, with the agent's right to signal
 * anybody: so a caller may only hand in itself.
 */
static enum err
check_leader(struct call *call)
{
	if (call->leader.pid != 0 && call->leader.pid == call->caller->pid)
		return OK;
	call_note(&call->event.detail,
	    call->leader.pid == 0 ? "pidfd of the caller is missing"
				  : "pidfd is not that of the caller");
	return ERR_INVALID_PARAMETER;
}

enum err
login_open_session(struct call *call, const struct session_request *request,
    struct empty *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_requested(call, request, &session);

	(void)reply;
	if (e == OK)
		e = check_leader(call);
	if (e == OK)
		e = check_still_good(call, &session);
	if (e != OK || is_open_already(call, &session))
		return e;
	if (strcmp(session.state, SESSION_PENDING) != 0)
		return ERR_SESSION_ENDED;
	return open_session(call, &session, request);
}

enum err
login_close_session(struct call *call, const struct session_request *request,
    struct empty *reply)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = find_requested(call, request, &session);

	(void)reply;
	if (e == OK)
		e = check_closer(call, &session);
	if (e != OK)
		return e;
	if (!session_is_live(&session)) {
		call_note(&call->event.detail, "had ended before");
		return OK;
	}
	return end_session(
	    call, &session, SESSION_CLOSED, "logged out", EFFECT_FORGET);
}

/* The logins that waited for it are in. */
static enum err
note_renewed(struct call *call, const struct family_record *family)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = session_next_live_of_device(
	    call->txn, family->device, NULL, &session);

	while (e == OK) {
		struct session_record now = session; /* borrows the strings */

		now.outdated = false;
		if (session.outdated)
			e = session_put(call->txn, &session, &now);
		if (e == OK)
			e = session_next_live_of_device(
			    call->txn, family->device, session.id, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
login_change_token(struct call *call, const struct change_request *request,
    struct refresh_reply *reply)
{
	auto_clear(presented) struct presented presented = {0};
	enum err e;

	login_note(
	    call, request->user, request->uid, request->service, NULL, NULL);
	e = rotation_find(call, request->token, &presented);
	if (e == OK && presented.family.uid != request->uid)
		return ERR_WRONG_USER;
	presented.renew = true;
	if (e == OK)
		e = token_rotate(call, &presented, reply);
	return e == OK ? note_renewed(call, &presented.family) : e;
}
