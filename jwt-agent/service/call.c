/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/call.h"

#include <stdio.h>
#include <string.h>

void
call_note(char **member, const char *text)
{
	free(*member);
	*member = text != NULL ? strdup(text) : NULL;
}

void
call_alert(struct call *call, const char *name, const char *detail)
{
	struct alert *alert;

	if (call->alert_count == CALL_ALERTS_MAX)
		return;
	alert = &call->alerts[call->alert_count++];
	alert->name = name;
	snprintf(alert->detail, sizeof(alert->detail), "%s",
	    detail != NULL ? detail : "");
}

enum err
call_record(struct call *call, struct audit_record *record)
{
	struct audit_record *records = reallocarray(
	    call->records, call->record_count + 1, sizeof(*records));

	if (records == NULL) {
		audit_record_clear(record);
		return ERR_NO_MEMORY;
	}
	call->records = records;
	records[call->record_count++] = *record;
	*record = (struct audit_record){0};
	return OK;
}

enum err
call_effect(struct call *call, enum effect_kind kind, const char *session)
{
	struct effect *effects = reallocarray(
	    call->effects, call->effect_count + 1, sizeof(*effects));
	struct effect *effect;

	if (effects == NULL)
		return ERR_NO_MEMORY;
	call->effects = effects;
	effect = &effects[call->effect_count++];
	*effect = (struct effect){.kind = kind};
	snprintf(effect->session, sizeof(effect->session), "%s", session);
	return OK;
}

int64_t
call_count(const struct call *call, enum effect_outcome outcome)
{
	int64_t count = 0;

	for (size_t i = 0; i < call->effect_count; i++)
		count += call->effects[i].kind == EFFECT_END &&
		    call->effects[i].outcome == outcome;
	return count;
}

struct limit_place
call_place(const struct call *call)
{
	return (struct limit_place){
	    call->event.user, call->event.rhost, call->event.tty};
}

void
call_read_clock(struct call *call)
{
	const struct service *service = call->service;

	if (service->clock != NULL) {
		clock_read(service->clock, &call->now, &call->steady);
		return;
	}
	call->now = call->steady = host_now(service->host);
}

int64_t
call_surely_past(const struct call *call)
{
	return call->now < call->steady ? call->now : call->steady;
}

void
call_reset(struct call *call)
{
	audit_record_clear(&call->event);
	call->event.uid = -1;
	call->alert_count = 0;
	for (size_t i = 0; i < call->record_count; i++)
		audit_record_clear(&call->records[i]);
	free(call->records);
	call->records = NULL;
	call->record_count = 0;
	free(call->effects);
	call->effects = NULL;
	call->effect_count = 0;
	call->fetch = NULL;
	key_change_clear(&call->change);
	call->missing = false;
	call->rests = false;
	call->audit_check = (struct audit_check){0};
	call->message[0] = '\0';
}
