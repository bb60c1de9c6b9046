/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/rotation.h"

#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/refresh_token.h"
#include "jwt-agent/service/revocation.h"

#include <string.h>

enum age {
	AGE_CURRENT,
	AGE_RETRY,
	AGE_REUSED
};

void
presented_clear(struct presented *presented)
{
	family_record_clear(&presented->family);
	secret_free(presented->family_secret);
	*presented = (struct presented){0};
}

enum err
rotation_find(
    struct call *call, const struct secret *token, struct presented *out)
{
	auto_clear(presented) struct presented presented = {0};
	struct refresh_token parts;
	enum err e = refresh_token_read(token, &parts);

	if (e == OK)
		e = family_get(call->txn, parts.family, &presented.family);
	if (e == ERR_NOT_FOUND)
		return ERR_INVALID_TOKEN;
	if (e == OK)
		e = family_secret(store_seal(call->service->store),
		    &presented.family, &presented.family_secret);
	if (e == OK)
		e = refresh_token_check(&parts, presented.family_secret);
	if (e != OK)
		return e;
	presented.generation = parts.generation;
	*out = presented;
	presented = (struct presented){0};
	return OK;
}

static enum err
check_standing(const struct call *call, const struct family_record *family,
    const struct device_record *device)
{
	if (strcmp(device->state, DEVICE_ACTIVE) != 0)
		return ERR_DEVICE_REVOKED;
	if (strcmp(family->state, FAMILY_ACTIVE) != 0)
		return ERR_REVOKED;
	if (call->now >= grant_refresh_expires(call->service->config, family))
		return ERR_TOKEN_EXPIRED;
	return OK;
}

/*
 * A generation above the store's is genuine as well: the store was put back
 * to an older state, and the client is ahead of it. A clock that was set back
 * counts as no time passed.
 */
static enum age
age_of(const struct call *call, const struct presented *presented)
{
	const struct family_record *family = &presented->family;
	int64_t grace = call->service->config->refresh_grace;

	if (presented->generation >= family->generation)
		return AGE_CURRENT;
	if (presented->generation + INT64_C(1) < family->generation)
		return AGE_REUSED;
	return call->steady - family->rotated <= grace ? AGE_RETRY : AGE_REUSED;
}

static enum err
advance(struct call *call, struct presented *presented, enum age age)
{
	struct family_record *family = &presented->family;

	if (age == AGE_CURRENT) {
		if (presented->generation == FAMILY_GENERATION_MAX)
			return ERR_TOKEN_EXPIRED;
		family->generation = presented->generation + INT64_C(1);
		family->rotated = call->steady;
	}
	/* so that a clock set back does not stretch the grace time */
	if (family->rotated > call->steady)
		family->rotated = call->steady;
	/* nor ends the family when it is put right again */
	if (family->last_used < call->now)
		family->last_used = call->now;
	return OK;
}

static enum err
rotate(struct call *call, struct presented *presented,
    const struct device_record *device, enum age age, struct grant *out)
{
	auto_clear(grant) struct grant grant = {0};
	enum err e = advance(call, presented, age);

	if (e == OK)
		e = grant_make(call, device, &presented->family,
		    presented->family_secret, &grant);
	if (e == OK)
		e = family_put(call->txn, &presented->family);
	if (e != OK)
		return e;
	*out = grant;
	grant = (struct grant){0};
	return OK;
}

static enum err
punish_reuse(struct call *call, struct presented *presented)
{
	int64_t ended = 0;
	enum err e =
	    revoke_family(call, &presented->family, "refresh token reused");

	if (e == OK)
		e = revoke_sessions(call, presented->family.device,
		    "refresh token reused", &ended);
	if (e != OK)
		return e;
	call->alert = "token-reuse";
	return ERR_TOKEN_REUSED;
}

enum err
rotation_run(struct call *call, struct presented *presented, struct grant *out)
{
	auto_clear(device_record) struct device_record device = {0};
	enum age age;
	enum err e = device_get(call->txn, presented->family.device, &device);

	if (e != OK)
		return e;
	call_note(&call->event.user, device.user);
	call_note(&call->event.device, device.id);
	call->event.uid = device.uid;
	e = check_standing(call, &presented->family, &device);
	if (e == OK)
		e = mark_check_family(call, &presented->family);
	if (e != OK)
		return e;
	age = age_of(call, presented);
	if (age == AGE_REUSED)
		return punish_reuse(call, presented);
	return rotate(call, presented, &device, age, out);
}
