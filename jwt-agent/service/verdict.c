/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/verdict.h"

#include "jwt-agent/policy/policy.h"
#include "lmdb-store/family.h"
#include "lmdb-store/revoked.h"

#include <string.h>

static const struct policy login_policy = {.min_uid = POLICY_MIN_UID};

void
verdict_clear(struct verdict *verdict)
{
	verified_clear(&verdict->token);
	device_record_clear(&verdict->device);
}

static enum err
check_token(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const struct issuer *const issuers[] = {
	    &call->service->keyring->issuer};
	char *item[] = {(char *)(uintptr_t)call->service->config->audience};
	const struct texts audience = {1, item};
	struct verify_input input = {
	    .token = secret_text(attempt->token),
	    .size = secret_size(attempt->token),
	    .cut = attempt->cut,
	    .audience = &audience,
	};

	return verify_token(
	    &input, issuers, 1, call->now, &verdict->trail, &verdict->token);
}

static enum err
check_jti(struct call *call, const struct verified *token)
{
	bool revoked = false;
	enum err e;

	if (token->jti == NULL || strlen(token->jti) > REVOKED_VALUE_MAX)
		return ERR_INVALID_CLAIM;
	e = revoked_has(
	    call->txn, REVOKED_JTI, token->jti, call->now, &revoked);
	if (e != OK)
		return e;
	return revoked ? ERR_REVOKED : OK;
}

static enum err
check_family(struct call *call, const char *id)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e;

	if (id == NULL)
		return ERR_INVALID_CLAIM;
	e = family_get(call->txn, id, &family);
	if (e == ERR_NOT_FOUND)
		return ERR_REVOKED;
	if (e != OK)
		return e;
	return strcmp(family.state, FAMILY_ACTIVE) == 0 ? OK : ERR_REVOKED;
}

/* A device that the store does not know was never ours, or is forgotten. */
static enum err
check_device(struct call *call, const char *id, struct device_record *device)
{
	enum err e;

	if (id == NULL || !id_valid(id))
		return ERR_INVALID_CLAIM;
	e = device_get(call->txn, id, device);
	if (e == ERR_NO_SUCH_DEVICE)
		return ERR_DEVICE_REVOKED;
	if (e != OK)
		return e;
	call_note(&call->event.device, device->id);
	return strcmp(device->state, DEVICE_ACTIVE) == 0 ? OK
							 : ERR_DEVICE_REVOKED;
}

static enum err
check_revocation(struct call *call, struct verdict *verdict)
{
	const struct verified *token = &verdict->token;
	enum err e;

	trail_open(&verdict->trail, "revocation");
	e = check_device(call, token->device, &verdict->device);
	if (e == OK)
		e = check_family(call, token->family);
	if (e == OK)
		e = check_jti(call, token);
	if (e == OK)
		trail_note(
		    &verdict->trail, "device %s is active", verdict->device.id);
	trail_close(&verdict->trail, e);
	return e;
}

/* Names can be given to somebody else: the number decides whose device it
 * is. */
static enum err
check_owner(const struct attempt *attempt, struct verdict *verdict)
{
	enum err e = verdict->device.uid == attempt->uid ? OK : ERR_WRONG_USER;

	trail_open(&verdict->trail, "owner");
	if (e == OK)
		trail_note(&verdict->trail, "the device belongs to uid %lld",
		    (long long)attempt->uid);
	else
		trail_note(&verdict->trail,
		    "the device belongs to uid %lld, not %lld",
		    (long long)verdict->device.uid, (long long)attempt->uid);
	trail_close(&verdict->trail, e);
	return e;
}

static enum err
check_user(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const struct policy_subject subject = {
	    .user = attempt->user,
	    .uid = attempt->uid,
	    .mapped = verdict->token.user,
	    .claims = verdict->token.claims,
	    .now = call->now,
	};

	return policy_user(&login_policy, &subject, &verdict->trail);
}

static enum err
check_all(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	enum err e = check_token(call, attempt, verdict);

	if (e == OK)
		e = check_revocation(call, verdict);
	if (e == OK)
		e = check_user(call, attempt, verdict);
	if (e == OK)
		e = check_owner(attempt, verdict);
	return e;
}

enum err
verdict_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	enum err e = check_all(call, attempt, verdict);

	if (e != OK && verdict->trail.count > 0)
		call_note(&call->event.detail,
		    verdict->trail.steps[verdict->trail.count - 1].detail);
	return e;
}
