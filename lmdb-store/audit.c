/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/audit.h"

#include "lmdb-store/key.h"

DEFINE_FIELDS(audit_record, AUDIT_RECORD)

static struct key
seq_key(int64_t seq)
{
	struct key key = {0};

	key_add_number(&key, seq);
	return key;
}

/* The seq of the newest record, 0 when there is none. */
static enum err
newest(struct txn *txn, int64_t *seq)
{
	struct slice key;
	enum err e = txn_prev(txn, TABLE_AUDIT, text_slice(NULL), &key, NULL);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && key.size != KEY_NUMBER_SIZE)
		return ERR_STORE;
	*seq = e == OK ? key_number(key.data) : 0;
	return OK;
}

enum err
audit_append(struct txn *txn, struct audit_record *record)
{
	struct key key;
	int64_t seq;
	enum err e = newest(txn, &seq);

	if (e != OK)
		return txn_fail(txn, e);
	record->seq = seq + 1;
	key = seq_key(record->seq);
	return record_append(
	    txn, TABLE_AUDIT, key_slice(&key), audit_record_fields(), record);
}

enum err
audit_next(struct txn *txn, int64_t after, struct audit_record *record)
{
	struct key key = seq_key(after > 0 ? after : 0);

	return record_next(
	    txn, TABLE_AUDIT, key_slice(&key), audit_record_fields(), record);
}

enum err
audit_seq_back(struct txn *txn, int64_t count, int64_t *seq)
{
	int64_t last;
	enum err e = newest(txn, &last);

	if (e != OK)
		return e;
	*seq = count <= 0 ? last : last > count ? last - count : 0;
	return OK;
}

static enum err
remove_first(struct txn *txn, int64_t until, int64_t last)
{
	auto_clear(audit_record) struct audit_record first = {0};
	struct key key;
	enum err e = audit_next(txn, 0, &first);

	if (e != OK)
		return e;
	if (first.time >= until || first.seq >= last)
		return ERR_NOT_FOUND;
	key = seq_key(first.seq);
	return txn_delete(txn, TABLE_AUDIT, key_slice(&key));
}

enum err
audit_sweep(struct txn *txn, int64_t until, size_t limit, size_t *done)
{
	int64_t last = 0;
	enum err e = newest(txn, &last);

	for (*done = 0; *done < limit && e == OK; *done += e == OK)
		e = remove_first(txn, until, last);
	return e == ERR_NOT_FOUND ? OK : e;
}
