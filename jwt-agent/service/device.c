/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/device.h"

#include "jwt-agent/service/enrolment.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/revocation.h"
#include "lmdb-store/device.h"

#include <stdio.h>
#include <string.h>

static enum err
find_device(struct call *call, const char *id, struct device_record *device)
{
	enum err e = id_valid(id) ? device_get(call->txn, id, device)
				  : ERR_NO_SUCH_DEVICE;

	if (e != OK)
		return e;
	call_note(&call->event.device, device->id);
	call_note(&call->event.user, device->user);
	call->event.uid = device->uid;
	return OK;
}

enum err
device_subject(struct call *call, const char *device, int64_t *uid)
{
	auto_clear(device_record) struct device_record record = {0};
	enum err e = find_device(call, device, &record);

	if (e == OK)
		*uid = record.uid;
	return e;
}

enum err
device_user(struct call *call, const char *id, char **user)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = find_device(call, id, &device);

	if (e == OK)
		*user = TAKE(device.user);
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

/* Hands over what was made. */
static void
fill_reply(
    struct call *call, struct enrolment *enrolment, struct enroll_reply *reply)
{
	call_note(&call->event.device, enrolment->device.id);
	reply->device = TAKE(enrolment->device.id);
	reply->user = TAKE(enrolment->device.user);
	reply->name = TAKE(enrolment->device.name);
	reply->access_token = TAKE(enrolment->grant.access_token);
	reply->access_expires = enrolment->grant.access_expires;
	reply->refresh_token = TAKE(enrolment->grant.refresh_token);
	reply->refresh_expires = enrolment->grant.refresh_expires;
}

enum err
device_enroll(struct call *call, const struct enroll_request *request,
    struct enroll_reply *reply)
{
	auto_clear(enrolment) struct enrolment enrolment = {0};
	const struct enrolment_wish wish = {
	    request->user, request->name, request->claims, request->key};
	enum err e;

	call_note(&call->event.user, request->user);
	call->event.uid = call->subject;
	e = enrolment_make(call, &wish, &enrolment);
	if (e == OK)
		fill_reply(call, &enrolment, reply);
	return e;
}

enum err
device_enroll_again(struct call *call,
    const struct enroll_again_request *request, struct enroll_reply *reply)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(enrolment) struct enrolment enrolment = {0};
	enum err e = find_device(call, request->device, &device);

	if (e == OK)
		e = enrolment_renew(call, &device, request->key, &enrolment);
	if (e == OK)
		fill_reply(call, &enrolment, reply);
	return e;
}

static enum err
rename_device(struct call *call, struct device_record *device, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return ERR_NO_MEMORY;
	call_note(&call->event.detail, device->name);
	free(device->name);
	device->name = copy;
	return device_put(call->txn, device);
}

enum err
device_rename(struct call *call, const struct device_rename_request *request,
    struct device_rename_reply *reply)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = find_device(call, request->device, &device);

	if (e == OK)
		e = enrolment_check_name(call, request->name);
	if (e == OK)
		e = rename_device(call, &device, request->name);
	if (e != OK)
		return e;
	reply->device = TAKE(device.id);
	reply->name = TAKE(device.name);
	return OK;
}

/* What the refresh family has to say, where there is one. */
static enum err
view_family(struct call *call, const struct device_record *device,
    struct device_view *view)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e;

	if (device->family == NULL)
		return OK;
	e = family_get(call->txn, device->family, &family);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_STORE : e;
	view->generation = family.generation;
	view->refresh_expires =
	    grant_refresh_expires(call->service->config, &family);
	return OK;
}

/* Hands the record's strings over to the view. */
static enum err
view_device(
    struct call *call, struct device_record *device, struct device_view *view)
{
	enum err e = view_family(call, device, view);

	if (e == OK)
		e = session_count_of_device(
		    call->txn, device->id, &view->sessions);
	if (e != OK)
		return e;
	view->device = TAKE(device->id);
	view->user = TAKE(device->user);
	view->uid = device->uid;
	view->name = TAKE(device->name);
	view->state = TAKE(device->state);
	view->created = device->created;
	view->seen = device->seen;
	view->seen_rhost = TAKE(device->seen_rhost);
	view->seen_service = TAKE(device->seen_service);
	view->revoked = device->revoked;
	view->revoked_reason = TAKE(device->revoked_reason);
	view->issuer = TAKE(device->issuer);
	view->claims = TAKE(device->claims);
	view->seen_tty = TAKE(device->seen_tty);
	view->jkt = TAKE(device->jkt);
	return OK;
}

/* An administrator may name a user whom the directory has lost already. */
static bool
is_wanted(const struct device_record *device, const char *user)
{
	return user == NULL || strcmp(device->user, user) == 0;
}

static enum err
next_device(struct call *call, const char *after, struct device_record *device)
{
	if (call->subject >= 0)
		return device_next_of_user(
		    call->txn, call->subject, after, device);
	return device_next(call->txn, after, device);
}

enum err
device_list(struct call *call, const struct device_list_request *request,
    struct cursor *cursor, struct device_view *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e;

	do {
		e = next_device(
		    call, cursor->begun ? cursor->id : NULL, &device);
		if (e != OK)
			return e;
		cursor->begun = true;
		snprintf(cursor->id, sizeof(cursor->id), "%s", device.id);
	} while (!is_wanted(&device, request->user));
	return view_device(call, &device, entry);
}

/* What is absent is null. */
static json_t *
session_json(const struct session_record *session)
{
	return json_pack("{ss ss ss sI ss* ss* so* ss*}", "session",
	    session->id, "service", session->service, "state", session->state,
	    "created", (json_int_t)session->created, "rhost", session->rhost,
	    "tty", session->tty, "ended",
	    session->ended != 0 ? json_integer(session->ended) : NULL, "reason",
	    session->reason);
}

static enum err
read_history(struct call *call, const char *device, json_t **out)
{
	auto_clear(session_record) struct session_record session = {0};
	auto_json json_t *history = json_array();
	enum err e = OK;

	for (int i = 0; i < DEVICE_HISTORY_MAX && e == OK; i++) {
		e = session_prev_of_device(
		    call->txn, device, session.id, &session);
		if (e == OK &&
		    json_array_append_new(history, session_json(&session)) != 0)
			e = ERR_NO_MEMORY;
	}
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*out = TAKE(history);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

_Static_assert(
    offsetof(struct device_detail, history) == sizeof(struct device_view),
    "a detail begins with a view");

/* The members that a detail has in common with a view come first in both. */
static enum err
detail_device(struct call *call, struct device_record *device,
    struct device_detail *detail)
{
	auto_clear(device_view) struct device_view view = {0};
	auto_json json_t *oddities = TAKE(device->oddities);
	enum err e = read_history(call, device->id, &detail->history);

	if (oddities == NULL)
		oddities = json_array();
	if (e == OK && oddities == NULL)
		e = ERR_NO_MEMORY;
	if (e == OK)
		e = view_device(call, device, &view);
	if (e != OK)
		return e;
	memcpy(detail, &view, sizeof(view));
	view = (struct device_view){0};
	detail->oddities = TAKE(oddities);
	return OK;
}

enum err
device_show(struct call *call, const struct device_request *request,
    struct device_detail *reply)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = find_device(call, request->device, &device);

	return e == OK ? detail_device(call, &device, reply) : e;
}

static enum err
revoke_family_of(
    struct call *call, const char *id, const char *reason, int64_t *revoked)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e;

	*revoked = 0;
	if (id == NULL)
		return OK; /* another issuer refreshes its tokens */
	e = family_get(call->txn, id, &family);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_STORE : e;
	if (strcmp(family.state, FAMILY_ACTIVE) != 0)
		return OK;
	*revoked = 1;
	return revoke_family(call, &family, reason);
}

static enum err
mark_revoked(
    struct call *call, struct device_record *device, const char *reason)
{
	free(TAKE(device->state));
	free(TAKE(device->revoked_reason));
	device->state = strdup(DEVICE_REVOKED);
	device->revoked_reason = strdup(reason);
	if (device->state == NULL || device->revoked_reason == NULL)
		return ERR_NO_MEMORY;
	device->revoked = call->now;
	return device_put(call->txn, device);
}

static enum err
revoke_device(struct call *call, struct device_record *device,
    const char *reason, struct device_revoke_reply *reply)
{
	enum err e = mark_revoked(call, device, reason);

	if (e == OK)
		e = revoke_family_of(
		    call, device->family, reason, &reply->families_revoked);
	if (e == OK)
		e = revoke_sessions(
		    call, device->id, reason, &reply->sessions_ended);
	return e;
}

enum err
device_revoke(struct call *call, const struct device_revoke_request *request,
    struct device_revoke_reply *reply)
{
	auto_clear(device_record) struct device_record device = {0};
	const char *reason =
	    request->reason != NULL ? request->reason : "device revoked";
	enum err e = find_device(call, request->device, &device);
	bool active;

	if (e != OK)
		return e;
	active = strcmp(device.state, DEVICE_REVOKED) != 0;
	call_note(&call->event.detail, active ? reason : "already revoked");
	if (active)
		e = revoke_device(call, &device, reason, reply);
	if (e != OK)
		return e;
	reply->result = strdup(active ? "revoked" : "already revoked");
	reply->device = TAKE(device.id);
	return reply->result != NULL ? OK : ERR_NO_MEMORY;
}

/* It was imported, and never enrolled here. */
static bool
is_without_tokens(const struct device_record *device)
{
	return device->family == NULL && device->issuer == NULL;
}

/* The family of an enrolled device stays revoked, and with it its tokens; those
 * that another issuer made are marked instead. */
static enum err
restore_device(struct call *call, struct device_record *device)
{
	enum err e = OK;

	free(TAKE(device->state));
	device->state =
	    strdup(is_without_tokens(device) ? DEVICE_IMPORTED : DEVICE_ACTIVE);
	if (device->state == NULL)
		return ERR_NO_MEMORY;
	free(TAKE(device->revoked_reason));
	device->revoked = 0;
	if (device->issuer != NULL)
		e = mark_device(
		    call, device->id, device->issuer, "device was revoked");
	return e == OK ? device_put(call->txn, device) : e;
}

enum err
device_restore(struct call *call, const struct device_request *request,
    struct device_restore_reply *reply)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = find_device(call, request->device, &device);
	bool revoked;

	if (e != OK)
		return e;
	revoked = strcmp(device.state, DEVICE_REVOKED) == 0;
	call_note(&call->event.detail, revoked ? "restored" : "not revoked");
	if (revoked)
		e = restore_device(call, &device);
	if (e != OK)
		return e;
	reply->result = strdup(revoked ? "restored" : "not revoked");
	reply->device = TAKE(device.id);
	return reply->result != NULL ? OK : ERR_NO_MEMORY;
}
