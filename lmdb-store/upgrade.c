/* SPDX-License-Identifier: BSD-3-Clause */

/* A store that is not of the newest schema: backed up, migrated, opened. */

#include "lmdb-store/store.h"

#include "lmdb-store/datakey.h"
#include "lmdb-store/precaution.h"
#include "lmdb-store/store_parts.h"

#include <inttypes.h>

static enum err
reload_seal(struct store *store)
{
	auto_free(txn) struct txn *txn = NULL;
	struct seal *seal = NULL;
	enum err e = kv_begin(store->kv, TXN_READ, &txn);

	if (e == OK)
		e = datakeys_load(&seal, txn, store->master, store->host);
	if (e == OK)
		store_set_seal(store, seal);
	return e;
}

/* Hands on how far a backup is. */
struct backing_up {
	const struct store_options *options;
	struct migration_progress at;
};

static void
on_backup(void *context, uint64_t done, uint64_t total)
{
	struct backing_up *backing_up = context;

	backing_up->at.done = done;
	backing_up->at.total = total;
	if (backing_up->options->report != NULL)
		backing_up->options->report(
		    backing_up->options->context, &backing_up->at);
}

enum err
store_back_up(struct store *store, const struct store_options *options,
    char **file, struct store_error *why)
{
	struct backing_up backing_up = {
	    .options = options,
	    .at = {.from = store->schema.version,
		.to = store->schema.version,
		.name = "backup"},
	};
	const struct progress progress = {on_backup, &backing_up};
	const struct precaution precaution = {
	    .store = options->path,
	    .schema = store->schema.version,
	    .now = host_now(store->host),
	    .progress = &progress,
	};

	return precaution_take(&precaution, store->kv, file, why);
}

static enum err
stopped(const struct store *store, int64_t to,
    const struct store_options *options, enum err e, struct store_error *why)
{
	return store_refuse(why, e,
	    "the store %s cannot be migrated to schema %" PRId64 ": %s (%s). "
	    "What is done is kept: the next start goes on, and 'jwt-agent "
	    "store migrate --to N' turns back",
	    options->path, to, err_text(e), kv_problem(store->kv));
}

enum err
store_migrate(struct store *store, int64_t to,
    const struct store_options *options, struct store_error *why)
{
	const struct migration migration = {
	    .kv = store->kv,
	    .seal = store->seal,
	    .master = store->master,
	    .host = store->host,
	    .now = host_now(store->host),
	    .report = options->report,
	    .context = options->context,
	};
	int64_t unreadable;
	enum err e = migration_run(&migration, to, &unreadable);

	why->text[0] = '\0';
	if (e == OK) {
		store->schema = (struct schema){.version = to};
		e = reload_seal(store);
	}
	return e == OK ? OK : stopped(store, to, options, e, why);
}

enum err
store_plan(
    struct store *store, int64_t at, int64_t to, struct migration_step *out)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = kv_begin(store->kv, TXN_READ, &txn);

	return e == OK ? migration_plan(txn, at, to, host_now(store->host), out)
		       : e;
}

/* What is half migrated has been backed up already. */
static enum err
bring_up(struct store *store, const struct store_options *options,
    struct store_error *why)
{
	auto_str char *file = NULL;
	enum err e = OK;

	if (!store->schema.under_way && store->schema.version == SCHEMA_VERSION)
		return OK;
	if (!store->schema.under_way)
		e = store_back_up(store, options, &file, why);
	return e == OK ? store_migrate(store, SCHEMA_VERSION, options, why) : e;
}

enum err
store_open(struct store **out, const struct store_options *options,
    struct store_error *why)
{
	auto_free(store) struct store *store = NULL;
	enum err e = store_open_as_is(&store, options, why);

	if (e == OK)
		e = bring_up(store, options, why);
	if (e == OK)
		*out = TAKE(store);
	return e;
}
