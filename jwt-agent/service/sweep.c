/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/sweep.h"

#include "jwt-agent/service/alert.h"
#include "jwt-agent/service/flood.h"
#include "jwt-agent/service/forget.h"
#include "jwt-agent/service/grant.h"
#include "jwt-agent/service/key.h"
#include "jwt-agent/service/oddity.h"
#include "jwt-agent/service/session.h"
#include "jwt-agent/service/uses.h"
#include "lmdb-store/code.h"
#include "lmdb-store/daily.h"
#include "lmdb-store/jwks.h"
#include "lmdb-store/refusals.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/session.h"

#include <string.h>

DEFINE_FIELDS(sweep_request, SWEEP_REQUEST)
DEFINE_FIELDS(sweep_reply, SWEEP_REPLY)

/* Marks of used tokens that could not be accepted any more. */
static enum err
sweep_replay(struct call *call, size_t limit, size_t *done)
{
	return replay_sweep(call->txn, call_surely_past(call), limit, done);
}

/* Marks by which no token can be meant any more. */
static enum err
sweep_marks(struct call *call, size_t limit, size_t *done)
{
	return revoked_sweep(call->txn, call_surely_past(call), limit, done);
}

static enum err
sweep_codes(struct call *call, size_t limit, size_t *done)
{
	return code_sweep(call->txn, call->now, limit, done);
}

static enum err
sweep_refusals(struct call *call, size_t limit, size_t *done)
{
	return refusals_sweep(
	    call->txn, call->now - ODDITY_REFUSALS_SECONDS - 1, limit, done);
}

static enum err
sweep_floods(struct call *call, size_t limit, size_t *done)
{
	return flood_end(call, call->steady, limit, done);
}

static enum err
sweep_audit(struct call *call, size_t limit, size_t *done)
{
	return audit_sweep(call->txn, store_seal(call->service->store),
	    call->now - call->service->config->keep_audit, limit, done);
}

/* Of what is counted by days; the totals stay. */
static enum err
sweep_days(struct call *call, size_t limit, size_t *done)
{
	return daily_sweep(call->txn, daily_day(uses_kept(call)), limit, done);
}

static enum err
remove_session(struct call *call, int64_t until)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = session_oldest_ended(call->txn, until, &session);

	return e == OK ? session_remove(call->txn, &session) : e;
}

/* When the family was of use for sure the last time. */
static int64_t
family_alive(const struct call *call, const struct family_record *family)
{
	int64_t end = grant_refresh_expires(call->service->config, family);

	if (strcmp(family->state, FAMILY_ACTIVE) != 0)
		return family->revoked;
	return end < call->now ? end : call->now;
}

static enum err
family_of(struct call *call, const struct device_record *device,
    struct family_record *family)
{
	enum err e = device->family != NULL
	    ? family_get(call->txn, device->family, family)
	    : ERR_NOT_FOUND;

	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
has_live_session(struct call *call, const char *device, bool *live)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e =
	    session_next_live_of_device(call->txn, device, NULL, &session);

	*live = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* The same for the device; `family` is all zero where it has none. */
static enum err
device_alive(struct call *call, const struct device_record *device,
    const struct family_record *family, int64_t *alive)
{
	bool live = false;
	enum err e = has_live_session(call, device->id, &live);

	if (live)
		*alive = call->now;
	else if (strcmp(device->state, DEVICE_ACTIVE) != 0)
		*alive = device->revoked;
	else if (family->id != NULL)
		*alive = family_alive(call, family);
	else
		*alive = device->seen > device->created ? device->seen
							: device->created;
	return e;
}

static enum err
remove_device(struct call *call, int64_t until)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(family_record) struct family_record family = {0};
	int64_t alive = 0;
	enum err e = device_oldest(call->txn, until, &device);

	if (e == OK)
		e = family_of(call, &device, &family);
	if (e == OK)
		e = device_alive(call, &device, &family, &alive);
	if (e != OK)
		return e;
	if (alive > until)
		return device_keep(call->txn, &device, alive);
	if (family.id != NULL)
		e = family_remove(call->txn, &family);
	return e == OK ? device_remove(call->txn, &device) : e;
}

/* The one that a device goes by now stays as long as the device. */
static enum err
is_current(struct call *call, const struct family_record *family, bool *current)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = device_get(call->txn, family->device, &device);

	*current = e == OK && device.family != NULL &&
	    strcmp(device.family, family->id) == 0;
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

static enum err
remove_family(struct call *call, int64_t until)
{
	auto_clear(family_record) struct family_record family = {0};
	bool current = false;
	int64_t alive;
	enum err e = family_oldest(call->txn, until, &family);

	if (e == OK)
		e = is_current(call, &family, &current);
	if (e != OK)
		return e;
	alive = current ? call->now : family_alive(call, &family);
	return alive > until ? family_keep(call->txn, &family, alive)
			     : family_remove(call->txn, &family);
}

/* Takes one after the other until there is none from `until` or before. */
static enum err
repeat(enum err (*remove)(struct call *call, int64_t until), struct call *call,
    int64_t keep, size_t limit, size_t *done)
{
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK)
		e = remove(call, call->now - keep);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
sweep_sessions(struct call *call, size_t limit, size_t *done)
{
	return repeat(remove_session, call,
	    call->service->config->keep_sessions, limit, done);
}

static enum err
sweep_devices(struct call *call, size_t limit, size_t *done)
{
	return repeat(remove_device, call, call->service->config->keep_devices,
	    limit, done);
}

static enum err
sweep_families(struct call *call, size_t limit, size_t *done)
{
	return repeat(remove_family, call, call->service->config->keep_devices,
	    limit, done);
}

/* Keys of issuers that are not configured any more: there are as many records
 * as issuers, so that all of them can be looked at. */
static enum err
sweep_jwks(struct call *call, size_t limit, size_t *done)
{
	char name[JWKS_NAME_SIZE] = "";
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK;) {
		e = jwks_next_name(call->txn, name, name);
		if (e != OK || trust_find(call->service->trust, name) != NULL)
			continue;
		e = jwks_remove(call->txn, name);
		*done += e == OK;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

/* What was killed while it read the store (a backup) keeps pages from being
 * used again until then. No record changes: this may be done again. */
static enum err
sweep_readers(struct call *call, size_t limit, size_t *done)
{
	int dropped = 0;
	enum err e = store_drop_dead_readers(call->service->store, &dropped);

	(void)limit;
	*done = 0;
	return e;
}

static const struct sweep sweeps[] = {
    {"lapse", session_lapse},
    {"replay", sweep_replay},
    {"marks", sweep_marks},
    {"codes", sweep_codes},
    {"refusals", sweep_refusals},
    {"floods", sweep_floods},
    {"sessions", sweep_sessions},
    {"devices", sweep_devices},
    {"families", sweep_families},
    {"audit", sweep_audit},
    {"days", sweep_days},
    {"jwks", sweep_jwks},
    {"forget", forget_sweep},
    {"signing", key_sweep_signing},
    {"sealed", key_sweep_sealed},
    {"master", key_sweep_master},
    {"readers", sweep_readers},
    {"alerts", alert_sweep},
};

#define SWEEP_COUNT (sizeof(sweeps) / sizeof(*sweeps))

const struct sweep *
sweep_at(size_t index)
{
	return index < SWEEP_COUNT ? &sweeps[index] : NULL;
}

enum err
sweep_step(struct call *call, const struct sweep_request *request,
    struct sweep_reply *reply)
{
	size_t done = 0;

	call_note(&call->event.detail, request->sweep);
	for (size_t i = 0; i < SWEEP_COUNT; i++) {
		enum err e;

		if (strcmp(sweeps[i].name, request->sweep) != 0)
			continue;
		e = sweeps[i].run(call, SWEEP_BATCH, &done);
		reply->more = done == SWEEP_BATCH;
		return e;
	}
	return ERR_NOT_FOUND;
}
