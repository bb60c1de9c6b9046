/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/restore.h"

#include "lmdb-store/backup.h"
#include "lmdb-store/check.h"
#include "lmdb-store/directory.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/restored.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Entries between two words on how far it is. */
#define CHECK_STEP 1000

/* The new store, as options to open it where it is made. */
struct draft {
	struct swap_place place;
	char path[PATH_MAX];
	struct store_options options;
	bool has_key;
};

static enum err
find_draft(
    const struct restore *restore, struct draft *draft, struct store_error *why)
{
	int size;

	draft->place =
	    restore->dry_run ? swap_place_of_process() : swap_place_of_all();
	size = snprintf(draft->path, sizeof(draft->path), "%s/%s",
	    restore->store->path, draft->place.name);
	draft->options = *restore->store;
	draft->options.path = draft->path;
	if (size > 0 && (size_t)size < sizeof(draft->path))
		return OK;
	return store_refuse(
	    why, ERR_CONFIG, "the path of the store is too long");
}

static enum err
find_key(struct draft *draft, struct store_error *why)
{
	auto_free(secret) struct secret *key = NULL;
	struct masterkey_file file;
	enum err e = store_find_master(&draft->options, &file, &key, why);

	draft->has_key = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
refuse_newer(int64_t schema, const char *writer, struct store_error *why)
{
	return store_refuse(why, ERR_STORE_NEWER,
	    "the backup is of schema %" PRId64 ", written by jwt-agent %s; "
	    "this one knows schema %d: install the newer one",
	    schema, writer, SCHEMA_VERSION);
}

static enum err
write_draft(struct restore *restore, const struct draft *draft, int directory,
    int fd, struct store_error *why)
{
	auto_clear(backup) struct backup backup = {0};
	auto_fd int data = -1;
	enum err e = backup_open(&backup, fd, why);

	if (e == OK && backup.head.schema > SCHEMA_VERSION)
		e = refuse_newer(backup.head.schema, backup.head.writer, why);
	if (e == OK)
		e = swap_begin(directory, &draft->place, &data, why);
	if (e == OK)
		e = backup_extract(
		    &backup, data, restore->total, restore->reading, why);
	if (e == OK && fsync(data) != 0)
		e = store_refuse(why, ERR_IO,
		    "the new store cannot be written: %s", strerror(errno));
	restore->time = backup.head.time;
	return e;
}

/* Opens a draft with only the table meta. */
static enum err
open_meta(struct kv **kv, struct txn **txn, const struct draft *draft,
    enum txn_mode mode, struct store_error *why)
{
	static const char *const meta[] = {"meta"};
	const struct kv_options options = {
	    draft->path, draft->options.map_start, draft->options.map_max};
	enum err e = *kv == NULL ? kv_open(kv, &options, why) : OK;

	if (e != OK)
		return e;
	e = kv_begin(*kv, mode, txn);
	return e == OK ? txn_open_tables(*txn, meta, 1) : e;
}

/* What the file says of itself counts, and not the head of the backup. */
static enum err
read_schema(
    struct restore *restore, const struct draft *draft, struct store_error *why)
{
	auto_free(kv) struct kv *kv = NULL;
	auto_free(txn) struct txn *txn = NULL;
	struct schema schema = {.version = 0};
	enum err e = open_meta(&kv, &txn, draft, TXN_READ, why);

	if (kv == NULL)
		return e;
	if (e == OK)
		e = schema_read(txn, &schema);
	restore->schema = schema.version;
	if (e == ERR_STORE_NEWER)
		return refuse_newer(schema.version, "another version", why);
	if (e == ERR_NOT_FOUND || (e == OK && schema.version == 0))
		return store_refuse(
		    why, ERR_MALFORMED, "what is in the backup is no store");
	return e == OK ? OK
		       : store_refuse(why, e,
			     "the store in the backup cannot be read: %s (%s)",
			     err_text(e), kv_problem(kv));
}

/* How many entries all tables have. */
static enum err
count_entries(struct txn *txn, uint64_t *total)
{
	enum err e = OK;

	for (unsigned int i = 0; i < TABLE_COUNT && e == OK; i++) {
		size_t entries = 0;

		e = txn_entries(txn, i, &entries);
		*total += entries;
	}
	return e;
}

static enum err
refuse_damaged(const struct check_step *step, struct store_error *why)
{
	const struct check_finding *first = &step->finding[0];

	return store_refuse(why, ERR_STORE_DAMAGED,
	    "the store in the backup is not sound: %s %s %s (%s)",
	    table_name(step->table), first->key, first->problem, first->rule);
}

static enum err
check(struct restore *restore, struct txn *txn, const struct seal *seal,
    struct store_error *why)
{
	struct check_place place = {0};
	uint64_t total = 0;
	enum err e = count_entries(txn, &total);

	while (e == OK) {
		struct check_step step = {.entries = 0};

		e = check_step(txn, seal, &place, CHECK_STEP, &step);
		restore->entries += step.entries;
		if (e == OK && step.problems > 0)
			return refuse_damaged(&step, why);
		progress_at(
		    restore->checking, (uint64_t)restore->entries, total);
	}
	if (e == ERR_NOT_FOUND)
		return OK;
	return store_refuse(why, e,
	    "the store in the backup cannot be "
	    "checked: %s",
	    err_text(e));
}

/* With the master key it is opened as the agent does, but needs no backup
 * before it is migrated: it is then of our schema, and every secret is opened. */
static enum err
check_with_key(
    struct restore *restore, const struct draft *draft, struct store_error *why)
{
	auto_free(store) struct store *store = NULL;
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_open_as_is(&store, &draft->options, why);

	if (e == OK)
		e = store_migrate(store, SCHEMA_VERSION, &draft->options, why);
	if (e == ERR_CRYPTO)
		return store_refuse(why, e,
		    "the master key is not the one of the backup: put the key "
		    "in place that was in use when it was made");
	if (e != OK)
		return e;
	e = store_begin(store, TXN_READ, &txn);
	if (e != OK)
		return store_refuse(why, e, "%s", err_text(e));
	restore->sealed = true;
	return check(restore, txn, store_seal(store), why);
}

/* Without it what is sealed stays unread, and an older store as it is. */
static enum err
check_without_key(
    struct restore *restore, const struct draft *draft, struct store_error *why)
{
	auto_free(kv) struct kv *kv = NULL;
	auto_free(txn) struct txn *txn = NULL;
	enum err e;

	if (restore->schema != SCHEMA_VERSION)
		return OK;
	e = open_meta(&kv, &txn, draft, TXN_READ, why);
	if (e == OK)
		e = tables_open(txn);
	if (e == OK)
		return check(restore, txn, NULL, why);
	return kv == NULL ? e : store_refuse(why, e, "%s", err_text(e));
}

static enum err
put_mark(struct kv **kv, const struct restore *restore,
    const struct draft *draft, struct store_error *why)
{
	const struct restored_record mark = {
	    .time = host_now(restore->store->host),
	    .backup = restore->time,
	    .revoke = restore->revoke_tokens,
	};
	auto_free(txn) struct txn *txn = NULL;
	enum err e = open_meta(kv, &txn, draft, TXN_WRITE, why);

	if (e == OK)
		e = restored_put(txn, &mark);
	return e == OK ? txn_commit(TAKE(txn)) : e;
}

/* What the agent is to find at its start. */
static enum err
mark(const struct restore *restore, const struct draft *draft,
    struct store_error *why)
{
	auto_free(kv) struct kv *kv = NULL;
	enum err e = put_mark(&kv, restore, draft, why);

	while (e == ERR_STORE_GROW) {
		e = kv_grow(kv);
		if (e == OK)
			e = put_mark(&kv, restore, draft, why);
	}
	if (e == OK || kv == NULL)
		return e;
	return store_refuse(why, e, "the new store cannot be written: %s (%s)",
	    err_text(e), kv_problem(kv));
}

static enum err
prepare(struct restore *restore, struct draft *draft, int directory, int fd,
    struct store_error *why)
{
	enum err e = find_key(draft, why);

	if (e == OK)
		e = write_draft(restore, draft, directory, fd, why);
	if (e == OK)
		e = read_schema(restore, draft, why);
	if (e == OK)
		e = draft->has_key ? check_with_key(restore, draft, why)
				   : check_without_key(restore, draft, why);
	if (e == OK && !restore->dry_run)
		e = mark(restore, draft, why);
	return e;
}

/* What goes wrong here is said of what went wrong before, or not at all. */
static enum err
clear_away(const struct draft *draft, int directory, enum err e,
    struct store_error *why)
{
	struct store_error also;

	if (swap_remove(directory, &draft->place, &also) != OK && e == OK)
		return store_refuse(why, ERR_IO, "%s", also.text);
	return e;
}

enum err
restore_run(struct restore *restore, int fd, struct store_error *why)
{
	auto_fd int directory = -1;
	const char *path = restore->store->path;
	struct draft draft;
	enum err e = find_draft(restore, &draft, why);

	if (e == OK)
		e = restore->dry_run ? directory_visit(&directory, path, why)
				     : directory_open(&directory, path, why);
	if (e == OK && !restore->dry_run)
		e = swap_clean_up(directory, why);
	if (e != OK)
		return e;
	e = prepare(restore, &draft, directory, fd, why);
	if (e == OK && !restore->dry_run)
		e = swap_end(directory, host_now(restore->store->host),
		    restore->aside, why);
	return clear_away(&draft, directory, e, why);
}
