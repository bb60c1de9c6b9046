/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/schema.h"

#include "base/base64url.h"
#include "lmdb-store/record.h"

#include <inttypes.h>
#include <string.h>

#define SCHEMA_KEY "schema"
#define MIGRATION_KEY "migration"
#define AFTER_SIZE BASE64URL_TEXT_SIZE(KV_KEY_MAX)

#define SCHEMA_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(num, version)
DECLARE_FIELDS(schema_record, SCHEMA_RECORD)
DEFINE_FIELDS(schema_record, SCHEMA_RECORD)

/* The step that is under way. `after`: a key, as base64url. */
#define MIGRATION_RECORD(F)                                                    \
	F(num, v)                                                              \
	F(num, step)                                                           \
	F(flag, down)                                                          \
	F(num, phase)                                                          \
	F(opt_str, after)
DECLARE_FIELDS(migration_record, MIGRATION_RECORD)
DEFINE_FIELDS(migration_record, MIGRATION_RECORD)

static enum err
read_after(const char *text, struct key *after)
{
	uint8_t bytes[KV_KEY_MAX + 3];
	size_t size, length = strlen(text);

	if (length > AFTER_SIZE ||
	    base64url_decode(bytes, &size, text, length) != OK)
		return ERR_STORE;
	key_add_bytes(after, bytes, size);
	return OK;
}

static enum err
read_under_way(struct txn *txn, struct schema *out)
{
	auto_clear(migration_record) struct migration_record record = {0};
	struct schema schema = {.under_way = true};
	enum err e = record_get(txn, TABLE_META, text_slice(MIGRATION_KEY),
	    migration_record_fields(), &record);

	if (e == ERR_NOT_FOUND || (e == OK && record.step < 2))
		e = ERR_STORE;
	if (e == OK && record.after != NULL)
		e = read_after(record.after, &schema.after);
	if (e != OK)
		return e;
	schema.version = record.step;
	schema.down = record.down;
	schema.phase = record.phase;
	*out = schema;
	return OK;
}

enum err
schema_read(struct txn *txn, struct schema *schema)
{
	auto_clear(schema_record) struct schema_record record = {0};
	enum err e = record_get(txn, TABLE_META, text_slice(SCHEMA_KEY),
	    schema_record_fields(), &record);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*schema = (struct schema){.version = record.version};
	if (e == ERR_NOT_FOUND)
		return OK;
	if (record.version < 1)
		return ERR_STORE;
	if (record.version == SCHEMA_UNDER_WAY)
		e = read_under_way(txn, schema);
	if (e == OK && schema->version > SCHEMA_VERSION)
		e = ERR_STORE_NEWER;
	return e;
}

static enum err
write_version(struct txn *txn, int64_t version)
{
	const struct schema_record record = {.version = version};

	return record_put(txn, TABLE_META, text_slice(SCHEMA_KEY),
	    schema_record_fields(), &record);
}

static enum err
write_under_way(struct txn *txn, const struct schema *schema)
{
	char after[AFTER_SIZE + 1];
	const struct migration_record record = {
	    .step = schema->version,
	    .down = schema->down,
	    .phase = schema->phase,
	    .after = schema->after.size > 0 ? after : NULL,
	};

	base64url_encode(after, schema->after.data, schema->after.size);
	return record_put(txn, TABLE_META, text_slice(MIGRATION_KEY),
	    migration_record_fields(), &record);
}

enum err
schema_write(struct txn *txn, const struct schema *schema)
{
	enum err e = write_version(
	    txn, schema->under_way ? SCHEMA_UNDER_WAY : schema->version);

	if (e != OK)
		return e;
	if (schema->under_way)
		return write_under_way(txn, schema);
	e = txn_delete(txn, TABLE_META, text_slice(MIGRATION_KEY));
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
schema_refuse_newer(
    const struct schema *schema, const char *path, struct store_error *why)
{
	const char *what = schema->under_way ? "is on its way from or to schema"
					     : "is of schema";

	return store_refuse(why, ERR_STORE_NEWER,
	    "the store %s %s %" PRId64 ", which a newer jwt-agent made; this "
	    "one knows schema %d. With the newer one installed again, "
	    "'jwt-agent store migrate --to %d' takes it back; or restore a "
	    "backup of schema %d",
	    path, what, schema->version, SCHEMA_VERSION, SCHEMA_VERSION,
	    SCHEMA_VERSION);
}
