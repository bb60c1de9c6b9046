/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/revocation.h"

#include "lmdb-store/device.h"
#include "lmdb-store/revoked.h"

#include <stdio.h>
#include <string.h>

static enum err
replace(char **member, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return ERR_NO_MEMORY;
	free(*member);
	*member = copy;
	return OK;
}

enum err
revoke_family(
    struct call *call, struct family_record *family, const char *reason)
{
	enum err e = replace(&family->state, FAMILY_REVOKED);

	if (e == OK)
		e = replace(&family->revoked_reason, reason);
	family->revoked = call->now;
	return e == OK ? family_put(call->txn, family) : e;
}

/* A session that waits to be opened has no process yet, and one of an earlier
 * boot has none any more. */
static void
name_leader(const struct call *call, const struct session_record *session)
{
	struct effect *effect = &call->effects[call->effect_count - 1];

	if (session->boot == NULL ||
	    strcmp(session->boot, call->service->boot) != 0)
		return;
	effect->pid = session->leader;
	effect->start = session->leader_start;
}

static enum err
leave_effect(struct call *call, const struct session_record *session,
    enum effect_kind kind)
{
	enum err e = call_effect(call, kind, session->id);

	if (e == OK)
		name_leader(call, session);
	return e;
}

enum err
end_session(struct call *call, const struct session_record *session,
    const char *state, const char *reason, enum effect_kind effect)
{
	auto_str char *ended_state = strdup(state);
	auto_str char *ended_reason = strdup(reason);
	struct session_record ended = *session; /* borrows the strings */
	enum err e;

	if (ended_state == NULL || ended_reason == NULL)
		return ERR_NO_MEMORY;
	ended.state = ended_state;
	ended.reason = ended_reason;
	ended.ended = call->now;
	ended.due = effect == EFFECT_END && session->leader != 0
	    ? call->steady + ENDING_SECONDS
	    : 0;
	e = session_put(call->txn, session, &ended);
	return e == OK ? leave_effect(call, session, effect) : e;
}

static bool
is_same(const char *wanted, const char *text)
{
	return wanted == NULL || strcmp(wanted, text) == 0;
}

static bool
is_chosen(const struct choice *which, const struct session_record *session)
{
	const char *const *tokens = which->tokens;

	if (which->uid >= 0 && session->uid != which->uid)
		return false;
	if (session->family != NULL && !is_same(which->family, session->family))
		return false;
	if (tokens[0] != NULL && !is_same(tokens[0], session->jti_hash) &&
	    (tokens[1] == NULL || !is_same(tokens[1], session->jti_hash)))
		return false;
	return is_same(which->user, session->user) &&
	    is_same(which->issuer, session->issuer);
}

static enum err
end_chosen(struct call *call, const struct choice *which,
    const struct session_record *session, const char *reason, int64_t *ended)
{
	if (!is_chosen(which, session))
		return OK;
	++*ended;
	return end_session(call, session, SESSION_REVOKED, reason, EFFECT_END);
}

static enum err
end_of_device(struct call *call, const struct choice *which, const char *device,
    const char *reason, int64_t *ended)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e =
	    session_next_live_of_device(call->txn, device, NULL, &session);

	while (e == OK) {
		e = end_chosen(call, which, &session, reason, ended);
		if (e == OK)
			e = session_next_live_of_device(
			    call->txn, device, session.id, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
end_of_user(struct call *call, const struct choice *which, const char *reason,
    int64_t *ended)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = device_next_of_user(call->txn, which->uid, NULL, &device);

	while (e == OK) {
		e = end_of_device(call, which, device.id, reason, ended);
		if (e == OK)
			e = device_next_of_user(
			    call->txn, which->uid, device.id, &device);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
end_of_all(struct call *call, const struct choice *which, const char *reason,
    int64_t *ended)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = session_next_live(call->txn, NULL, NULL, &session);

	while (e == OK) {
		e = end_chosen(call, which, &session, reason, ended);
		if (e == OK)
			e = session_next_live(
			    call->txn, session.device, session.id, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
end_sessions(struct call *call, const struct choice *which, const char *reason,
    int64_t *ended)
{
	int64_t count = 0;
	enum err e;

	if (which->device != NULL)
		e = end_of_device(call, which, which->device, reason, &count);
	else if (which->uid >= 0)
		e = end_of_user(call, which, reason, &count);
	else
		e = end_of_all(call, which, reason, &count);
	if (e == OK)
		*ended = count;
	return e;
}

void
note_revoked(
    struct call *call, const char *what, const char *reason, int64_t ended)
{
	char text[FIELD_STR_MAX];

	snprintf(text, sizeof(text), "%.64s%s%.800s; sessions ended: %lld",
	    what != NULL ? what : "", what != NULL ? ": " : "", reason,
	    (long long)ended);
	call_note(&call->event.detail, text);
}

enum err
revoke_sessions(
    struct call *call, const char *device, const char *reason, int64_t *ended)
{
	return end_sessions(call,
	    &(struct choice){.device = device, .uid = SUBJECT_EVERYBODY},
	    reason, ended);
}
