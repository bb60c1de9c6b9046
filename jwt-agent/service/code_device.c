/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/code_device.h"

#include "base/texts.h"
#include "lmdb-store/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ORIGIN_FORMAT "login-code:%" PRId64
#define ORIGIN_SIZE 40

static void
origin_text(int64_t uid, char origin[ORIGIN_SIZE])
{
	snprintf(origin, ORIGIN_SIZE, ORIGIN_FORMAT, uid);
}

static enum err
check_active(const struct device_record *device)
{
	return strcmp(device->state, DEVICE_ACTIVE) == 0 ? OK
							 : ERR_DEVICE_REVOKED;
}

/* The device that all codes of a user share which are of no other. */
static enum err
shared_device(struct call *call, int64_t uid, struct device_record *device)
{
	char origin[ORIGIN_SIZE];
	enum err e;

	origin_text(uid, origin);
	e = device_get_by_origin(call->txn, origin, device);
	return e == OK ? check_active(device) : e;
}

/* The caller's session comes from its environment, which anybody can set: it
 * counts where it is the same user's, and otherwise does not matter. */
static enum err
session_device(struct call *call, const char *id, struct device_record *device)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = id != NULL && id_valid(id)
	    ? session_get(call->txn, id, &session)
	    : ERR_NO_SUCH_SESSION;

	if (e != OK)
		return e;
	if (session.uid != call->subject || !session_is_live(&session))
		return ERR_NO_SUCH_SESSION;
	e = device_get(call->txn, session.device, device);
	if (e == ERR_NO_SUCH_DEVICE)
		return ERR_NO_SUCH_SESSION;
	return e == OK ? check_active(device) : e;
}

enum err
code_choose_device(struct call *call, const char *session, char **out)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = session_device(call, session, &device);

	if (e == OK) {
		*out = TAKE(device.id);
		call_note(&call->event.device, *out);
		return OK;
	}
	if (e != ERR_NO_SUCH_SESSION)
		return e;
	e = shared_device(call, call->subject, &device);
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

static enum err
make_device(struct call *call, const struct code_record *record,
    struct device_record *device)
{
	char id[ID_SIZE + 1], origin[ORIGIN_SIZE];
	enum err e = id_new(call->service->host, id);

	origin_text(record->uid, origin);
	if (e == OK)
		e = text_copy(&device->id, id);
	if (e == OK)
		e = text_copy(&device->user, record->user);
	if (e == OK)
		e = text_copy(&device->name, CODE_DEVICE_NAME);
	if (e == OK)
		e = text_copy(&device->origin, origin);
	if (e == OK)
		e = text_copy(&device->state, DEVICE_ACTIVE);
	device->uid = record->uid;
	device->created = call->now;
	return e;
}

enum err
code_find_device(struct call *call, const struct code_record *record,
    struct device_record *device, bool *is_new)
{
	enum err e;

	*is_new = false;
	if (record->device == NULL) {
		e = shared_device(call, record->uid, device);
		*is_new = e == ERR_NO_SUCH_DEVICE;
		return *is_new ? make_device(call, record, device) : e;
	}
	e = device_get(call->txn, record->device, device);
	if (e == ERR_NO_SUCH_DEVICE)
		return ERR_DEVICE_REVOKED; /* forgotten meanwhile */
	if (e == OK)
		e = check_active(device);
	return e == OK && device->uid != record->uid ? ERR_WRONG_USER : e;
}
