/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/store.h"

#include "lmdb-store/damage.h"
#include "lmdb-store/datakey.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/store_parts.h"
#include "lmdb-store/swap.h"

#include <fcntl.h>
#include <inttypes.h>

void
store_free(struct store *store)
{
	if (store == NULL)
		return;
	seal_free(store->seal);
	secret_free(store->master);
	kv_free(store->kv);
	free(store);
}

/* What it takes to open a store. */
struct opening {
	const struct store_options *options;
	struct masterkey_file file;
	struct secret *master; /* NULL: it is not there */
	struct store_error *why;
};

static void
opening_clear(struct opening *opening)
{
	secret_free(opening->master);
}

enum err
store_find_master(const struct store_options *options,
    struct masterkey_file *file, struct secret **out, struct store_error *why)
{
	enum err e = masterkey_find(
	    file, options->master_key, options->master_key_command, why);

	if (e == OK && options->master != NULL)
		return secret_new(out, secret_data(options->master),
		    secret_size(options->master));
	return e == OK ? masterkey_load(out, file, why) : e;
}

/* Before the store is touched. */
static enum err
find_master(struct opening *opening)
{
	enum err e = store_find_master(
	    opening->options, &opening->file, &opening->master, opening->why);

	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
make_master(struct opening *opening, bool blank)
{
	if (opening->master != NULL)
		return OK;
	if (blank)
		return masterkey_create(&opening->master, &opening->file,
		    opening->options->host, opening->why);
	return store_refuse(opening->why, ERR_CONFIG,
	    "the master key %s is missing, and the store %s cannot be opened "
	    "without it: put it back from your backup",
	    opening->file.path, opening->options->path);
}

static enum err
take_seal(
    struct store *store, struct txn *txn, struct opening *opening, bool blank)
{
	const struct host *host = opening->options->host;
	enum err e = make_master(opening, blank);

	if (e != OK)
		return e;
	if (blank)
		e = datakeys_create(txn, opening->master, host);
	if (e == OK)
		e = datakeys_open(&store->seal, txn, opening->master, host);
	if (e == ERR_CRYPTO && !blank)
		return store_refuse(opening->why, e,
		    "the master key %s is not the one that the store %s was "
		    "made with: put back the right one",
		    masterkey_name(&opening->file), opening->options->path);
	return e;
}

/* In one transaction, so that a start that fails leaves nothing behind. A new
 * store is of the newest schema at once. */
static enum err
start(struct store *store, struct opening *opening)
{
	const struct schema newest = {.version = SCHEMA_VERSION};
	auto_free(txn) struct txn *txn = NULL;
	bool blank = false;
	enum err e = kv_begin(store->kv, TXN_WRITE, &txn);

	if (e == OK)
		e = tables_open(txn);
	if (e == OK)
		e = schema_read(txn, &store->schema);
	blank = e == OK && store->schema.version == 0;
	if (e == OK)
		e = take_seal(store, txn, opening, blank);
	if (e == OK && blank)
		e = schema_write(txn, &newest);
	if (e == OK)
		e = txn_commit(TAKE(txn));
	if (e == OK && blank)
		store->schema = newest;
	return e;
}

static enum err
start_growing(struct store *store, struct opening *opening)
{
	enum err e = start(store, opening);

	while (e == ERR_STORE_GROW) {
		seal_free(TAKE(store->seal));
		e = kv_grow(store->kv);
		if (e == OK)
			e = start(store, opening);
	}
	return e;
}

static enum err
explain(const struct store *store, const struct store_options *options,
    enum err e, struct store_error *why)
{
	if (why->text[0] != '\0')
		return e;
	if (e == ERR_STORE_NEWER)
		return schema_refuse_newer(&store->schema, options->path, why);
	if (e == ERR_STORE_FULL)
		return store_refuse(why, e,
		    "the store %s is full: raise its largest size",
		    options->path);
	return store_refuse(why, e, "the store %s cannot be opened: %s (%s)",
	    options->path, err_text(e), kv_problem(store->kv));
}

/* What an interrupted restore left takes room, and does no other harm. */
static void
clean_up(const char *path)
{
	auto_fd int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct store_error ignored;

	if (directory >= 0 && swap_clean_up(directory, &ignored) != OK)
		return; /* the next start tries again */
}

enum err
store_open_as_is(struct store **out, const struct store_options *options,
    struct store_error *why)
{
	const struct kv_options kv_options = {
	    options->path, options->map_start, options->map_max};
	auto_free(store) struct store *store = calloc(1, sizeof(*store));
	auto_clear(opening) struct opening opening = {
	    .options = options, .why = why};
	enum err e;

	why->text[0] = '\0';
	if (store == NULL)
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	store->host = options->host;
	e = find_master(&opening);
	if (e == OK)
		e = damage_check(options->path, false, why);
	if (e == OK)
		e = kv_open(&store->kv, &kv_options, why);
	if (e == OK)
		e = damage_check(options->path, kv_is_short(store->kv), why);
	if (e != OK)
		return e;
	clean_up(options->path);
	e = start_growing(store, &opening);
	if (e != OK)
		return explain(store, options, e, why);
	store->master = TAKE(opening.master);
	*out = TAKE(store);
	return OK;
}

const struct schema *
store_schema(const struct store *store)
{
	return &store->schema;
}

enum err
store_begin(struct store *store, enum txn_mode mode, struct txn **out)
{
	return kv_begin(store->kv, mode, out);
}

enum err
store_grow(struct store *store)
{
	return kv_grow(store->kv);
}

enum err
store_drop_dead_readers(struct store *store, int *dropped)
{
	return kv_drop_dead_readers(store->kv, dropped);
}

enum err
store_open_reserve(struct store *store)
{
	return kv_open_reserve(store->kv);
}

enum err
store_close_reserve(struct store *store)
{
	return kv_close_reserve(store->kv);
}

const struct secret *
store_master(const struct store *store)
{
	return store->master;
}

void
store_set_master(struct store *store, struct secret *master)
{
	secret_free(store->master);
	store->master = master;
}

void
store_set_seal(struct store *store, struct seal *seal)
{
	seal_free(store->seal);
	store->seal = seal;
}

const struct seal *
store_seal(const struct store *store)
{
	return store->seal;
}

size_t
store_size(const struct store *store)
{
	return kv_size(store->kv);
}

size_t
store_map_size(const struct store *store)
{
	return kv_map_size(store->kv);
}

const char *
store_problem(const struct store *store)
{
	return kv_problem(store->kv);
}
