/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/rotation.h"

#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/oddity.h"
#include "jwt-agent/service/origin.h"
#include "jwt-agent/service/refresh_token.h"
#include "jwt-agent/service/renewal.h"
#include "jwt-agent/service/revocation.h"
#include "jwt-agent/verify/proof.h"
#include "lmdb-store/replay.h"

#include <stdio.h>
#include <string.h>

enum age {
	AGE_CURRENT,
	AGE_RETRY,
	AGE_REUSED,
	AGE_KEPT, /* current, and stays so */
	AGE_OLD	  /* older than is taken where nothing is rotated */
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

/* The mark of a proof that was accepted; empty: there is none. */
struct used_proof {
	char hash[ORIGIN_HASH_SIZE + 1];
	int64_t until;
};

static enum err
refuse_proof(struct call *call, const char *why)
{
	char text[160];

	snprintf(text, sizeof(text), "the proof %s", why);
	call_note(&call->event.detail, text);
	return ERR_INVALID_PROOF;
}

static enum err
read_proof(struct call *call, const struct secret *token, const char *jkt,
    struct used_proof *out)
{
	const struct proof_wanted wanted = {
	    jkt, PROOF_HTM_REFRESH, call->service->config->issuer, call->now};
	auto_clear(proof) struct proof proof = {0};
	const char *why = "";
	bool used = false;
	enum err e = proof_read(
	    secret_text(token), secret_size(token), &wanted, &proof, &why);

	if (e == ERR_INVALID_PROOF)
		return refuse_proof(call, why);
	if (e == OK)
		e = origin_of_text("proof", jkt, proof.jti, out->hash);
	if (e == OK)
		e = replay_has(call->txn, out->hash, &used);
	if (e != OK)
		return e;
	out->until = proof.issued + PROOF_AGE_MAX;
	return used ? ERR_REPLAYED : OK;
}

static enum err
check_proof(struct call *call, const struct presented *presented,
    const struct device_record *device, struct used_proof *out)
{
	bool misses = false;
	enum err e = flag_misses_key(call, device, &misses);

	if (e != OK || (device->jkt == NULL && !misses))
		return e;
	if (device->jkt != NULL && presented->proof != NULL)
		return read_proof(call, presented->proof, device->jkt, out);
	call_note(&call->event.detail,
	    device->jkt != NULL ? "there was none"
				: "the device was enrolled without a key");
	return ERR_PROOF_REQUIRED;
}

static enum err
mark_proof(struct call *call, const struct used_proof *proof)
{
	return proof->hash[0] != '\0'
	    ? replay_put(call->txn, proof->hash, proof->until)
	    : OK;
}

/*
 * A generation above the store's is genuine as well: the store was put back
 * to an older state, and the client is ahead of it. A clock that was set back
 * counts as no time passed.
 */
static enum age
age_of(const struct call *call, const struct presented *presented, bool rotates)
{
	const struct family_record *family = &presented->family;
	int64_t grace = call->service->config->refresh_grace;

	if (presented->generation >= family->generation)
		return rotates ? AGE_CURRENT : AGE_KEPT;
	if (presented->generation + INT64_C(1) < family->generation)
		return rotates ? AGE_REUSED : AGE_OLD;
	/* whoever lost the answer before rotation was switched off is honest */
	return !rotates || call->steady - family->rotated <= grace ? AGE_RETRY
								   : AGE_REUSED;
}

static enum err
find_age(struct call *call, const struct presented *presented,
    const struct device_record *device, enum age *age)
{
	bool rotates = true;
	enum err e =
	    flag_holds(call, FLAG_REFRESH_ROTATION, device->user, &rotates);

	if (e == OK)
		*age = age_of(call, presented, rotates);
	return e;
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
	/* a store that was put back to an older state is caught up with */
	if (age == AGE_KEPT)
		family->generation = presented->generation;
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
		e = renewal_choose(
		    call, device->user, &presented->family, presented->renew);
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
punish_reuse(struct call *call, struct presented *presented,
    struct device_record *device)
{
	static const char reason[] = "refresh token reused";
	int64_t ended = 0;
	enum err e = revoke_family(call, &presented->family, reason);

	if (e == OK)
		e = revoke_sessions(
		    call, presented->family.device, reason, &ended);
	if (e == OK)
		e = oddity_note(call, device, ODDITY_REUSE, reason);
	if (e == OK)
		e = device_put(call->txn, device);
	return e == OK ? ERR_TOKEN_REUSED : e;
}

/* A device whose fingerprint is the same need not be written. */
static enum err
look_at_device(struct call *call, const struct presented *presented,
    struct device_record *device)
{
	auto_str char *before =
	    device->fingerprint != NULL ? strdup(device->fingerprint) : NULL;
	enum err e =
	    oddity_of_device(call, device, NULL, presented->fingerprint);

	if (e != OK || device->fingerprint == NULL ||
	    (before != NULL && strcmp(before, device->fingerprint) == 0))
		return e;
	return device_put(call->txn, device);
}

static enum err
refuse_old(struct call *call)
{
	call_note(&call->event.detail,
	    "the refresh token is older than the newest two; "
	    "refresh_rotation is off, so nothing else is revoked");
	return ERR_REVOKED;
}

static enum err
find_device(struct call *call, const struct presented *presented,
    struct device_record *device)
{
	enum err e = device_get(call->txn, presented->family.device, device);

	if (e != OK)
		return e;
	call_note(&call->event.user, device->user);
	call_note(&call->event.device, device->id);
	call->event.uid = device->uid;
	return check_standing(call, &presented->family, device);
}

enum err
rotation_run(struct call *call, struct presented *presented, struct grant *out)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(grant) struct grant grant = {0};
	struct used_proof proof = {.until = 0};
	enum age age = AGE_OLD;
	enum err e = find_device(call, presented, &device);

	if (e == OK)
		e = mark_check_given(
		    call, presented->family.uid, presented->family.created);
	if (e == OK)
		e = check_proof(call, presented, &device, &proof);
	if (e == OK)
		e = find_age(call, presented, &device, &age);
	if (e == OK && age == AGE_OLD)
		e = refuse_old(call);
	if (e != OK)
		return e;
	e = age == AGE_REUSED ? punish_reuse(call, presented, &device)
			      : rotate(call, presented, &device, age, &grant);
	if (e == ERR_TOKEN_REUSED)
		return mark_proof(call, &proof) == OK ? e : ERR_STORE;
	if (e == OK)
		e = mark_proof(call, &proof);
	if (e == OK)
		e = look_at_device(call, presented, &device);
	if (e != OK)
		return e;
	*out = grant;
	grant = (struct grant){0};
	return OK;
}
