/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/family.h"

#include "base/texts.h"
#include "lmdb-store/key.h"
#include "lmdb-store/times.h"

#include <string.h>

DEFINE_FIELDS(family_record, FAMILY_RECORD)

static int64_t
alive_of(const struct family_record *record)
{
	return record->alive != 0 ? record->alive : record->created;
}

int64_t
family_claims(const struct family_record *record)
{
	return record->claims > 0 ? record->claims : CLAIMS_FIRST;
}

static struct holder
holder_of(const struct family_record *record)
{
	return (struct holder){family_claims(record), record->uid, record->id};
}

enum err
family_hold(struct txn *txn, const struct family_record *record)
{
	struct holder holder = holder_of(record);

	return strcmp(record->state, FAMILY_ACTIVE) == 0
	    ? holding_add(txn, &holder)
	    : holding_remove(txn, &holder);
}

enum err
family_put(struct txn *txn, const struct family_record *record)
{
	enum err e = record_put(txn, TABLE_FAMILY, text_slice(record->id),
	    family_record_fields(), record);

	if (e == OK)
		e = family_index(txn, record);
	return e == OK ? family_hold(txn, record) : e;
}

enum err
family_renew(struct txn *txn, struct family_record *record, int64_t claims)
{
	struct holder before = holder_of(record);
	enum err e = holding_remove(txn, &before);

	if (e == OK)
		record->claims = claims;
	return e;
}

enum err
family_get(struct txn *txn, const char *id, struct family_record *record)
{
	return record_get(
	    txn, TABLE_FAMILY, text_slice(id), family_record_fields(), record);
}

enum err
family_oldest(struct txn *txn, int64_t until, struct family_record *record)
{
	struct times_entry first;
	enum err e = times_first(txn, TABLE_FAMILY_BY_TIME, until, &first);

	if (e != OK)
		return e;
	e = family_get(txn, first.id, record);
	return e == ERR_NOT_FOUND ? ERR_STORE : e;
}

enum err
family_keep(struct txn *txn, struct family_record *record, int64_t alive)
{
	enum err e = times_remove(
	    txn, TABLE_FAMILY_BY_TIME, alive_of(record), record->id);

	if (e != OK)
		return e;
	record->alive = alive;
	return family_put(txn, record);
}

enum err
family_remove(struct txn *txn, const struct family_record *record)
{
	struct holder holder = holder_of(record);
	enum err e = txn_delete(txn, TABLE_FAMILY, text_slice(record->id));

	if (e == ERR_NOT_FOUND)
		return txn_fail(txn, ERR_INTERNAL);
	if (e == OK)
		e = holding_remove(txn, &holder);
	return e == OK ? times_remove(txn, TABLE_FAMILY_BY_TIME,
			     alive_of(record), record->id)
		       : e;
}

enum err
family_index(struct txn *txn, const struct family_record *record)
{
	return times_add(
	    txn, TABLE_FAMILY_BY_TIME, alive_of(record), record->id);
}

static struct seal_place
secret_place(const struct family_record *record)
{
	return (struct seal_place){
	    table_name(TABLE_FAMILY), text_slice(record->id), "secret"};
}

enum err
family_set_secret(const struct seal *seal, struct family_record *record,
    const struct secret *secret)
{
	const struct seal_place place = secret_place(record);
	char *text;
	enum err e = seal_put(seal, &place, secret, &text);

	if (e != OK)
		return e;
	free(record->secret);
	record->secret = text;
	return OK;
}

enum err
family_secret(const struct seal *seal, const struct family_record *record,
    struct secret **out)
{
	const struct seal_place place = secret_place(record);

	return seal_open(seal, &place, record->secret, out);
}

enum err
family_reseal(
    struct txn *txn, const struct seal *seal, char **after, bool *moved)
{
	auto_clear(family_record) struct family_record record = {0};
	auto_free(secret) struct secret *secret = NULL;
	enum err e = record_next(txn, TABLE_FAMILY, text_slice(*after),
	    family_record_fields(), &record);

	if (e == OK)
		e = text_replace(after, record.id);
	if (e != OK || seal_is_newest(seal, record.secret))
		return e;
	e = family_secret(seal, &record, &secret);
	if (e == OK)
		e = family_set_secret(seal, &record, secret);
	if (e != OK)
		return e;
	*moved = true;
	return record_put(txn, TABLE_FAMILY, text_slice(record.id),
	    family_record_fields(), &record);
}
