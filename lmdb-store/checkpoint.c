/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/checkpoint.h"

#include "lmdb-store/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN "audit-checkpoints"

DEFINE_FIELDS(checkpoint_record, CHECKPOINT_RECORD)

/* One that is not where its number says leads nowhere: ERR_STORE. */
static enum err
next(struct txn *txn, int64_t after, struct checkpoint_record *record)
{
	struct key key = {0};
	struct slice found;
	int64_t seq;
	enum err e;

	if (after > 0)
		key_add_number(&key, after);
	e = txn_next(txn, TABLE_CHECKPOINT, key_slice(&key), &found, NULL);
	if (e == OK && found.size != KEY_NUMBER_SIZE)
		e = ERR_STORE;
	if (e != OK)
		return e;
	seq = key_number(found.data);
	e = record_get(
	    txn, TABLE_CHECKPOINT, found, checkpoint_record_fields(), record);
	return e == OK && record->seq != seq ? ERR_STORE : e;
}

static enum err
put(struct txn *txn, const struct checkpoint_record *record)
{
	struct key key = key_numbered(record->seq, "");

	return record_put(txn, TABLE_CHECKPOINT, key_slice(&key),
	    checkpoint_record_fields(), record);
}

/* One more record behind those that are in the hash. */
static enum err
add_to_hash(const struct seal *seal, const struct checkpoint_record *record,
    struct link *hash)
{
	char before[LINK_TEXT_SIZE + 1], text[3 * LINK_TEXT_SIZE + 64];
	int size;

	link_write(hash, before);
	size = snprintf(text, sizeof(text), "%s %" PRId64 " %s %" PRId64,
	    before, record->seq, record->link, record->time);
	if (size < 0 || (size_t)size >= sizeof(text))
		return ERR_STORE;
	return chain_seal(seal, DOMAIN, text, hash);
}

/* Over all of them, in their order; that of none is chain_begin. */
static enum err
hash_all(struct txn *txn, const struct seal *seal, struct link *hash)
{
	auto_clear(checkpoint_record) struct checkpoint_record record = {0};
	enum err e;

	*hash = chain_begin;
	for (;;) {
		e = next(txn, record.seq, &record);
		if (e != OK)
			break;
		e = add_to_hash(seal, &record, hash);
		if (e != OK)
			return e;
	}
	if (e == ERR_STORE_NEWER && txn_error(txn) == OK)
		return ERR_STORE;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
check(struct txn *txn, const struct seal *seal, const struct audit_ends *ends)
{
	struct link hash, wanted = chain_begin;
	enum err e = OK;

	if (ends->heads != NULL)
		e = link_read(ends->heads, &wanted);
	if (e == OK)
		e = hash_all(txn, seal, &hash);
	return e == OK && !link_equal(&hash, &wanted) ? ERR_STORE : e;
}

enum err
checkpoint_check(struct txn *txn, const struct seal *seal)
{
	auto_clear(audit_ends) struct audit_ends ends = {0};
	enum err e = audit_ends_get(txn, seal, &ends);

	return e == OK ? check(txn, seal, &ends) : e;
}

/* Removes the first ones until no more than `keep` are left. */
static enum err
cut(struct txn *txn, size_t keep)
{
	size_t entries = 0;
	enum err e = txn_entries(txn, TABLE_CHECKPOINT, &entries);

	for (; e == OK && entries > keep; entries--) {
		struct slice first;
		struct key key = {0};

		e = txn_next(
		    txn, TABLE_CHECKPOINT, text_slice(NULL), &first, NULL);
		if (e != OK)
			break;
		key_add_bytes(&key, first.data, first.size);
		e = txn_delete(txn, TABLE_CHECKPOINT, key_slice(&key));
	}
	return e;
}

enum err
checkpoint_add(struct txn *txn, const struct seal *seal,
    const struct checkpoint_record *record, bool *changed)
{
	auto_clear(audit_ends) struct audit_ends ends = {0};
	struct link hash;
	enum err e = audit_ends_get(txn, seal, &ends);
	bool broken;

	*changed = false;
	if (e != OK)
		return e == ERR_NO_MEMORY ? e : txn_error(txn);
	e = check(txn, seal, &ends);
	broken = e == ERR_STORE && txn_error(txn) == OK;
	if (e != OK && !broken)
		return e;
	e = cut(txn, broken ? 0 : CHECKPOINTS_MAX - 1);
	if (e == OK)
		e = put(txn, record);
	if (e == OK)
		e = hash_all(txn, seal, &hash);
	if (e == OK)
		e = audit_ends_vouch(txn, seal, &ends, &hash);
	*changed = broken;
	return e;
}

enum err
checkpoint_find(
    struct txn *txn, const struct seal *seal, int64_t seq, struct link *out)
{
	auto_clear(checkpoint_record) struct checkpoint_record record = {0};
	enum err e = checkpoint_check(txn, seal);

	if (e == OK)
		e = next(txn, seq - 1, &record);
	if (e == OK && record.seq != seq)
		e = ERR_NOT_FOUND;
	return e == OK ? link_read(record.link, out) : e;
}

enum err
checkpoints_forget(struct txn *txn, const struct seal *seal)
{
	auto_clear(audit_ends) struct audit_ends ends = {0};
	enum err e = audit_ends_get(txn, seal, &ends);

	if (e != OK)
		return e == ERR_NO_MEMORY ? e : txn_error(txn);
	return ends.heads != NULL ? audit_ends_vouch(txn, seal, &ends, NULL)
				  : OK;
}
