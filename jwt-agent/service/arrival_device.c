/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/arrival.h"
#include "jwt-agent/service/enrolment.h"
#include "jwt-agent/service/origin.h"

#include <string.h>

static const char *
state_of(const struct device_line *line)
{
	if (line->revoked != 0)
		return DEVICE_REVOKED;
	return line->origin != NULL ? DEVICE_ACTIVE : DEVICE_IMPORTED;
}

static enum err
fill_device(struct arrival *arrival, const struct device_line *line,
    const char *id, struct device_record *device)
{
	const struct text_pair pairs[] = {
	    {&device->id, id},
	    {&device->user, line->user},
	    {&device->name, line->name},
	    {&device->state, state_of(line)},
	    {&device->issuer, line->issuer},
	    {&device->origin, line->origin},
	    {&device->seen_rhost, line->seen_rhost},
	    {&device->seen_service, line->seen_service},
	    {&device->seen_tty, line->seen_tty},
	    {&device->revoked_reason, line->revoked_reason},
	    {&device->jkt, line->jkt},
	    {&device->fingerprint, line->fingerprint},
	};

	device->uid = arrival->call->subject;
	device->created = line->created;
	device->seen = line->seen;
	device->revoked = line->revoked;
	device->claims = json_incref(line->claims);
	device->alive = arrival->call->now;
	return arrival_copy(pairs, sizeof(pairs) / sizeof(*pairs));
}

static bool
is_hash(const char *text)
{
	uint8_t bytes[BASE64URL_BYTES_MAX(ORIGIN_HASH_SIZE)];
	size_t size;

	return strlen(text) == ORIGIN_HASH_SIZE &&
	    base64url_decode(bytes, &size, text, strlen(text)) == OK;
}

/* What enrolling a device refuses is refused here, too. */
static enum err
check_enrolment(struct arrival *arrival, const struct device_line *line)
{
	struct call *call = arrival->call;
	enum err e = enrolment_check_name(call, line->name);

	if (e == OK)
		e = enrolment_check_claims(call, line->claims);
	if (e == ERR_INVALID_PARAMETER) {
		(void)!arrival_skip(
		    arrival, "bad-device", "%s", call->event.detail);
		free(TAKE(call->event.detail));
		return OK;
	}
	return e;
}

static enum err
check_device(struct arrival *arrival, const struct device_line *line)
{
	if ((line->origin != NULL) != (line->issuer != NULL))
		return arrival_skip(
		    arrival, "bad-origin", "issuer and origin go together");
	if (line->origin != NULL && !is_hash(line->origin))
		return arrival_skip(arrival, "bad-origin",
		    "origin is not what an export writes");
	if (line->jkt != NULL && !is_hash(line->jkt))
		return arrival_skip(arrival, "bad-key", "jkt is no thumbprint");
	return check_enrolment(arrival, line);
}

/* What is there stays as it is. */
static enum err
find_device(
    struct arrival *arrival, const struct device_line *line, const char *id)
{
	auto_clear(device_record) struct device_record old = {0};
	struct txn *txn = arrival->call->txn;
	enum err e = device_get(txn, id, &old);

	if (e == OK && old.uid != arrival->call->subject)
		return arrival_skip(
		    arrival, "id-taken", "another user's device has this id");
	if (e == OK) {
		arrival->result = ARRIVAL_PRESENT;
		return OK;
	}
	if (e == ERR_NO_SUCH_DEVICE && line->origin != NULL)
		e = device_get_by_origin(txn, line->origin, &old);
	if (e == OK)
		return arrival_skip(
		    arrival, "origin-taken", "another device has this origin");
	arrival->result = ARRIVAL_IMPORTED;
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

enum err
arrival_device(struct arrival *arrival, const void *decoded)
{
	auto_clear(device_record) struct device_record device = {0};
	const struct device_line *line = decoded;
	char id[ID_SIZE + 1] = "";
	enum err e;

	arrival_check(arrival, device_line_fields(), line, line->format);
	if (!arrival_is_skipped(arrival))
		arrival_check_person(arrival, line->user, line->uid);
	e = arrival_is_skipped(arrival) ? OK : check_device(arrival, line);
	if (e == OK && !arrival_is_skipped(arrival))
		e = arrival_id(arrival, "device", line->id, 0, id);
	if (e == OK && !arrival_is_skipped(arrival))
		e = find_device(arrival, line, id);
	if (!arrival_is_to_be_written(arrival, e))
		return e;
	e = fill_device(arrival, line, id, &device);
	return e == OK ? device_put(arrival->call->txn, &device) : e;
}
