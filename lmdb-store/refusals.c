/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/refusals.h"

#include "lmdb-store/key.h"
#include "lmdb-store/times.h"

#include <inttypes.h>
#include <stdio.h>

#define UID_TEXT_SIZE 24

DEFINE_FIELDS(refusals_record, REFUSALS_RECORD)

static void
uid_text(int64_t uid, char text[UID_TEXT_SIZE])
{
	snprintf(text, UID_TEXT_SIZE, "%" PRId64, uid);
}

static enum err
get(struct txn *txn, const char *uid, struct refusals_record *record)
{
	return record_get(txn, TABLE_REFUSALS, text_slice(uid),
	    refusals_record_fields(), record);
}

static enum err
put(struct txn *txn, const char *uid, const struct refusals_record *record)
{
	enum err e = record_put(txn, TABLE_REFUSALS, text_slice(uid),
	    refusals_record_fields(), record);

	return e == OK
	    ? times_add(txn, TABLE_REFUSALS_BY_TIME, record->since, uid)
	    : e;
}

enum err
refusals_get(struct txn *txn, int64_t uid, struct refusals_record *record)
{
	char text[UID_TEXT_SIZE];

	uid_text(uid, text);
	return get(txn, text, record);
}

/* A clock that was set back begins anew as well. */
enum err
refusals_add(struct txn *txn, int64_t uid, int64_t now, int64_t span)
{
	auto_clear(refusals_record) struct refusals_record record = {0};
	char text[UID_TEXT_SIZE];
	enum err e;

	uid_text(uid, text);
	e = get(txn, text, &record);
	if (e == OK && (now < record.since || now - record.since > span)) {
		e = refusals_remove(txn, &record);
		record = (struct refusals_record){0};
	}
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (record.count == 0)
		record.since = now;
	record.uid = uid;
	record.count++;
	return put(txn, text, &record);
}

enum err
refusals_remove(struct txn *txn, const struct refusals_record *record)
{
	char text[UID_TEXT_SIZE];
	enum err e;

	uid_text(record->uid, text);
	e = txn_delete(txn, TABLE_REFUSALS, text_slice(text));
	if (e == ERR_NOT_FOUND)
		return txn_fail(txn, ERR_INTERNAL);
	return e == OK
	    ? times_remove(txn, TABLE_REFUSALS_BY_TIME, record->since, text)
	    : e;
}

static enum err
remove_first(struct txn *txn, int64_t until)
{
	auto_clear(refusals_record) struct refusals_record record = {0};
	struct times_entry first;
	enum err e = times_first(txn, TABLE_REFUSALS_BY_TIME, until, &first);

	if (e != OK)
		return e;
	e = get(txn, first.id, &record);
	if (e == ERR_NOT_FOUND)
		return ERR_STORE;
	return e == OK ? refusals_remove(txn, &record) : e;
}

enum err
refusals_sweep(struct txn *txn, int64_t until, size_t limit, size_t *done)
{
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK)
		e = remove_first(txn, until);
	return e == ERR_NOT_FOUND ? OK : e;
}
