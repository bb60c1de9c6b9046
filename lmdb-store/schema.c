/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/schema.h"

#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/key.h"
#include "lmdb-store/session.h"

#define SCHEMA_KEY "schema"

#define SCHEMA_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(num, version)
DECLARE_FIELDS(schema_record, SCHEMA_RECORD)
DEFINE_FIELDS(schema_record, SCHEMA_RECORD)

static enum schema_state
state_of(enum err found, int64_t version)
{
	if (found == ERR_NOT_FOUND)
		return SCHEMA_BLANK;
	return version < SCHEMA_VERSION ? SCHEMA_OLDER : SCHEMA_CURRENT;
}

enum err
schema_check(struct txn *txn, enum schema_state *state)
{
	auto_clear(schema_record) struct schema_record record = {0};
	enum err e = record_get(txn, TABLE_META, text_slice(SCHEMA_KEY),
	    schema_record_fields(), &record);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && record.version > SCHEMA_VERSION)
		return ERR_STORE_NEWER;
	if (e == OK && record.version < 1)
		return ERR_STORE;
	*state = state_of(e, record.version);
	return OK;
}

enum err
schema_upgrade(struct txn *txn)
{
	enum err e = devices_index(txn);

	if (e == OK)
		e = families_index(txn);
	return e == OK ? sessions_index(txn) : e;
}

enum err
schema_write(struct txn *txn)
{
	const struct schema_record record = {.version = SCHEMA_VERSION};

	return record_put(txn, TABLE_META, text_slice(SCHEMA_KEY),
	    schema_record_fields(), &record);
}
