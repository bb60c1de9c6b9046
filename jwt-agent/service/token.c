/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/token.h"

#include "jwt-agent/service/code_login.h"
#include "jwt-agent/service/refresh_token.h"
#include "jwt-agent/service/verdict.h"

#include <stdio.h>
#include <string.h>

enum err
token_rotate(
    struct call *call, struct presented *presented, struct refresh_reply *reply)
{
	auto_clear(grant) struct grant grant = {0};
	auto_str char *device = NULL;
	enum err e = rotation_run(call, presented, &grant);

	if (e != OK)
		return e;
	device = strdup(presented->family.device);
	if (device == NULL)
		return ERR_NO_MEMORY;
	reply->device = TAKE(device);
	reply->access_token = TAKE(grant.access_token);
	reply->access_expires = grant.access_expires;
	reply->refresh_token = TAKE(grant.refresh_token);
	reply->refresh_expires = grant.refresh_expires;
	reply->generation = presented->family.generation;
	return OK;
}

enum err
token_user(
    struct call *call, const struct refresh_request *request, char **user)
{
	auto_clear(family_record) struct family_record family = {0};
	auto_clear(device_record) struct device_record device = {0};
	struct refresh_token parts;
	enum err e = refresh_token_read(request->token, &parts);

	if (e == OK)
		e = family_get(call->txn, parts.family, &family);
	if (e == OK)
		e = device_get(call->txn, family.device, &device);
	if (e != OK)
		return err_is_fault(e) ? e : OK;
	*user = TAKE(device.user);
	return OK;
}

/* The user may have gone, or their name been given to somebody else. */
enum err
token_refresh(struct call *call, const struct refresh_request *request,
    struct refresh_reply *reply)
{
	auto_clear(presented) struct presented presented = {0};
	enum err e = rotation_find(call, request->token, &presented);

	presented.proof = request->proof;
	presented.fingerprint = request->fingerprint;
	if (e == OK && call->subject != presented.family.uid)
		return ERR_NO_SUCH_USER;
	return e == OK ? token_rotate(call, &presented, reply) : e;
}

/* Which line of the configuration a step went by, empty when none decides. */
static void
find_line(const struct call *call, const struct verdict *verdict,
    const char *service, const struct trail_rule *rule,
    char line[CONFIG_WHERE_SIZE])
{
	const struct trusted *trusted =
	    trust_of(call->service->trust, verdict->token.issuer);
	char section[CONFIG_SERVICE_NAME_MAX + 16] = "token";
	const char *key = rule->key;

	line[0] = '\0';
	if (rule->section == NULL)
		return;
	/* whichever of the four says where an issuer's keys are */
	if (trusted != NULL && strcmp(key, "keys") == 0)
		key = trusted_source(trusted);
	if (strcmp(rule->section, "service") == 0)
		snprintf(section, sizeof(section), "service %.64s", service);
	else if (strcmp(rule->section, "device") == 0)
		snprintf(section, sizeof(section), "device");
	else if (strcmp(rule->section, "flag") == 0)
		snprintf(section, sizeof(section), "flag token_login");
	else if (strcmp(rule->section, "issuer") == 0 && trusted != NULL)
		snprintf(section, sizeof(section), "issuer %s",
		    trusted->config->name);
	else if (strcmp(rule->section, "issuer") == 0)
		return; /* of no issuer, or the agent: there is no such key */
	config_where(call->service->config, section, key, line);
}

static json_t *
step_json(const struct call *call, const struct verdict *verdict,
    const char *service, const struct trail_step *step)
{
	char line[CONFIG_WHERE_SIZE];

	find_line(call, verdict, service, &step->rule, line);
	return json_pack("{ss sb ss ss ss ss}", "step", step->step, "ok",
	    step->ok, "detail", step->detail, "found", step->found, "wanted",
	    step->wanted, "line", line);
}

static json_t *
steps_of(
    const struct call *call, const struct verdict *verdict, const char *service)
{
	const struct trail *trail = &verdict->trail;
	auto_json json_t *steps = json_array();

	for (size_t i = 0; i < trail->count; i++)
		if (json_array_append_new(steps,
			step_json(call, verdict, service, &trail->steps[i])) !=
		    0)
			return NULL;
	return TAKE(steps);
}

/* To say which codes there are would let somebody try them out. */
static enum err
refuse_code(struct call *call)
{
	call_note(&call->event.detail,
	    "token is a login code: a secret for a single use, which is not "
	    "explained and was not used up");
	return ERR_INVALID_PARAMETER;
}

/* A refusal is what was asked for here, so it is an answer; faults are not. */
enum err
token_explain(struct call *call, const struct explain_request *request,
    struct explain_reply *reply)
{
	auto_clear(verdict) struct verdict verdict = {0};
	struct attempt attempt = {request->user, call->subject,
	    request->service, request->rhost, request->token,
	    token_is_cut(secret_size(request->token))};
	enum err e;

	if (call->subject == SUBJECT_UNKNOWN)
		return ERR_NO_SUCH_USER;
	if (code_is(request->token))
		return refuse_code(call);
	e = verdict_reach(call, &attempt, &verdict);
	if (err_is_fault(e) || e == ERR_KEYS_NEEDED)
		return e;
	reply->accepted = e == OK;
	reply->reason = strdup(err_name(e));
	reply->message =
	    strdup(e == OK ? "the token would be accepted" : err_text(e));
	reply->steps = steps_of(call, &verdict, request->service);
	if (reply->reason == NULL || reply->message == NULL ||
	    reply->steps == NULL)
		return ERR_NO_MEMORY;
	return OK;
}

enum err
token_list_keys(
    struct call *call, const struct empty *request, struct keys_reply *reply)
{
	const struct keyring *keyring = call->service->keyring;
	auto_json json_t *keys = json_array();

	(void)request;
	for (size_t i = 0; i < keyring->count; i++) {
		json_t *key = NULL;
		enum err e = key_jwk(keyring->keys[i], &key);

		if (e != OK)
			return e;
		if (json_array_append_new(keys, key) != 0)
			return ERR_NO_MEMORY;
	}
	reply->keys = TAKE(keys);
	return OK;
}
