/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/export.h"

#include "lmdb-store/device.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A line borrows what the record owns, and is only encoded. */
static char *
type_of(const char *type)
{
	return (char *)(uintptr_t)type;
}

static enum err
export_device(struct call *call, struct cursor *cursor, json_t **line)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e =
	    device_next(call->txn, cursor->begun ? cursor->id : NULL, &device);
	const struct device_line out = {
	    .type = type_of(TRANSFER_DEVICE),
	    .format = TRANSFER_FORMAT,
	    .id = device.id,
	    .user = device.user,
	    .uid = device.uid,
	    .name = device.name,
	    .created = device.created,
	    .issuer = device.issuer,
	    .origin = device.origin,
	    .seen = device.seen,
	    .seen_rhost = device.seen_rhost,
	    .seen_service = device.seen_service,
	    .seen_tty = device.seen_tty,
	    .revoked = device.revoked,
	    .revoked_reason = device.revoked_reason,
	    .jkt = device.jkt,
	    .fingerprint = device.fingerprint,
	    .claims = device.claims,
	};

	if (e != OK)
		return e;
	snprintf(cursor->id, sizeof(cursor->id), "%s", device.id);
	return fields_encode(device_line_fields(), &out, line);
}

/* One that lives has neither an end nor a state here. */
static enum err
export_session(struct call *call, struct cursor *cursor, json_t **line)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = session_next(
	    call->txn, cursor->begun ? cursor->id : NULL, &session);
	bool ended = e == OK && !session_is_live(&session);
	const struct session_line out = {
	    .type = type_of(TRANSFER_SESSION),
	    .format = TRANSFER_FORMAT,
	    .id = session.id,
	    .user = session.user,
	    .uid = session.uid,
	    .device = session.device,
	    .created = session.created,
	    .issuer = session.issuer,
	    .service = session.service,
	    .tty = session.tty,
	    .rhost = session.rhost,
	    .opened = session.opened,
	    .activity = session.activity,
	    .expires = session.expires,
	    .ended = ended ? session.ended : 0,
	    .state = ended ? session.state : NULL,
	    .reason = ended ? session.reason : NULL,
	};

	if (e != OK)
		return e;
	snprintf(cursor->id, sizeof(cursor->id), "%s", session.id);
	return fields_encode(session_line_fields(), &out, line);
}

static enum err
find_mark(struct call *call, int64_t uid, struct revoked_record *mark)
{
	char value[24];
	enum err e;

	snprintf(value, sizeof(value), "%" PRId64, uid);
	e = revoked_get(call->txn, REVOKED_USER, value, call->now, mark);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Whoever has a device, by uid, and under the name of the first one. */
static enum err
export_user(struct call *call, struct cursor *cursor, json_t **line)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e = device_first_from_uid(
	    call->txn, cursor->begun ? cursor->seq + 1 : 0, &device);
	struct user_line out = {
	    .type = type_of(TRANSFER_USER),
	    .format = TRANSFER_FORMAT,
	    .user = device.user,
	    .uid = device.uid,
	};

	if (e == OK)
		e = find_mark(call, device.uid, &mark);
	if (e != OK)
		return e;
	out.not_before = mark.before;
	out.reason = mark.reason;
	cursor->seq = device.uid;
	return fields_encode(user_line_fields(), &out, line);
}

enum err
admin_export(struct call *call, const struct export_request *request,
    struct cursor *cursor, struct export_line *entry)
{
	enum err e = ERR_INVALID_PARAMETER;

	if (strcmp(request->what, TRANSFER_DEVICE) == 0)
		e = export_device(call, cursor, &entry->line);
	else if (strcmp(request->what, TRANSFER_SESSION) == 0)
		e = export_session(call, cursor, &entry->line);
	else if (strcmp(request->what, TRANSFER_USER) == 0)
		e = export_user(call, cursor, &entry->line);
	else
		call_note(&call->event.detail,
		    "what is one of user, device and session");
	cursor->begun = cursor->begun || e == OK;
	return e;
}
