/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Schema 2: a device need not have a refresh family, but may have an issuer
 * and an origin, by which it is found; fetched key sets and single-use marks
 * came, which schema 1 leaves alone.
 */

#include "lmdb-store/aside.h"
#include "lmdb-store/device.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/session.h"

#include <string.h>

static enum err
up_aside(const struct step_entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(session_record) struct session_record session = {0};
	struct aside_taken taken;
	enum err e = aside_take(entry, &taken);

	if (e != OK)
		return e;
	if (taken.table == TABLE_DEVICE)
		e = record_get(entry->txn, TABLE_DEVICE, key_slice(&taken.key),
		    device_record_fields(), &device);
	if (e == OK && device.id != NULL)
		e = device_index(entry->txn, &device);
	if (e == OK && taken.table == TABLE_SESSION)
		e = record_get(entry->txn, TABLE_SESSION, key_slice(&taken.key),
		    session_record_fields(), &session);
	if (e == OK && session.id != NULL)
		e = session_index(entry->txn, &session);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
up_device(const struct step_entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = record_get(entry->txn, TABLE_DEVICE, entry->key,
	    device_record_fields(), &device);

	if (e != OK || device.origin == NULL)
		return e;
	return txn_put(entry->txn, TABLE_DEVICE_BY_ORIGIN,
	    text_slice(device.origin), text_slice(device.id));
}

static const struct phase up[] = {
    {TABLE_ASIDE, up_aside},
    {TABLE_DEVICE_BY_ORIGIN, step_delete},
    {TABLE_DEVICE, up_device},
    {TABLE_META, NULL},
};

/* Schema 1 wants a family; without one, nobody gets in by this device. */
static enum err
down_device(const struct step_entry *entry)
{
	static const char *const newer[] = {"issuer", "origin", NULL};
	auto_clear(device_record) struct device_record device = {0};
	auto_json json_t *record = NULL;
	enum err e = record_get(entry->txn, TABLE_DEVICE, entry->key,
	    device_record_fields(), &device);

	if (e == OK)
		e = step_parse(entry, &record);
	if (e != OK)
		return e;
	if (device.family != NULL)
		return aside_put_members(entry, record, newer);
	e = device_unindex(entry->txn, &device);
	return e == OK ? aside_put(entry, record) : e;
}

/* To schema 1 whatever falls due was never opened. */
static enum err
down_active(const struct step_entry *entry,
    const struct session_record *session, json_t *record)
{
	static const char *const newer[] = {"due", NULL};
	enum err e;

	if (session->due == 0 || strcmp(session->state, SESSION_PENDING) == 0)
		return OK;
	e = session_unindex_due(entry->txn, session);
	return e == OK ? aside_put_members(entry, record, newer) : e;
}

static enum err
down_session(const struct step_entry *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	auto_json json_t *record = NULL;
	bool gone = false;
	enum err e = record_get(entry->txn, TABLE_SESSION, entry->key,
	    session_record_fields(), &session);

	if (e == OK)
		e = step_parse(entry, &record);
	if (e == OK)
		e = aside_has(entry, TABLE_DEVICE, session.device, &gone);
	if (e != OK)
		return e;
	if (!gone)
		return down_active(entry, &session, record);
	e = session_unindex(entry->txn, &session);
	return e == OK ? aside_put(entry, record) : e;
}

static const struct phase down[] = {
    {TABLE_DEVICE, down_device},
    {TABLE_SESSION, down_session},
    {TABLE_META, NULL},
};

static enum err
count_devices(struct txn *txn, int64_t *count)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = device_next(txn, NULL, &device);

	for (*count = 0; e == OK;) {
		*count += device.family == NULL;
		e = device_next(txn, device.id, &device);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
losses(struct txn *txn, int64_t now, struct step_losses *losses)
{
	int64_t devices = 0, marks = 0;
	enum err e = count_devices(txn, &devices);

	if (e == OK)
		e = step_count_until(txn, TABLE_REPLAY_BY_EXPIRY, now, &marks);
	if (e != OK)
		return e;
	step_lose(losses,
	    "devices whose tokens another issuer makes are not known, nor "
	    "their sessions",
	    devices, false);
	step_lose(losses, "tokens that were used up can be used once more",
	    marks, true);
	return OK;
}

const struct step step_2 = {
    .version = 2,
    .name = "devices of other issuers",
    .up = up,
    .down = down,
    .losses = losses,
};
