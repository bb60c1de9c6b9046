/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Schema 6: families know which version of the claims their tokens have, and
 * are counted by it; a session knows whether its token was outdated; users
 * have attributes; heads of the audit leave checkpoints; devices and sessions
 * are counted by state. Schema 5 passes over the tables that are new.
 */

#include "lmdb-store/aside.h"
#include "lmdb-store/census.h"
#include "lmdb-store/checkpoint.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/session.h"

static enum err
up_aside(const struct step_entry *entry)
{
	struct aside_taken taken;

	return aside_take(entry, &taken);
}

static enum err
up_family(const struct step_entry *entry)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e = record_get(entry->txn, TABLE_FAMILY, entry->key,
	    family_record_fields(), &family);

	return e == OK ? family_hold(entry->txn, &family) : e;
}

static enum err
up_device(const struct step_entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = record_get(entry->txn, TABLE_DEVICE, entry->key,
	    device_record_fields(), &device);

	return e == OK
	    ? census_move(entry->txn, TABLE_DEVICE, NULL, device.state)
	    : e;
}

static enum err
up_session(const struct step_entry *entry)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = record_get(entry->txn, TABLE_SESSION, entry->key,
	    session_record_fields(), &session);

	return e == OK
	    ? census_move(entry->txn, TABLE_SESSION, NULL, session.state)
	    : e;
}

/* Schema 5 reads no ends that vouch for checkpoints. */
static enum err
forget_heads(const struct step_entry *entry)
{
	return checkpoints_forget(entry->txn, entry->seal);
}

/* Schema 5 does not keep what is made anew here. */
static const struct phase up[] = {
    {TABLE_ASIDE, up_aside},
    {TABLE_FAMILY_BY_CLAIMS, step_delete},
    {TABLE_HOLDING, step_delete},
    {TABLE_FAMILY, up_family},
    {TABLE_CENSUS, step_delete},
    {TABLE_DEVICE, up_device},
    {TABLE_SESSION, up_session},
    {TABLE_CHECKPOINT, step_delete},
    {STEP_ONCE, forget_heads},
    {TABLE_META, NULL},
};

static enum err
down_family(const struct step_entry *entry)
{
	static const char *const newer[] = {"claims", "renewed", NULL};
	auto_json json_t *record = NULL;
	enum err e = step_parse(entry, &record);

	return e == OK ? aside_put_members(entry, record, newer) : e;
}

static enum err
down_session(const struct step_entry *entry)
{
	static const char *const newer[] = {"outdated", NULL};
	auto_json json_t *record = NULL;
	enum err e = step_parse(entry, &record);

	return e == OK ? aside_put_members(entry, record, newer) : e;
}

static enum err
down_counter(const struct step_entry *entry)
{
	static const char *const newer[] = {"user", NULL};
	auto_json json_t *record = NULL;
	enum err e = step_parse(entry, &record);

	return e == OK ? aside_put_members(entry, record, newer) : e;
}

static const struct phase down[] = {
    {TABLE_CENSUS, step_delete},
    {TABLE_CHECKPOINT, step_delete},
    {STEP_ONCE, forget_heads},
    {TABLE_COUNTER, down_counter},
    {TABLE_FAMILY, down_family},
    {TABLE_SESSION, down_session},
    {TABLE_META, NULL},
};

static enum err
losses(struct txn *txn, int64_t now, struct step_losses *losses)
{
	size_t users = 0, checkpoints = 0, flags = 0;
	enum err e = txn_entries(txn, TABLE_USER, &users);

	if (e == OK)
		e = txn_entries(txn, TABLE_CHECKPOINT, &checkpoints);
	if (e == OK)
		e = txn_entries(txn, TABLE_FLAG, &flags);
	(void)now;
	step_lose(losses,
	    "users whose attributes no token gets any more, and are not "
	    "forgotten with them",
	    (int64_t)users, false);
	step_lose(losses,
	    "heads of the audit, which cannot be held against it any more once "
	    "their events are too old to be kept",
	    (int64_t)checkpoints, false);
	step_lose(losses,
	    "flags that were set: all of them are as if nobody had",
	    (int64_t)flags, true);
	return e;
}

const struct step step_6 = {
    .version = 6,
    .name = "versions of claims, attributes of users",
    .up = up,
    .down = down,
    .losses = losses,
};
