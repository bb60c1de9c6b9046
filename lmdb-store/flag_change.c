/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/flag_change.h"

DEFINE_FIELDS(flag_change_record, FLAG_CHANGE_RECORD)

enum err
flag_change_next(
    struct txn *txn, int64_t after, struct flag_change_record *record)
{
	struct key key = key_numbered(after, "");

	return record_next(txn, TABLE_FLAG_CHANGE, key_slice(&key),
	    flag_change_record_fields(), record);
}

enum err
flag_change_remove(struct txn *txn, int64_t seq)
{
	struct key key = key_numbered(seq, "");

	return txn_delete(txn, TABLE_FLAG_CHANGE, key_slice(&key));
}

enum err
flag_change_count(struct txn *txn, size_t *count)
{
	return txn_entries(txn, TABLE_FLAG_CHANGE, count);
}

static enum err
make_room(struct txn *txn)
{
	auto_clear(flag_change_record) struct flag_change_record oldest = {0};
	size_t count = 0;
	enum err e = flag_change_count(txn, &count);

	while (e == OK && count-- >= FLAG_CHANGES_MAX) {
		e = flag_change_next(txn, 0, &oldest);
		if (e == OK)
			e = flag_change_remove(txn, oldest.seq);
	}
	return e;
}

static enum err
note(struct txn *txn, struct flag_change_record *record)
{
	struct key key;
	enum err e = make_room(txn);

	if (e == OK)
		e = record_newest(txn, TABLE_FLAG_CHANGE, &record->seq);
	if (e != OK)
		return e;
	record->seq++;
	key = key_numbered(record->seq, "");
	return record_append(txn, TABLE_FLAG_CHANGE, key_slice(&key),
	    flag_change_record_fields(), record);
}

enum err
flag_change(struct txn *txn, const char *flag, const char *user,
    const struct flag_setting *setting)
{
	struct flag_setting before;
	enum err e = flag_read(txn, flag, user, &before);

	if (e == OK)
		e = flag_write(txn, flag, user, setting);
	if (e != OK)
		return e;
	return note(txn,
	    &(struct flag_change_record){
		.flag = (char *)(uintptr_t)flag, /* borrows the names */
		.user = (char *)(uintptr_t)user,
		.before = before.percent,
		.before_changed = before.changed,
		.before_by = before.by,
		.after = setting->percent,
		.time = setting->changed,
		.by = setting->by,
	    });
}

enum err
flag_change_undo(struct txn *txn, struct flag_change_record *record)
{
	struct key key;
	int64_t seq = 0;
	enum err e = record_newest(txn, TABLE_FLAG_CHANGE, &seq);

	if (e == OK && seq == 0)
		return ERR_NOT_FOUND;
	key = key_numbered(seq, "");
	if (e == OK)
		e = record_get(txn, TABLE_FLAG_CHANGE, key_slice(&key),
		    flag_change_record_fields(), record);
	if (e == OK)
		e = flag_write(txn, record->flag, record->user,
		    &(struct flag_setting){record->before,
			record->before_changed, record->before_by});
	return e == OK ? flag_change_remove(txn, seq) : e;
}
