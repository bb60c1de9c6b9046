/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/user.h"

#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/revocation.h"
#include "lmdb-store/device.h"
#include "lmdb-store/user.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The next device of a user whom only the records know. */
static enum err
next_of_name(struct call *call, const char *user, struct device_record *device)
{
	enum err e;

	do
		e = device_next(call->txn, device->id, device);
	while (e == OK && strcmp(device->user, user) != 0);
	return e;
}

static enum err
find_uid(struct call *call, const char *user, int64_t *uid)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e;

	if (call->subject >= 0) {
		*uid = call->subject;
		return OK;
	}
	e = next_of_name(call, user, &device);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_NO_SUCH_USER : e;
	*uid = device.uid;
	return OK;
}

static enum err
count_device(struct call *call, const struct device_record *device,
    struct user_view *view)
{
	int64_t sessions = 0;
	enum err e = session_count_of_device(call->txn, device->id, &sessions);

	if (strcmp(device->state, DEVICE_ACTIVE) == 0)
		view->devices++;
	else if (strcmp(device->state, DEVICE_REVOKED) == 0)
		view->devices_revoked++;
	if (device->seen > view->seen)
		view->seen = device->seen;
	view->sessions += sessions;
	return e;
}

static enum err
count_devices(struct call *call, struct user_view *view)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = device_next_of_user(call->txn, view->uid, NULL, &device);

	while (e == OK) {
		e = count_device(call, &device, view);
		if (e == OK)
			e = device_next_of_user(
			    call->txn, view->uid, device.id, &device);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
add_mark(struct call *call, enum revoked_kind kind, const char *value,
    const char *called, json_t *marks)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e = revoked_get(call->txn, kind, value, call->now, &mark);
	json_t *view;

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	view = json_pack("{ss sI sI ss?}", "kind", called, "before",
	    (json_int_t)mark.before, "until", (json_int_t)mark.until, "reason",
	    mark.reason);
	return json_array_append_new(marks, view) == 0 ? OK : ERR_NO_MEMORY;
}

static enum err
list_marks(struct call *call, int64_t uid, json_t **out)
{
	auto_json json_t *marks = json_array();
	char value[24];
	enum err e;

	snprintf(value, sizeof(value), "%" PRId64, uid);
	e = add_mark(call, REVOKED_USER, value, "user", marks);
	if (e == OK)
		e = add_mark(
		    call, REVOKED_ALL, REVOKED_EVERYTHING, "everybody", marks);
	if (e == OK)
		*out = TAKE(marks);
	return e;
}

static enum err
add_record(struct call *call, struct user_view *view)
{
	auto_clear(user_record) struct user_record user = {0};
	enum err e = user_get(call->txn, view->uid, &user);

	view->attributes = TAKE(user.attributes);
	view->asked = user.asked;
	return e;
}

enum err
user_show(struct call *call, const struct user_show_request *request,
    struct user_view *reply)
{
	enum err e = find_uid(call, request->user, &reply->uid);

	if (e == OK)
		e = count_devices(call, reply);
	if (e == OK)
		e = list_marks(call, reply->uid, &reply->marks);
	if (e != OK)
		return e;
	e = add_record(call, reply);
	if (e != OK)
		return e;
	reply->user = strdup(request->user);
	return reply->user != NULL && reply->marks != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
logout_uid(
    struct call *call, int64_t uid, const char *reason, int64_t *sessions_ended)
{
	const struct choice which = {.uid = uid};
	int64_t ended = 0;
	enum err e = mark_user(call, uid, reason);

	if (e == OK)
		e = end_sessions(call, &which, reason, &ended);
	*sessions_ended += ended;
	return e;
}

/* A name that was given again may stand for several uids in the records. */
static enum err
logout_name(struct call *call, const char *user, const char *reason,
    int64_t *sessions_ended)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = next_of_name(call, user, &device);
	int64_t last = SUBJECT_UNKNOWN;

	if (e == ERR_NOT_FOUND)
		return ERR_NO_SUCH_USER;
	while (e == OK) {
		if (device.uid != last)
			e = logout_uid(
			    call, device.uid, reason, sessions_ended);
		last = device.uid;
		if (e == OK)
			e = next_of_name(call, user, &device);
	}
	call->event.uid = last;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
logout_user(struct call *call, const char *user, const char *reason,
    struct user_logout_reply *reply)
{
	enum err e;

	call_note(&call->event.user, user);
	call->event.uid = call->subject >= 0 ? call->subject : -1;
	e = call->subject >= 0
	    ? logout_uid(call, call->subject, reason, &reply->sessions_ended)
	    : logout_name(call, user, reason, &reply->sessions_ended);
	if (e != OK)
		return e;
	note_revoked(call, NULL, reason, reply->sessions_ended);
	reply->user = strdup(user);
	return reply->user != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
logout_all(
    struct call *call, const char *reason, struct user_logout_reply *reply)
{
	const struct choice which = {.uid = SUBJECT_EVERYBODY};
	enum err e;

	if (!call->admin)
		return ERR_PERMISSION_DENIED;
	e = mark_all(call, reason);
	if (e == OK)
		e = end_sessions(call, &which, reason, &reply->sessions_ended);
	if (e == OK)
		note_revoked(call, "everybody", reason, reply->sessions_ended);
	return e;
}

enum err
user_logout(struct call *call, const struct user_logout_request *request,
    struct user_logout_reply *reply)
{
	const char *reason =
	    request->reason != NULL ? request->reason : "logged out";

	if (request->all == (request->user != NULL)) {
		call_note(&call->event.detail,
		    "user or all is to be given, one of them");
		return ERR_INVALID_PARAMETER;
	}
	reply->before = call->now;
	return request->all ? logout_all(call, reason, reply)
			    : logout_user(call, request->user, reason, reply);
}
