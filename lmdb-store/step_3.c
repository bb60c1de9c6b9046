/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Schema 3: devices have keys, networks and oddities; sessions know their
 * family; marks revoke what was issued before a time and are swept, login codes
 * came; and devices, families and sessions are counted, shown and swept by
 * indexes that schema 2 does not keep. It leaves marks and codes alone.
 */

#include "lmdb-store/aside.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Why a family is revoked in schema 2: it could be refreshed there by whom
 * schema 3 refuses. */
#define SET_ASIDE "not to be used with schema 2"
#define UID_SIZE 24

/* Also when schema 2 revoked the device: then it stays so. */
static enum err
restore_family(
    const struct step_entry *entry, const struct family_record *family)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_json json_t *record = NULL;
	enum err e;

	if (family->revoked_reason == NULL ||
	    strcmp(family->revoked_reason, SET_ASIDE) != 0)
		return OK;
	e = device_get(entry->txn, family->device, &device);
	if (e == OK)
		e = step_parse(entry, &record);
	if (e != OK)
		return e == ERR_NO_SUCH_DEVICE ? OK : e;
	if (strcmp(device.state, DEVICE_ACTIVE) != 0)
		return OK;
	if (json_object_set_new(record, "state", json_string(FAMILY_ACTIVE)) !=
	    0)
		return txn_fail(entry->txn, ERR_NO_MEMORY);
	json_object_del(record, "revoked");
	json_object_del(record, "revoked_reason");
	return record_write(entry->txn, TABLE_FAMILY, entry->key, record);
}

static enum err
up_aside(const struct step_entry *entry)
{
	struct aside_taken taken;

	return aside_take(entry, &taken);
}

static enum err
up_device(const struct step_entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = record_get(entry->txn, TABLE_DEVICE, entry->key,
	    device_record_fields(), &device);

	return e == OK ? device_index(entry->txn, &device) : e;
}

static enum err
up_family(const struct step_entry *entry)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e = record_get(entry->txn, TABLE_FAMILY, entry->key,
	    family_record_fields(), &family);

	if (e == OK)
		e = restore_family(entry, &family);
	return e == OK ? family_index(entry->txn, &family) : e;
}

static enum err
up_session(const struct step_entry *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = record_get(entry->txn, TABLE_SESSION, entry->key,
	    session_record_fields(), &session);

	return e == OK ? session_index(entry->txn, &session) : e;
}

static enum err
up_mark(const struct step_entry *entry)
{
	return revoked_index(entry->txn, entry->key);
}

static const struct phase up[] = {
    {TABLE_ASIDE, up_aside},
    {TABLE_DEVICE_ACTIVE, step_delete},
    {TABLE_DEVICE_BY_TIME, step_delete},
    {TABLE_FAMILY_BY_TIME, step_delete},
    {TABLE_SESSION_BY_DEVICE, step_delete},
    {TABLE_SESSION_BY_END, step_delete},
    {TABLE_REVOKED_BY_EXPIRY, step_delete},
    {TABLE_DEVICE, up_device},
    {TABLE_FAMILY, up_family},
    {TABLE_SESSION, up_session},
    {TABLE_REVOKED, up_mark},
    {TABLE_META, NULL},
};

static enum err
is_marked(struct txn *txn, enum revoked_kind kind, const char *value,
    const struct family_record *family, int64_t now, bool *marked)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e = revoked_get(txn, kind, value, now, &mark);

	if (e == OK && family->created <= mark.before)
		*marked = true;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Whether schema 2 would let somebody refresh with it whom schema 3 refuses:
 * a logout of the user or of all means it, or it takes the device's key. */
static enum err
needs_newer(struct txn *txn, const struct family_record *family, int64_t now,
    bool *needs)
{
	auto_clear(device_record) struct device_record device = {0};
	char uid[UID_SIZE];
	enum err e;

	*needs = false;
	if (strcmp(family->state, FAMILY_ACTIVE) != 0)
		return OK;
	e = device_get(txn, family->device, &device);
	if (e == ERR_NO_SUCH_DEVICE)
		e = OK;
	snprintf(uid, sizeof(uid), "%" PRId64, family->uid);
	*needs = device.jkt != NULL;
	if (e == OK)
		e = is_marked(txn, REVOKED_USER, uid, family, now, needs);
	if (e == OK)
		e = is_marked(
		    txn, REVOKED_ALL, REVOKED_EVERYTHING, family, now, needs);
	return e;
}

static enum err
close_family(const struct step_entry *entry, json_t *record)
{
	if (json_object_update_new(record,
		json_pack("{sssIss}", "state", FAMILY_REVOKED, "revoked",
		    (json_int_t)entry->now, "revoked_reason", SET_ASIDE)) != 0)
		return txn_fail(entry->txn, ERR_NO_MEMORY);
	return record_write(entry->txn, TABLE_FAMILY, entry->key, record);
}

static enum err
down_family(const struct step_entry *entry)
{
	static const char *const newer[] = {"alive", NULL};
	auto_clear(family_record) struct family_record family = {0};
	auto_json json_t *record = NULL;
	bool needs = false;
	enum err e = record_get(entry->txn, TABLE_FAMILY, entry->key,
	    family_record_fields(), &family);

	if (e == OK)
		e = step_parse(entry, &record);
	if (e == OK)
		e = needs_newer(entry->txn, &family, entry->now, &needs);
	if (e == OK && needs)
		e = close_family(entry, record);
	return e == OK ? aside_put_members(entry, record, newer) : e;
}

static enum err
down_device(const struct step_entry *entry)
{
	static const char *const newer[] = {"seen_tty", "jkt", "fingerprint",
	    "networks", "oddities", "alive", NULL};
	auto_json json_t *record = NULL;
	enum err e = step_parse(entry, &record);

	return e == OK ? aside_put_members(entry, record, newer) : e;
}

/* Schema 2 would end a session that is waiting for its process to go, once
 * more. */
static enum err
down_session(const struct step_entry *entry)
{
	static const char *const newer[] = {"family", NULL};
	static const char *const newer_ended[] = {"family", "due", NULL};
	auto_clear(session_record) struct session_record session = {0};
	auto_json json_t *record = NULL;
	enum err e = record_get(entry->txn, TABLE_SESSION, entry->key,
	    session_record_fields(), &session);

	if (e == OK)
		e = step_parse(entry, &record);
	if (e != OK)
		return e;
	if (session_is_live(&session))
		return aside_put_members(entry, record, newer);
	e = session_unindex_due(entry->txn, &session);
	return e == OK ? aside_put_members(entry, record, newer_ended) : e;
}

/* The families first: what they need is said by devices and marks. */
static const struct phase down[] = {
    {TABLE_FAMILY, down_family},
    {TABLE_DEVICE, down_device},
    {TABLE_SESSION, down_session},
    {TABLE_META, NULL},
};

static enum err
count_families(struct txn *txn, int64_t now, int64_t *count)
{
	auto_clear(family_record) struct family_record family = {0};
	bool needs;
	enum err e = OK;

	for (*count = 0; e == OK;) {
		e = record_next(txn, TABLE_FAMILY, text_slice(family.id),
		    family_record_fields(), &family);
		if (e == OK)
			e = needs_newer(txn, &family, now, &needs);
		if (e == OK)
			*count += needs;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
losses(struct txn *txn, int64_t now, struct step_losses *losses)
{
	int64_t families = 0, marks = 0;
	size_t codes = 0;
	enum err e = count_families(txn, now, &families);

	if (e == OK)
		e = step_count_until(txn, TABLE_REVOKED_BY_EXPIRY, now, &marks);
	if (e == OK)
		e = txn_entries(txn, TABLE_CODE, &codes);
	if (e != OK)
		return e;
	step_lose(losses,
	    "devices with a key, or that were logged out, cannot refresh",
	    families, false);
	step_lose(losses, "login codes are not known", (int64_t)codes, false);
	step_lose(losses, "marks that revoke access tokens do not count", marks,
	    true);
	return OK;
}

const struct step step_3 = {
    .version = 3,
    .name = "marks, login codes, indexes by time",
    .up = up,
    .down = down,
    .losses = losses,
};
