/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/arrival.h"
#include "lmdb-store/device.h"
#include "lmdb-store/session.h"

#include <string.h>

/* A session without an end had it, for us, when it was last heard of. */
static int64_t
end_of(const struct session_line *line)
{
	if (line->ended != 0)
		return line->ended;
	return line->activity != 0 ? line->activity : line->created;
}

static enum err
fill_session(struct arrival *arrival, const struct session_line *line,
    const char *id, const char *device, struct session_record *session)
{
	const struct text_pair pairs[] = {
	    {&session->id, id},
	    {&session->user, line->user},
	    {&session->device, device},
	    {&session->issuer, arrival_preset(line->issuer, ARRIVAL_REASON)},
	    {&session->jti_hash, ARRIVAL_REASON},
	    {&session->service, arrival_preset(line->service, ARRIVAL_REASON)},
	    {&session->state, arrival_preset(line->state, SESSION_CLOSED)},
	    {&session->tty, line->tty},
	    {&session->rhost, line->rhost},
	    {&session->reason, arrival_preset(line->reason, ARRIVAL_REASON)},
	};

	session->uid = arrival->call->subject;
	session->created = line->created;
	session->opened = line->opened;
	session->activity =
	    line->activity != 0 ? line->activity : line->created;
	session->expires = line->expires;
	session->ended = end_of(line);
	return arrival_copy(pairs, sizeof(pairs) / sizeof(*pairs));
}

static bool
is_end_state(const char *state)
{
	return state == NULL || strcmp(state, SESSION_CLOSED) == 0 ||
	    strcmp(state, SESSION_EXPIRED) == 0 ||
	    strcmp(state, SESSION_REVOKED) == 0;
}

static enum err
check_session(struct arrival *arrival, const struct session_line *line)
{
	int64_t oldest =
	    arrival->call->now - arrival->call->service->config->keep_sessions;

	if (!is_end_state(line->state))
		return arrival_skip(arrival, "bad-state",
		    "state is one of closed, expired and revoked");
	if (end_of(line) < line->created)
		return arrival_skip(
		    arrival, "bad-time", "it ended before it was created");
	if (end_of(line) < oldest)
		return arrival_skip(arrival, "too-old",
		    "it ended longer ago than [retention] sessions keeps");
	if (line->expires < 0)
		return arrival_skip(
		    arrival, "bad-time", "expires is not after 1970");
	return OK;
}

static enum err
find_session(struct arrival *arrival, const char *id, const char *device)
{
	auto_clear(session_record) struct session_record old = {0};
	auto_clear(device_record) struct device_record owner = {0};
	struct txn *txn = arrival->call->txn;
	enum err e = session_get(txn, id, &old);

	if (e == OK && old.uid != arrival->call->subject)
		return arrival_skip(
		    arrival, "id-taken", "another user's session has this id");
	if (e == OK) {
		arrival->result = ARRIVAL_PRESENT;
		return OK;
	}
	if (e == ERR_NO_SUCH_SESSION)
		e = device_get(txn, device, &owner);
	if (e == OK && owner.uid != arrival->call->subject)
		return arrival_skip(
		    arrival, "other-device", "the device is another user's");
	arrival->result = ARRIVAL_IMPORTED;
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

enum err
arrival_session(struct arrival *arrival, const void *decoded)
{
	auto_clear(session_record) struct session_record session = {0};
	const struct session_line *line = decoded;
	char id[ID_SIZE + 1] = "", device[ID_SIZE + 1] = "";
	enum err e;

	arrival_check(arrival, session_line_fields(), line, line->format);
	if (!arrival_is_skipped(arrival))
		arrival_check_person(arrival, line->user, line->uid);
	e = arrival_is_skipped(arrival) ? OK : check_session(arrival, line);
	if (e == OK && !arrival_is_skipped(arrival))
		e = arrival_id(arrival, "session", line->id, line->created, id);
	if (e == OK && !arrival_is_skipped(arrival))
		e = arrival_id(arrival, "device", line->device, 0, device);
	if (e == OK && !arrival_is_skipped(arrival))
		e = find_session(arrival, id, device);
	if (!arrival_is_to_be_written(arrival, e))
		return e;
	e = fill_session(arrival, line, id, device, &session);
	return e == OK ? session_put(arrival->call->txn, NULL, &session) : e;
}
