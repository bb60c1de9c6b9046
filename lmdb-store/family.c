/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/family.h"

#include "lmdb-store/key.h"

DEFINE_FIELDS(family_record, FAMILY_RECORD)

enum err
family_put(struct txn *txn, const struct family_record *record)
{
	return record_put(txn, TABLE_FAMILY, text_slice(record->id),
	    family_record_fields(), record);
}

enum err
family_get(struct txn *txn, const char *id, struct family_record *record)
{
	return record_get(
	    txn, TABLE_FAMILY, text_slice(id), family_record_fields(), record);
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
