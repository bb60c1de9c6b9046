/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/audit.h"

#include "jwt-agent/service/storecheck.h"

#include <string.h>

/* Hands the record's strings over to the view. */
static void
view_event(struct audit_record *event, struct audit_view *view)
{
	view->seq = event->seq;
	view->time = event->time;
	view->event = TAKE(event->event);
	view->outcome = TAKE(event->outcome);
	view->reason = TAKE(event->reason);
	view->detail = TAKE(event->detail);
	view->user = TAKE(event->user);
	view->uid = event->uid;
	view->device = TAKE(event->device);
	view->session = TAKE(event->session);
	view->service = TAKE(event->service);
	view->rhost = TAKE(event->rhost);
	view->tty = TAKE(event->tty);
	view->caller_uid = event->caller_uid;
	view->caller_pid = event->caller_pid;
	view->command = TAKE(event->command);
	view->count = event->count;
}

static bool
is_text(const char *wanted, const char *text)
{
	return wanted == NULL || (text != NULL && strcmp(wanted, text) == 0);
}

static bool
tells_of_alert(const struct audit_record *event)
{
	return strncmp(event->event, "alert-", strlen("alert-")) == 0;
}

static bool
is_wanted(const struct audit_record *event, const struct audit_request *request)
{
	return event->time >= request->since &&
	    (request->until == 0 || event->time <= request->until) &&
	    is_text(request->user, event->user) &&
	    is_text(request->device, event->device) &&
	    is_text(request->session, event->session) &&
	    is_text(request->service, event->service) &&
	    is_text(request->rhost, event->rhost) &&
	    is_text(request->event, event->event) &&
	    is_text(request->outcome, event->outcome) &&
	    is_text(request->reason, event->reason) &&
	    (!request->alerts || tells_of_alert(event));
}

static void
begin(const struct audit_request *request, struct cursor *cursor)
{
	cursor->begun = true;
	cursor->follow = request->follow;
	cursor->seq = request->after;
	if (request->after > 0 || (request->since > 0 && request->limit == 0))
		return; /* all of them */
	cursor->back = request->limit > 0 ? request->limit : AUDIT_LIMIT_PRESET;
	cursor->seq = INT64_MAX;
}

/* Whoever has seen an event that there is not yet has seen another store. */
static enum err
check_after(struct call *call, const struct audit_request *request)
{
	auto_clear(audit_record) struct audit_record newest = {0};
	enum err e = OK;

	if (request->after <= 0)
		return OK;
	e = audit_prev(call->txn, INT64_MAX, &newest);
	if (e == ERR_NOT_FOUND || (e == OK && newest.seq < request->after)) {
		call_note(&call->event.detail,
		    "after is the number of an event that there is not");
		return ERR_INVALID_PARAMETER;
	}
	return e;
}

/* Goes back until so many wanted events are behind it. */
static enum err
go_back(struct call *call, const struct audit_request *request,
    struct cursor *cursor)
{
	auto_clear(audit_record) struct audit_record event = {0};
	enum err e = OK;

	for (int i = 0; cursor->back > 0 && e == OK; i++) {
		if (i == CURSOR_LOOKS_MAX)
			return ERR_GO_ON;
		e = audit_prev(call->txn, cursor->seq, &event);
		if (e != OK)
			break;
		cursor->seq = event.seq;
		cursor->back -= is_wanted(&event, request);
	}
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	cursor->seq = e == OK && cursor->seq > 0 ? cursor->seq - 1 : 0;
	cursor->back = 0;
	return OK;
}

static enum err
go_forth(struct call *call, const struct audit_request *request,
    struct cursor *cursor, struct audit_view *entry)
{
	auto_clear(audit_record) struct audit_record event = {0};

	for (int i = 0; i < CURSOR_LOOKS_MAX; i++) {
		enum err e = audit_next(call->txn, cursor->seq, &event);

		if (e != OK)
			return e;
		cursor->seq = event.seq;
		if (!is_wanted(&event, request))
			continue;
		view_event(&event, entry);
		return OK;
	}
	return ERR_GO_ON;
}

enum err
admin_audit(struct call *call, const struct audit_request *request,
    struct cursor *cursor, struct audit_view *entry)
{
	enum err e = OK;

	if (!cursor->begun) {
		e = check_after(call, request);
		begin(request, cursor);
	}
	if (e == OK && cursor->back > 0)
		e = go_back(call, request, cursor);
	return e == OK ? go_forth(call, request, cursor, entry) : e;
}

/* The events, and then the table meta, where both ends of them are. */
enum err
admin_audit_verify(struct call *call, const struct empty *request,
    struct cursor *cursor, struct check_view *entry)
{
	struct check_place *place = &cursor->place;

	(void)request;
	if (!cursor->begun)
		place->table = TABLE_AUDIT;
	else if (place->table == TABLE_AUDIT + 1)
		*place = (struct check_place){.table = TABLE_META};
	else if (place->table == TABLE_META + 1) {
		call->audit_check.done = true;
		call->audit_check.problems = cursor->problems;
		return ERR_NOT_FOUND;
	}
	return store_check_step(call, cursor, entry);
}
