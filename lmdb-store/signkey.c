/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/signkey.h"

#include "base/texts.h"
#include "lmdb-store/key.h"

#include <string.h>

DEFINE_FIELDS(signkey_record, SIGNKEY_RECORD)

enum err
signkey_put(struct txn *txn, const struct signkey_record *record)
{
	/* nothing could be verified with a key that has neither */
	if (record->private == NULL && record->public == NULL)
		return txn_fail(txn, ERR_INTERNAL);
	return record_put(txn, TABLE_SIGNKEY, text_slice(record->kid),
	    signkey_record_fields(), record);
}

enum err
signkey_get(struct txn *txn, const char *kid, struct signkey_record *record)
{
	return record_get(txn, TABLE_SIGNKEY, text_slice(kid),
	    signkey_record_fields(), record);
}

enum err
signkey_remove(struct txn *txn, const char *kid)
{
	return txn_delete(txn, TABLE_SIGNKEY, text_slice(kid));
}

enum err
signkey_next(struct txn *txn, const char *after, struct signkey_record *record)
{
	return record_next(txn, TABLE_SIGNKEY, text_slice(after),
	    signkey_record_fields(), record);
}

static struct seal_place
private_place(const struct signkey_record *record)
{
	return (struct seal_place){
	    table_name(TABLE_SIGNKEY), text_slice(record->kid), "private"};
}

enum err
signkey_set_private(const struct seal *seal, struct signkey_record *record,
    const struct secret *private)
{
	const struct seal_place place = private_place(record);
	auto_free(secret) struct secret *sealed = NULL;
	auto_str char *text = NULL;
	enum err e = seal_put(seal, &place, private, &text);

	if (e == OK)
		e = secret_new(&sealed, text, strlen(text));
	if (e != OK)
		return e;
	secret_free(record->private);
	record->private = TAKE(sealed);
	return OK;
}

enum err
signkey_private(const struct seal *seal, const struct signkey_record *record,
    struct secret **out)
{
	const struct seal_place place = private_place(record);

	if (record->private == NULL)
		return ERR_CRYPTO;
	return seal_open(seal, &place, secret_text(record->private), out);
}

enum err
signkey_reseal(
    struct txn *txn, const struct seal *seal, char **after, bool *moved)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	auto_free(secret) struct secret *private = NULL;
	enum err e = signkey_next(txn, *after, &record);

	if (e == OK)
		e = text_replace(after, record.kid);
	if (e != OK || record.private == NULL ||
	    seal_is_newest(seal, secret_text(record.private)))
		return e;
	e = signkey_private(seal, &record, &private);
	if (e == OK)
		e = signkey_set_private(seal, &record, private);
	if (e != OK)
		return e;
	*moved = true;
	return signkey_put(txn, &record);
}
