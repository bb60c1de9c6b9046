/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/audit.h"

#include "lmdb-store/key.h"

#include <string.h>

DEFINE_FIELDS(audit_record, AUDIT_RECORD)

static enum err
get(struct txn *txn, int64_t seq, struct audit_record *record)
{
	struct key key = key_numbered(seq, "");

	return record_get(
	    txn, TABLE_AUDIT, key_slice(&key), audit_record_fields(), record);
}

/* What the next event follows. When the ends are not what they should be it
 * follows nothing, which is not mended by any later one. */
static enum err
read_ends(struct txn *txn, const struct seal *seal, struct audit_ends *ends,
    struct link *last)
{
	int64_t seq = 0;
	enum err e = record_newest(txn, TABLE_AUDIT, &seq);

	*last = chain_begin;
	if (e != OK)
		return e;
	e = audit_ends_get(txn, seal, ends);
	if (e == OK)
		e = link_read(ends->last_link, last);
	else if (txn_error(txn) == OK && e != ERR_NO_MEMORY)
		e = audit_ends_begin(ends);
	if (ends->last < seq)
		ends->last = seq;
	return e;
}

enum err
audit_append(
    struct txn *txn, const struct seal *seal, const struct audit_record *event)
{
	auto_clear(audit_ends) struct audit_ends ends = {0};
	struct audit_record record = *event; /* borrows the strings */
	char text[LINK_TEXT_SIZE + 1];
	struct link link;
	struct key key;
	enum err e = read_ends(txn, seal, &ends, &link);

	record.seq = ends.last + 1;
	if (e == OK)
		e = chain_link(seal, &link, &record, &link);
	if (e != OK)
		return txn_fail(txn, e);
	link_write(&link, text);
	record.link = text;
	key = key_numbered(record.seq, "");
	e = record_append(
	    txn, TABLE_AUDIT, key_slice(&key), audit_record_fields(), &record);
	return e == OK ? audit_ends_move(txn, seal, &ends, record.seq, &link)
		       : e;
}

enum err
audit_redact(
    struct txn *txn, const struct seal *seal, struct audit_record *record)
{
	auto_clear(audit_record) struct audit_record old = {0};
	struct key key = key_numbered(record->seq, "");
	enum err e = get(txn, record->seq, &old);

	if (e == ERR_NOT_FOUND)
		e = ERR_INTERNAL;
	if (e == OK)
		e = chain_redact(seal, &old, record);
	if (e != OK)
		return txn_fail(txn, e);
	return record_put(
	    txn, TABLE_AUDIT, key_slice(&key), audit_record_fields(), record);
}

/* The link that a record has to follow. ERR_NOT_FOUND: nothing is there. */
static enum err
link_before(
    struct txn *txn, const struct seal *seal, int64_t seq, struct link *out)
{
	auto_clear(audit_record) struct audit_record before = {0};
	auto_clear(audit_ends) struct audit_ends ends = {0};
	enum err e = get(txn, seq - 1, &before);

	if (e != ERR_NOT_FOUND)
		return e == OK ? link_read(before.link, out) : e;
	e = audit_ends_get(txn, seal, &ends);
	if (e == OK && ends.first != seq - 1)
		e = ERR_NOT_FOUND;
	return e == OK ? link_read(ends.first_link, out) : e;
}

enum err
audit_check_link(
    struct txn *txn, const struct seal *seal, const struct audit_record *record)
{
	struct link before, wanted, link;
	enum err e = link_before(txn, seal, record->seq, &before);

	if (e == OK)
		e = chain_link(seal, &before, record, &wanted);
	if (e == OK)
		e = link_read(record->link, &link);
	return e == OK && !link_equal(&link, &wanted) ? ERR_STORE : e;
}

enum err
audit_next(struct txn *txn, int64_t after, struct audit_record *record)
{
	struct key key = key_numbered(after > 0 ? after : 0, "");
	enum err e = record_next(
	    txn, TABLE_AUDIT, key_slice(&key), audit_record_fields(), record);

	/* whoever goes on from there must get on */
	return e == OK && record->seq <= after ? ERR_STORE : e;
}

enum err
audit_prev(struct txn *txn, int64_t before, struct audit_record *record)
{
	struct key key = key_numbered(before, "");
	struct slice found;
	enum err e = txn_prev(txn, TABLE_AUDIT, key_slice(&key), &found, NULL);

	if (e == OK && found.size != KEY_NUMBER_SIZE)
		e = ERR_STORE;
	if (e == OK)
		e = get(txn, key_number(found.data), record);
	return e == OK && record->seq >= before ? ERR_STORE : e;
}

enum err
audit_seq_back(struct txn *txn, int64_t count, int64_t *seq)
{
	int64_t last;
	enum err e = record_newest(txn, TABLE_AUDIT, &last);

	if (e != OK)
		return e;
	*seq = count <= 0 ? last : last > count ? last - count : 0;
	return OK;
}

enum err
audit_check_last(struct txn *txn, const struct seal *seal)
{
	auto_clear(audit_record) struct audit_record event = {0};
	auto_clear(audit_ends) struct audit_ends ends = {0};
	int64_t seq = 0;
	enum err e = audit_ends_get(txn, seal, &ends);

	if (e == OK)
		e = record_newest(txn, TABLE_AUDIT, &seq);
	if (e == OK && seq != ends.last)
		e = ERR_STORE;
	if (e == OK && seq > 0)
		e = get(txn, seq, &event);
	if (e == OK && seq > 0 &&
	    (event.link == NULL || strcmp(event.link, ends.last_link) != 0))
		e = ERR_STORE;
	return e;
}

static enum err
remove_first(
    struct txn *txn, int64_t until, int64_t last, struct audit_record *removed)
{
	auto_clear(audit_record) struct audit_record first = {0};
	struct key key;
	enum err e = audit_next(txn, 0, &first);

	if (e == OK && (first.time >= until || first.seq >= last))
		e = ERR_NOT_FOUND;
	if (e != OK)
		return e;
	key = key_numbered(first.seq, "");
	e = txn_delete(txn, TABLE_AUDIT, key_slice(&key));
	if (e == OK) {
		audit_record_clear(removed);
		*removed = first;
		first = (struct audit_record){0};
	}
	return e;
}

/* The chain begins behind what is gone. */
static enum err
move_first(
    struct txn *txn, const struct seal *seal, const struct audit_record *gone)
{
	auto_clear(audit_ends) struct audit_ends ends = {0};
	struct link link = chain_begin;
	enum err e = audit_ends_get(txn, seal, &ends);

	if (e != OK)
		return txn_error(txn); /* found by whoever checks the ends */
	(void)!link_read(gone->link, &link);
	return audit_ends_cut(txn, seal, &ends, gone->seq, &link);
}

enum err
audit_sweep(struct txn *txn, const struct seal *seal, int64_t until,
    size_t limit, size_t *done)
{
	auto_clear(audit_record) struct audit_record gone = {0};
	int64_t last = 0;
	enum err e = record_newest(txn, TABLE_AUDIT, &last);

	for (*done = 0; *done < limit && e == OK; *done += e == OK)
		e = remove_first(txn, until, last, &gone);
	if (e == ERR_NOT_FOUND)
		e = OK;
	return e == OK && *done > 0 ? move_first(txn, seal, &gone) : e;
}
