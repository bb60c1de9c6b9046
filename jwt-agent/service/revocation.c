/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/revocation.h"

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
	ended.due = 0;
	e = session_put(call->txn, session, &ended);
	return e == OK ? call_effect(call, effect, session->id) : e;
}

enum err
revoke_sessions(
    struct call *call, const char *device, const char *reason, int64_t *ended)
{
	auto_clear(session_record) struct session_record session = {0};
	int64_t count = 0;
	enum err e =
	    session_next_live_of_device(call->txn, device, NULL, &session);

	while (e == OK) {
		e = end_session(
		    call, &session, SESSION_REVOKED, reason, EFFECT_END);
		if (e != OK)
			break;
		count++;
		e = session_next_live_of_device(
		    call->txn, device, session.id, &session);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	*ended = count;
	return OK;
}
