/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/enrolment.h"

#include "base/base64url.h"
#include "jwt-agent/service/device.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/refresh_token.h"

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

static enum err
check_claims(struct call *call, json_t *claims)
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

static enum err
check_request(
    struct call *call, const char *user, const char *name, json_t *claims)
{
	if (call->subject < 0)
		return ERR_NO_SUCH_USER;
	if (user[0] == '\0')
		return refuse(call, "user is empty");
	if (name[0] == '\0' || strlen(name) > DEVICE_NAME_MAX ||
	    !name_is_printable(name))
		return refuse(call,
		    "name takes 1 to 128 bytes without control characters");
	return check_claims(call, claims);
}

static enum err
fill_device(struct call *call, const char *user, const char *name,
    json_t *claims, struct device_record *device)
{
	char id[ID_SIZE + 1];
	enum err e = id_new(call->service->host, id);

	if (e != OK)
		return e;
	device->id = strdup(id);
	device->user = strdup(user);
	device->name = strdup(name);
	device->state = strdup(DEVICE_ACTIVE);
	device->claims = json_incref(claims);
	device->uid = call->subject;
	device->created = call->now;
	if (device->id == NULL || device->user == NULL ||
	    device->name == NULL || device->state == NULL)
		return ERR_NO_MEMORY;
	return OK;
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

enum err
enrolment_make(struct call *call, const char *user, const char *name,
    json_t *claims, struct enrolment *out)
{
	auto_clear(enrolment) struct enrolment enrolment = {0};
	enum err e = check_request(call, user, name, claims);

	if (e == OK)
		e = fill_device(call, user, name, claims, &enrolment.device);
	if (e == OK)
		e = fill_family(call, &enrolment);
	if (e == OK)
		e = grant_make(call, &enrolment.device, &enrolment.family,
		    enrolment.family_secret, &enrolment.grant);
	if (e == OK)
		e = device_put(call->txn, &enrolment.device);
	if (e == OK)
		e = family_put(call->txn, &enrolment.family);
	if (e != OK)
		return e;
	*out = enrolment;
	enrolment = (struct enrolment){0};
	return OK;
}
