/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/enrolment.h"

#include "base/base64url.h"
#include "jwt-agent/service/device.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/refresh_token.h"
#include "jwt-agent/service/renewal.h"
#include "jwt-agent/service/revocation.h"
#include "jwt-agent/verify/proof.h"

#include <stdio.h>
#include <string.h>

void
enrolment_clear(struct enrolment *enrolment)
{
	device_record_clear(&enrolment->device);
	family_record_clear(&enrolment->family);
	secret_free(enrolment->family_secret);
	grant_clear(&enrolment->grant);
	enrolment->family_secret = NULL;
}

static enum err
refuse(struct call *call, const char *what)
{
	call_note(&call->event.detail, what);
	return ERR_INVALID_PARAMETER;
}

enum err
enrolment_check_claims(struct call *call, json_t *claims)
{
	const char *name;
	json_t *value;

	if (claims == NULL)
		return OK;
	if (!call->admin)
		return ERR_PERMISSION_DENIED;
	if (json_object_size(claims) > DEVICE_CLAIMS_MAX ||
	    json_dumpb(claims, NULL, 0, JSON_COMPACT) > DEVICE_CLAIMS_BYTES)
		return refuse(call, "claims are too many or too long");
	json_object_foreach (claims, name, value)
		if (name[0] == '\0' || grant_claim_is_reserved(name))
			return refuse(call,
			    "claims may not set a registered claim such as "
			    "sub or exp");
	return OK;
}

static bool
name_is_printable(const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

enum err
enrolment_check_name(struct call *call, const char *name)
{
	if (name[0] == '\0' || strlen(name) > DEVICE_NAME_MAX ||
	    !name_is_printable(name))
		return refuse(call,
		    "name takes 1 to 128 bytes without control characters");
	return OK;
}

enum err
enrolment_check_count(struct call *call, int64_t uid)
{
	size_t max = (size_t)call->service->config->max_devices;
	size_t count = 0;
	enum err e;

	if (max == 0)
		return OK;
	e = device_count_active(call->txn, uid, max, &count);
	if (e != OK)
		return e;
	return count < max ? OK : ERR_TOO_MANY_DEVICES;
}

static enum err
check_request(struct call *call, const struct enrolment_wish *wish)
{
	enum err e;

	if (call->subject < 0)
		return ERR_NO_SUCH_USER;
	if (wish->user[0] == '\0')
		return refuse(call, "user is empty");
	e = enrolment_check_name(call, wish->name);
	if (e == OK)
		e = enrolment_check_claims(call, wish->claims);
	return e == OK ? enrolment_check_count(call, call->subject) : e;
}

static enum err
check_keyless(struct call *call, const struct device_record *device)
{
	bool misses = false;
	enum err e = flag_misses_key(call, device, &misses);

	if (e != OK || !misses)
		return e;
	call_note(&call->event.detail, "devices are enrolled with a key here");
	return ERR_PROOF_REQUIRED;
}

/* The key that is given takes the place of the one that the device has. */
static enum err
fill_key(struct call *call, const json_t *key, struct device_record *device)
{
	char jkt[THUMBPRINT_SIZE + 1], text[160];
	const char *why = "";
	enum err e;

	if (key == NULL)
		return check_keyless(call, device);
	e = proof_key(key, jkt, &why);
	if (e == ERR_MALFORMED) {
		snprintf(text, sizeof(text), "key %s", why);
		return refuse(call, text);
	}
	if (e != OK)
		return e;
	free(TAKE(device->jkt));
	device->jkt = strdup(jkt);
	return device->jkt != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
fill_device(struct call *call, const struct enrolment_wish *wish,
    struct device_record *device)
{
	char id[ID_SIZE + 1];
	enum err e = id_new(call->service->host, id);

	if (e != OK)
		return e;
	device->id = strdup(id);
	device->user = strdup(wish->user);
	device->name = strdup(wish->name);
	device->state = strdup(DEVICE_ACTIVE);
	device->claims = json_incref(wish->claims);
	device->uid = call->subject;
	device->created = call->now;
	if (device->id == NULL || device->user == NULL ||
	    device->name == NULL || device->state == NULL)
		return ERR_NO_MEMORY;
	return fill_key(call, wish->key, device);
}

static enum err
new_family_id(struct call *call, char **out)
{
	uint8_t bytes[FAMILY_ID_BYTES];
	enum err e = host_random(call->service->host, bytes, sizeof(bytes));

	if (e != OK)
		return e;
	*out = malloc(FAMILY_ID_TEXT + 1);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	base64url_encode(*out, bytes, sizeof(bytes));
	return OK;
}

static enum err
fill_family(struct call *call, struct enrolment *enrolment)
{
	struct family_record *family = &enrolment->family;
	enum err e = new_family_id(call, &family->id);

	if (e == OK)
		e = secret_zero(&enrolment->family_secret, FAMILY_SECRET_BYTES);
	if (e == OK)
		e = host_random(call->service->host,
		    secret_bytes(enrolment->family_secret),
		    FAMILY_SECRET_BYTES);
	if (e != OK)
		return e;
	family->device = strdup(enrolment->device.id);
	family->state = strdup(FAMILY_ACTIVE);
	free(TAKE(enrolment->device.family));
	enrolment->device.family = strdup(family->id);
	if (family->device == NULL || family->state == NULL ||
	    enrolment->device.family == NULL)
		return ERR_NO_MEMORY;
	family->uid = call->subject;
	family->last_used = call->now;
	family->rotated = call->steady;
	family->expires = call->now + call->service->config->refresh_absolute;
	e = mark_issue_time(call, family->uid, &family->created);
	if (e != OK)
		return e;
	return family_set_secret(
	    store_seal(call->service->store), family, enrolment->family_secret);
}

/* The device is ready: gives it a family, and its first tokens. */
static enum err
grant_and_write(struct call *call, struct enrolment *enrolment)
{
	enum err e = fill_family(call, enrolment);

	if (e == OK)
		e = renewal_choose(
		    call, enrolment->device.user, &enrolment->family, true);
	if (e == OK)
		e = grant_make(call, &enrolment->device, &enrolment->family,
		    enrolment->family_secret, &enrolment->grant);
	if (e == OK)
		e = device_put(call->txn, &enrolment->device);
	return e == OK ? family_put(call->txn, &enrolment->family) : e;
}

enum err
enrolment_make(
    struct call *call, const struct enrolment_wish *wish, struct enrolment *out)
{
	auto_clear(enrolment) struct enrolment enrolment = {0};
	enum err e = check_request(call, wish);

	if (e == OK)
		e = fill_device(call, wish, &enrolment.device);
	if (e == OK)
		e = grant_and_write(call, &enrolment);
	if (e != OK)
		return e;
	*out = enrolment;
	enrolment = (struct enrolment){0};
	return OK;
}

static bool
is_active(const struct device_record *device)
{
	return strcmp(device->state, DEVICE_ACTIVE) == 0;
}

static enum err
check_renewal(struct call *call, const struct device_record *device)
{
	/* the name may have been given to somebody else */
	if (call->subject != device->uid)
		return ERR_NO_SUCH_USER;
	if (device->issuer != NULL)
		return refuse(call,
		    "device gets its tokens from another issuer: it cannot be "
		    "enrolled here");
	return is_active(device) ? OK
				 : enrolment_check_count(call, device->uid);
}

/* What a revoked device is told by goes. */
static enum err
make_active(struct device_record *device)
{
	char *state = strdup(DEVICE_ACTIVE);

	if (state == NULL)
		return ERR_NO_MEMORY;
	free(device->state);
	device->state = state;
	device->revoked = 0;
	free(TAKE(device->revoked_reason));
	return OK;
}

static enum err
end_family(struct call *call, const char *id)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e = family_get(call->txn, id, &family);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	if (strcmp(family.state, FAMILY_ACTIVE) != 0)
		return OK;
	return revoke_family(call, &family, "device enrolled again");
}

enum err
enrolment_renew(struct call *call, struct device_record *device,
    const json_t *key, struct enrolment *out)
{
	auto_clear(enrolment) struct enrolment enrolment = {0};
	auto_str char *old = NULL;
	enum err e = check_renewal(call, device);

	if (e != OK)
		return e;
	enrolment.device = *device;
	*device = (struct device_record){0};
	old = TAKE(enrolment.device.family);
	e = fill_key(call, key, &enrolment.device);
	if (e == OK)
		e = make_active(&enrolment.device);
	if (e == OK)
		e = grant_and_write(call, &enrolment);
	if (e == OK && old != NULL)
		e = end_family(call, old);
	if (e != OK)
		return e;
	*out = enrolment;
	enrolment = (struct enrolment){0};
	return OK;
}
