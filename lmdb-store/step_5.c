/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Schema 5: the events of the audit are linked by a keyed chain, and say which
 * command asked and how many they stand for. Schema 4 cannot go on with a
 * chain: it is made anew by the next step up.
 */

#include "lmdb-store/aside.h"
#include "lmdb-store/audit.h"
#include "lmdb-store/audit_ends.h"

#define OLD_AUDIT_VERSION 1

static enum err
up_aside(const struct step_entry *entry)
{
	struct aside_taken taken;

	return aside_take(entry, &taken);
}

static enum err
up_begin(const struct step_entry *entry)
{
	auto_clear(audit_record) struct audit_record oldest = {0};
	auto_clear(audit_ends) struct audit_ends ends = {0};
	enum err e = audit_next(entry->txn, 0, &oldest);

	if (e == ERR_NO_MEMORY || txn_error(entry->txn) != OK)
		return e;
	e = audit_ends_begin(&ends);
	if (oldest.seq > 0)
		ends.first = oldest.seq - 1;
	return e == OK ? audit_ends_move(entry->txn, entry->seal, &ends,
			     ends.first, &chain_begin)
		       : txn_fail(entry->txn, e);
}

static enum err
up_event(const struct step_entry *entry)
{
	auto_clear(audit_record) struct audit_record event = {0};
	auto_clear(audit_ends) struct audit_ends ends = {0};
	struct link link;
	enum err e = record_get(
	    entry->txn, TABLE_AUDIT, entry->key, audit_record_fields(), &event);

	if (e == OK)
		e = audit_ends_get(entry->txn, entry->seal, &ends);
	if (e == OK)
		e = link_read(ends.last_link, &link);
	if (e == OK)
		e = chain_link(entry->seal, &link, &event, &link);
	if (e == OK)
		e = link_set(&event.link, &link);
	if (e != OK)
		return e;
	e = record_put(
	    entry->txn, TABLE_AUDIT, entry->key, audit_record_fields(), &event);
	return e == OK
	    ? audit_ends_move(entry->txn, entry->seal, &ends, event.seq, &link)
	    : e;
}

static const struct phase up[] = {
    {TABLE_ASIDE, up_aside},
    {STEP_ONCE, up_begin},
    {TABLE_AUDIT, up_event},
    {TABLE_META, NULL},
};

static enum err
down_event(const struct step_entry *entry)
{
	static const char *const newer[] = {
	    "command", "count", "person", "redaction", NULL};
	auto_json json_t *record = NULL;
	enum err e = step_parse(entry, &record);

	if (e != OK)
		return e;
	json_object_del(record, "link");
	if (json_object_set_new(record, "v", json_integer(OLD_AUDIT_VERSION)) !=
	    0)
		return txn_fail(entry->txn, ERR_NO_MEMORY);
	e = record_write(entry->txn, TABLE_AUDIT, entry->key, record);
	return e == OK ? aside_put_members(entry, record, newer) : e;
}

static enum err
down_ends(const struct step_entry *entry)
{
	return audit_ends_remove(entry->txn);
}

static const struct phase down[] = {
    {TABLE_AUDIT, down_event},
    {STEP_ONCE, down_ends},
    {TABLE_META, NULL},
};

static enum err
losses(struct txn *txn, int64_t now, struct step_losses *losses)
{
	size_t events = 0;
	enum err e = txn_entries(txn, TABLE_AUDIT, &events);

	(void)now;
	step_lose(losses,
	    "events of the audit are not linked any more: no head can be held "
	    "against them",
	    (int64_t)events, false);
	return e;
}

const struct step step_5 = {
    .version = 5,
    .name = "a chain of audit events",
    .up = up,
    .down = down,
    .losses = losses,
};
