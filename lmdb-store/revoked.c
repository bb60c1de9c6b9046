/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/revoked.h"

#include "lmdb-store/key.h"

#include <string.h>

DEFINE_FIELDS(revoked_record, REVOKED_RECORD)

static const char *const kinds[] = {
    [REVOKED_JTI] = "jti",
    [REVOKED_FAMILY] = "family",
    [REVOKED_DEVICE] = "device",
};

static struct key
mark_key(enum revoked_kind kind, const char *value)
{
	struct key key = {0};

	key_add_text(&key, kinds[kind]);
	key_add_end(&key);
	key_add_text(&key, value);
	return key;
}

static enum err
mark_get(struct txn *txn, const struct key *key, struct revoked_record *record)
{
	return record_get(txn, TABLE_REVOKED, key_slice(key),
	    revoked_record_fields(), record);
}

enum err
revoked_put(
    struct txn *txn, enum revoked_kind kind, const char *value, int64_t until)
{
	auto_clear(revoked_record) struct revoked_record record = {0};
	size_t size = strlen(value);
	struct key key;
	enum err e;

	if (size == 0 || size > REVOKED_VALUE_MAX)
		return txn_fail(txn, ERR_INTERNAL);
	key = mark_key(kind, value);
	e = mark_get(txn, &key, &record);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && record.until >= until)
		return OK;
	record.until = until;
	return record_put(txn, TABLE_REVOKED, key_slice(&key),
	    revoked_record_fields(), &record);
}

enum err
revoked_has(struct txn *txn, enum revoked_kind kind, const char *value,
    int64_t now, bool *revoked)
{
	auto_clear(revoked_record) struct revoked_record record = {0};
	struct key key = mark_key(kind, value);
	enum err e = mark_get(txn, &key, &record);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*revoked = e == OK && now <= record.until;
	return OK;
}
