/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/flag.h"

#include "base/texts.h"

#include <string.h>

DEFINE_FIELDS(flag_record, FLAG_RECORD)
DEFINE_FIELDS(flag_override_record, FLAG_OVERRIDE_RECORD)

static const struct flag_setting unset = {.percent = FLAG_UNSET};

/* Parts with a zero byte between. */
struct key
flag_override_key(const char *flag, const char *user)
{
	struct key key = {0};

	key_add_text(&key, flag);
	key_add_end(&key);
	key_add_text(&key, user);
	return key;
}

enum err
flag_get(struct txn *txn, const char *flag, struct flag_record *record)
{
	enum err e = record_get(
	    txn, TABLE_FLAG, text_slice(flag), flag_record_fields(), record);

	if (e != ERR_NOT_FOUND)
		return e;
	flag_record_clear(record);
	record->percent = FLAG_UNSET;
	return text_copy(&record->name, flag);
}

static enum err
put(struct txn *txn, const struct flag_record *record)
{
	enum err e = OK;

	if (record->percent != FLAG_UNSET || record->overrides_on > 0 ||
	    record->overrides_off > 0)
		return record_put(txn, TABLE_FLAG, text_slice(record->name),
		    flag_record_fields(), record);
	e = txn_delete(txn, TABLE_FLAG, text_slice(record->name));
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
read_override(struct txn *txn, const char *flag, const char *user,
    struct flag_setting *setting)
{
	auto_clear(flag_override_record) struct flag_override_record record = {
	    0};
	struct key key = flag_override_key(flag, user);
	enum err e = record_get(txn, TABLE_FLAG_OVERRIDE, key_slice(&key),
	    flag_override_record_fields(), &record);

	*setting = unset;
	if (e == OK)
		*setting = (struct flag_setting){
		    record.percent, record.changed, record.by};
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
flag_read(struct txn *txn, const char *flag, const char *user,
    struct flag_setting *setting)
{
	auto_clear(flag_record) struct flag_record record = {0};
	enum err e;

	if (user != NULL)
		return read_override(txn, flag, user, setting);
	e = flag_get(txn, flag, &record);
	*setting = unset;
	if (e == OK)
		*setting = (struct flag_setting){
		    record.percent, record.changed, record.by};
	return e;
}

static enum err
put_override(struct txn *txn, const char *flag, const char *user,
    const struct flag_setting *setting)
{
	struct key key = flag_override_key(flag, user);
	struct flag_override_record record = {/* borrows the names */
	    .flag = (char *)(uintptr_t)flag,
	    .user = (char *)(uintptr_t)user,
	    .percent = setting->percent,
	    .changed = setting->changed,
	    .by = setting->by};
	enum err e;

	if (setting->percent != FLAG_UNSET)
		return record_put(txn, TABLE_FLAG_OVERRIDE, key_slice(&key),
		    flag_override_record_fields(), &record);
	e = txn_delete(txn, TABLE_FLAG_OVERRIDE, key_slice(&key));
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Takes `step` of the overrides of this kind, or adds it. */
static void
count(struct flag_record *record, int64_t percent, int64_t step)
{
	if (percent == FLAG_UNSET)
		return;
	*(percent > 0 ? &record->overrides_on : &record->overrides_off) += step;
}

enum err
flag_write(struct txn *txn, const char *flag, const char *user,
    const struct flag_setting *setting)
{
	auto_clear(flag_record) struct flag_record record = {0};
	struct flag_setting before;
	enum err e = flag_get(txn, flag, &record);

	if (e == OK && user == NULL) {
		record.percent = setting->percent;
		record.changed = setting->changed;
		record.by = setting->by;
		return put(txn, &record);
	}
	if (e == OK)
		e = read_override(txn, flag, user, &before);
	if (e != OK)
		return e;
	count(&record, before.percent, -1);
	count(&record, setting->percent, 1);
	e = put_override(txn, flag, user, setting);
	return e == OK ? put(txn, &record) : e;
}

enum err
flag_override_next(
    struct txn *txn, struct key *at, struct flag_override_record *record)
{
	enum err e = record_next(txn, TABLE_FLAG_OVERRIDE, key_slice(at),
	    flag_override_record_fields(), record);

	if (e == OK)
		*at = flag_override_key(record->flag, record->user);
	return e;
}
