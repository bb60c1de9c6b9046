/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/export.h"

#include "base/texts.h"
#include "lmdb-store/device.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/session.h"
#include "lmdb-store/user.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

/* What is known of them beside their devices. */
static enum err
encode_user(struct call *call, char *name, int64_t uid,
    const struct user_record *user, json_t **line)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e = find_mark(call, uid, &mark);
	const struct user_line out = {
	    .type = type_of(TRANSFER_USER),
	    .format = TRANSFER_FORMAT,
	    .user = name,
	    .uid = uid,
	    .not_before = mark.before,
	    .reason = mark.reason,
	    .attributes = json_object_size(user->attributes) > 0
		? user->attributes
		: NULL,
	};

	return e == OK ? fields_encode(user_line_fields(), &out, line) : e;
}

/* Whoever has a device, by uid, and under the name of the first one. */
static enum err
export_owner(struct call *call, struct cursor *cursor, json_t **line)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(user_record) struct user_record user = {0};
	enum err e = device_first_from_uid(
	    call->txn, cursor->begun ? cursor->seq + 1 : 0, &device);

	if (e == OK)
		e = user_get(call->txn, device.uid, &user);
	if (e == OK)
		e = encode_user(call, device.user, device.uid, &user, line);
	if (e == OK)
		cursor->seq = device.uid;
	return e;
}

/* The uid of the one given last stands in `id`. */
static enum err
next_user(struct call *call, struct cursor *cursor, struct user_record *user)
{
	enum err e = OK;

	if (cursor->id[0] != '\0' && user->user == NULL) {
		user->uid = strtoll(cursor->id, NULL, 10);
		e = text_copy(&user->user, cursor->id);
	}
	if (e == OK)
		e = user_next(call->txn, user);
	if (e == OK)
		snprintf(cursor->id, sizeof(cursor->id), "%" PRId64, user->uid);
	return e;
}

/* Of whom attributes were set, and who has no device. */
static enum err
export_deviceless(struct call *call, struct cursor *cursor, json_t **line)
{
	auto_clear(user_record) struct user_record user = {0};

	for (int looks = 0; looks < CURSOR_LOOKS_MAX; looks++) {
		auto_clear(device_record) struct device_record device = {0};
		enum err e = next_user(call, cursor, &user);

		if (e != OK)
			return e;
		if (json_object_size(user.attributes) == 0)
			continue;
		e = device_next_of_user(call->txn, user.uid, NULL, &device);
		if (e == ERR_NOT_FOUND)
			return encode_user(
			    call, user.user, user.uid, &user, line);
		if (e != OK)
			return e;
	}
	return ERR_GO_ON;
}

static enum err
export_user(struct call *call, struct cursor *cursor, json_t **line)
{
	enum err e = ERR_NOT_FOUND;

	if (cursor->id[0] == '\0')
		e = export_owner(call, cursor, line);
	return e == ERR_NOT_FOUND ? export_deviceless(call, cursor, line) : e;
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
