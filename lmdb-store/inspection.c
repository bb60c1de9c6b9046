/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/inspection.h"

#include "lmdb-store/datakey.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/schema.h"

#include <inttypes.h>

void
inspection_clear(struct inspection *inspection)
{
	txn_free(inspection->txn);
	seal_free(inspection->seal);
	kv_free(inspection->kv);
	*inspection = (struct inspection){NULL, NULL, NULL};
}

/* Only the table meta is sure to be there in a store of any schema. */
static enum err
check_schema(struct kv *kv, const char *path, struct store_error *why)
{
	static const char *const meta[] = {"meta"};
	auto_free(txn) struct txn *txn = NULL;
	struct schema schema = {.version = 0};
	enum err e = kv_begin(kv, TXN_READ, &txn);

	if (e == OK)
		e = txn_open_tables(txn, meta, 1);
	if (e == OK)
		e = schema_read(txn, &schema);
	if (e == ERR_STORE_NEWER)
		return schema_refuse_newer(&schema, path, why);
	if (e == OK && (schema.version != SCHEMA_VERSION || schema.under_way))
		return store_refuse(why, ERR_CONFIG,
		    "the store %s is of schema %" PRId64
		    " and this jwt-agent reads %d: jwt-agent store migrate",
		    path, schema.version, SCHEMA_VERSION);
	return e;
}

static enum err
open_tables(struct inspection *inspection)
{
	enum err e = kv_begin(inspection->kv, TXN_READ, &inspection->txn);

	if (e == OK)
		e = tables_open(inspection->txn);
	if (e == OK)
		e = txn_commit(TAKE(inspection->txn));
	return e == OK ? kv_begin(inspection->kv, TXN_READ, &inspection->txn)
		       : e;
}

/* Without the key everything else can still be looked at. */
static enum err
load_seal(struct inspection *inspection, const struct store_options *options,
    struct store_error *why)
{
	auto_free(secret) struct secret *master = NULL;
	struct masterkey_file file;
	struct store_error unheard = {""};
	enum err e = store_find_master(options, &file, &master, &unheard);

	if (e != OK)
		return e == ERR_NO_MEMORY ? e : OK;
	e = datakeys_load(
	    &inspection->seal, inspection->txn, master, options->host);
	if (e == ERR_CRYPTO)
		return store_refuse(why, e,
		    "the master key %s is not the one that the store %s was "
		    "made with",
		    masterkey_name(&file), options->path);
	return e;
}

enum err
inspection_open(struct inspection *inspection,
    const struct store_options *options, struct store_error *why)
{
	enum err e = kv_open_reader(&inspection->kv, options->path, why);

	if (e == OK)
		e = check_schema(inspection->kv, options->path, why);
	if (e == OK)
		e = open_tables(inspection);
	if (e == OK)
		e = load_seal(inspection, options, why);
	if (e == OK)
		return OK;
	if (why->text[0] == '\0')
		(void)!store_refuse(why, e, "the store %s cannot be read: %s",
		    options->path, err_text(e));
	inspection_clear(inspection);
	return e;
}
