/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/code_login.h"

#include "base/logincode.h"
#include "jwt-agent/service/code.h"
#include "jwt-agent/service/code_device.h"
#include "jwt-agent/service/mark.h"

#include <stdio.h>
#include <string.h>

_Static_assert(CODE_HASH_SIZE == ORIGIN_HASH_SIZE, "a hash is an origin");

bool
code_is(const struct secret *token)
{
	auto_clear(logincode) struct logincode plain;

	return secret_size(token) == LOGINCODE_SHOWN_SIZE &&
	    logincode_read(secret_text(token), plain.text);
}

/* ERR_WRONG_CODE when it is not there or does not count any more. */
static enum err
find_code(struct call *call, const struct secret *token,
    char hash[CODE_HASH_SIZE + 1], struct code_record *record)
{
	auto_clear(logincode) struct logincode plain;
	enum err e;

	if (!logincode_read(secret_text(token), plain.text))
		return ERR_MALFORMED;
	e = code_hash(store_seal(call->service->store), plain.text, hash);
	if (e == OK)
		e = code_get(call->txn, hash, record);
	if (e == ERR_NOT_FOUND)
		return ERR_WRONG_CODE;
	if (e == OK && record->expires <= call->now)
		return ERR_WRONG_CODE;
	return e;
}

/* A place that goes on above its limit is told of once to whoever watches. */
static enum err
look_up(struct call *call, const struct attempt *attempt,
    struct verdict *verdict, struct code_record *record)
{
	struct limit *limit = call->service->limit;
	struct limit_place place = call_place(call);
	enum err e = ERR_TOO_MANY_ATTEMPTS;

	trail_open(&verdict->trail, "code");
	if (limit_codes_left(limit, &place, call->now) > 0) {
		e = find_code(call, attempt->token, verdict->origin, record);
	} else {
		trail_note(&verdict->trail, "no code from here is looked at");
		if (!limit_is_told(limit, &place, call->now))
			call_alert(call, LIMIT_ALERT, "");
	}
	if (e == OK)
		trail_note(&verdict->trail, "code %s", record->id);
	trail_close(&verdict->trail, e);
	return e;
}

static bool
is_bound_to(const char *wanted, const char *found)
{
	return wanted == NULL || (found != NULL && strcmp(wanted, found) == 0);
}

static enum err
check_binding(const struct attempt *attempt, const struct code_record *record,
    struct trail *trail)
{
	enum err e = OK;

	trail_open(trail, "binding");
	if (record->uid != attempt->uid ||
	    strcmp(record->user, attempt->user) != 0)
		e = ERR_WRONG_USER;
	else if (!is_bound_to(record->service, attempt->service) ||
	    !is_bound_to(record->rhost, attempt->rhost))
		e = ERR_CODE_ELSEWHERE;
	if (e != OK) {
		trail_note(trail, "code %s is for ", record->id);
		trail_quote(trail, record->user);
		trail_note(trail, ", service %.40s, rhost %.40s",
		    record->service != NULL ? record->service : "any",
		    record->rhost != NULL ? record->rhost : "any");
	}
	trail_close(trail, e);
	return e;
}

/* What a code cannot answer. */
static const char *
demand_of(const struct service_config *config)
{
	if (!config->interactive)
		return "nobody sits at this service";
	if (config->require_groups.count > 0)
		return "require_groups";
	if (config->require_claims.count > 0)
		return "require_claims";
	if (config->require_acr.count > 0)
		return "require_acr";
	if (config->require_amr.count > 0)
		return "require_amr";
	if (config->max_auth_age != 0)
		return "max_auth_age";
	return NULL;
}

static enum err
check_demands(struct call *call, struct verdict *verdict)
{
	const struct service_config *config = verdict->stack->config;
	const char *demand = demand_of(config);
	enum err e = OK;

	trail_open(&verdict->trail, "demands");
	if (demand != NULL) {
		e = ERR_POLICY_DENIED;
		trail_note(
		    &verdict->trail, "a code does not answer %s", demand);
		snprintf(call->message, sizeof(call->message),
		    "this service accepts no login codes");
	} else if (config->audience.count > 0 &&
	    !texts_has(&config->audience, call->service->config->audience)) {
		e = ERR_WRONG_AUDIENCE;
	}
	trail_close(&verdict->trail, e);
	return e;
}

/* The rules that are left ask for no claims. */
static enum err
check_policy(struct call *call, const struct attempt *attempt,
    const struct code_record *record, struct verdict *verdict)
{
	const struct policy *policy = &verdict->stack->policy;
	const struct policy_subject subject = {
	    .user = attempt->user,
	    .uid = attempt->uid,
	    .mapped = record->user,
	    .issuer = verdict->token.issuer->name,
	    .issued = record->created,
	    .now = call->now,
	};
	enum err e = check_demands(call, verdict);

	if (e == OK)
		e = policy_user(policy, &subject, &verdict->trail);
	if (e == OK)
		e = policy_service(policy, &subject, &verdict->trail);
	return e;
}

static enum err
check_device(struct call *call, const struct code_record *record,
    struct verdict *verdict)
{
	enum err e;

	trail_open(&verdict->trail, "device");
	e = code_find_device(
	    call, record, &verdict->device, &verdict->new_device);
	if (verdict->device.id != NULL) {
		call_note(&call->event.device, verdict->device.id);
		trail_note(&verdict->trail, "device %s", verdict->device.id);
	}
	trail_close(&verdict->trail, e);
	return e;
}

/* Whoever is logged out has no codes left either. */
static enum err
check_marks(
    struct call *call, const struct code_record *record, struct trail *trail)
{
	enum err e;

	trail_open(trail, "revocation");
	e = mark_check_given(call, record->uid, record->created);
	if (e == ERR_REVOKED)
		trail_note(trail, "%s", call->event.detail);
	trail_close(trail, e);
	return e;
}

enum err
code_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e;

	verdict->stack = stacks_find(call->service->stacks, attempt->service);
	verdict->token.issuer = &call->service->keyring->issuer;
	verdict->token.expires =
	    call->now + call->service->config->access_lifetime;
	e = look_up(call, attempt, verdict, &record);
	if (e == OK)
		e = check_binding(attempt, &record, &verdict->trail);
	if (e == OK)
		e = check_marks(call, &record, &verdict->trail);
	if (e == OK)
		e = check_policy(call, attempt, &record, verdict);
	if (e == OK)
		e = check_device(call, &record, verdict);
	if (e == OK)
		e = verdict_stand_aside(call, attempt, &verdict->trail);
	if (e == OK)
		code_note(call, &record);
	else
		call_note(&call->event.detail,
		    verdict->trail.steps[verdict->trail.count - 1].detail);
	return e;
}

enum err
code_use(struct call *call, const struct verdict *verdict)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e = code_get(call->txn, verdict->origin, &record);

	return e == OK ? code_remove(call->txn, &record) : e;
}
