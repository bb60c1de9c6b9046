/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/kv.h"

#include "lmdb-store/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* How often the store may have grown between two looks at it. */
#define GROWTHS_MAX 8
/* Of the lock.mdb that LMDB makes for its 126 readers. */
#define LOCK_SIZE 8192
/* The handle of LMDB's own table of them, which can only be read. */
#define FREE_PAGES 0

struct kv {
	MDB_env *env;
	int directory; /* holds the lock; a reader's is of data.mdb */
	bool reader;
	char *path;
	size_t map_max;
	MDB_dbi tables[KV_TABLES_MAX];
	const char *const *names; /* of the tables; the caller's */
	size_t table_count;
	size_t open; /* transactions */
	bool writing;
	bool lost; /* LMDB gave up: open_again() before anything else */
	int problem;
};

struct txn {
	struct kv *kv;
	MDB_txn *mdb;
	enum txn_mode mode;
	enum err error;
	size_t writes;
};

static enum err
to_err(struct kv *kv, int code)
{
	if (code == MDB_SUCCESS)
		return OK;
	if (code == MDB_NOTFOUND)
		return ERR_NOT_FOUND;
	kv->problem = code;
	switch (code) {
	case MDB_MAP_FULL:
		return ERR_STORE_GROW;
	case MDB_KEYEXIST:
	case MDB_BAD_VALSIZE:
		return ERR_INTERNAL;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_CURSOR_FULL: /* deeper than any tree can be */
		return ERR_STORE_DAMAGED;
	case ENOSPC:
	case EDQUOT:
		return ERR_DISK_FULL;
	case EROFS:
		return ERR_STORE_READ_ONLY;
	case ENOMEM:
		return ERR_NO_MEMORY;
	default:
		return ERR_STORE;
	}
}

static size_t
whole_pages(size_t size)
{
	return size & ~((size_t)sysconf(_SC_PAGESIZE) - 1);
}

/*
 * LMDB maps this file and writes into its pages. Were there no room for them
 * on the disk, that would be a signal and no error.
 */
static int
take_room_for_lock(const struct kv *kv)
{
	auto_fd int fd = -1;

	if (kv->reader)
		return 0;
	fd = openat(kv->directory, "lock.mdb",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? errno : posix_fallocate(fd, 0, LOCK_SIZE);
}

/* MDB_NOTLS ties a reader's slot to its transaction and not to the thread. A
 * size of 0 is what the store has already. */
static int
open_env(struct kv *kv, const char *path, size_t size)
{
	const unsigned int flags = kv->reader ? MDB_RDONLY : 0;
	int dead;
	int code = take_room_for_lock(kv);

	if (code == 0)
		code = mdb_env_create(&kv->env);
	if (code == 0)
		code = mdb_env_set_maxdbs(kv->env, KV_TABLES_MAX);
	if (code == 0 && size > 0)
		code = mdb_env_set_mapsize(kv->env, size);
	if (code == 0)
		code = mdb_env_open(kv->env, path, MDB_NOTLS | flags, 0600);
	if (code == 0)
		code = mdb_reader_check(kv->env, &dead);
	return code;
}

static const char *
advice_on(enum err e)
{
	switch (e) {
	case ERR_STORE_DAMAGED:
		return ", its file is damaged: restore a backup, type: "
		       "jwt-agent store restore FILE";
	case ERR_DISK_FULL:
		return ", free some room on its disk";
	case ERR_STORE_READ_ONLY:
		return ", the kernel's log may say why";
	default:
		return "";
	}
}

static enum err
cannot_open(struct kv *kv, const char *path, int code, struct store_error *why)
{
	enum err e = to_err(kv, code);

	return store_refuse(why, e, "the store %s cannot be opened: %s%s", path,
	    mdb_strerror(code), advice_on(e));
}

enum err
kv_open(
    struct kv **out, const struct kv_options *options, struct store_error *why)
{
	auto_free(kv) struct kv *kv = calloc(1, sizeof(*kv));
	enum err e;
	int code;

	if (kv == NULL)
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	kv->directory = -1;
	kv->map_max = whole_pages(options->map_max);
	kv->path = strdup(options->path);
	if (kv->path == NULL)
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	e = directory_open(&kv->directory, options->path, why);
	if (e != OK)
		return e;
	code = open_env(kv, options->path, whole_pages(options->map_start));
	if (code == 0 && fsync(kv->directory) != 0)
		code = errno;
	if (code != 0)
		return cannot_open(kv, options->path, code, why);
	*out = TAKE(kv);
	return OK;
}

enum err
kv_open_reader(struct kv **out, const char *path, struct store_error *why)
{
	auto_free(kv) struct kv *kv = calloc(1, sizeof(*kv));
	enum err e;
	int code;

	if (kv == NULL)
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	kv->directory = -1;
	kv->reader = true;
	e = directory_read(&kv->directory, path, why);
	if (e != OK)
		return e;
	code = open_env(kv, path, 0);
	if (code != 0)
		return cannot_open(kv, path, code, why);
	*out = TAKE(kv);
	return OK;
}

void
kv_free(struct kv *kv)
{
	if (kv == NULL)
		return;
	if (kv->env != NULL)
		mdb_env_close(kv->env);
	if (kv->directory >= 0)
		close(kv->directory);
	free(kv->path);
	free(kv);
}

static enum err
resize(struct kv *kv, size_t size)
{
	int code = mdb_env_set_mapsize(kv->env, size);

	/* LMDB has dropped the old map by then, and has no new one */
	kv->lost = code != 0;
	return to_err(kv, code);
}

enum err
kv_grow(struct kv *kv)
{
	size_t size = kv_map_size(kv);

	if (kv->open > 0 || kv->reader)
		return ERR_INTERNAL;
	if (kv->lost)
		return ERR_STORE;
	if (size >= kv->map_max)
		return ERR_STORE_FULL;
	return resize(kv, size > kv->map_max / 2 ? kv->map_max : size * 2);
}

enum err
kv_open_reserve(struct kv *kv)
{
	size_t size = whole_pages(kv->map_max + kv->map_max / KV_RESERVE_PART);

	if (kv->open > 0 || kv->reader)
		return ERR_INTERNAL;
	if (kv->lost)
		return ERR_STORE;
	return kv_map_size(kv) < kv->map_max ? kv_grow(kv) : resize(kv, size);
}

/* LMDB makes the map no smaller than what is in use. */
enum err
kv_close_reserve(struct kv *kv)
{
	if (kv->open > 0 || kv->reader)
		return ERR_INTERNAL;
	if (kv->lost)
		return ERR_STORE;
	return kv_map_size(kv) > kv->map_max ? resize(kv, kv->map_max) : OK;
}

size_t
kv_size(const struct kv *kv)
{
	MDB_envinfo info;
	MDB_stat stat;

	if (kv->lost || mdb_env_info(kv->env, &info) != 0 ||
	    mdb_env_stat(kv->env, &stat) != 0)
		return 0;
	return (info.me_last_pgno + 1) * stat.ms_psize;
}

size_t
kv_map_size(const struct kv *kv)
{
	MDB_envinfo info;

	if (kv->lost || mdb_env_info(kv->env, &info) != 0)
		return 0;
	return info.me_mapsize;
}

const char *
kv_problem(const struct kv *kv)
{
	return kv->problem == 0 ? "no fault" : mdb_strerror(kv->problem);
}

/* The writer beside us has grown the store: take over its size. Only a reader
 * comes here, for nobody but the writer ever grows it. */
static int
follow_growth(struct kv *kv)
{
	int code = kv->open > 0 || !kv->reader
	    ? MDB_MAP_RESIZED
	    : mdb_env_set_mapsize(kv->env, 0);

	/* LMDB has dropped the old map by then, and has no new one */
	kv->lost = kv->reader && kv->open == 0 && code != 0;
	return code;
}

static int
open_tables(struct kv *kv, MDB_txn *txn, unsigned int flags)
{
	int code = 0;

	for (size_t i = 0; i < kv->table_count && code == 0; i++)
		code = mdb_dbi_open(txn, kv->names[i], flags, &kv->tables[i]);
	return code;
}

static int
open_tables_again(struct kv *kv)
{
	MDB_txn *txn = NULL;
	int code = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

	if (code != 0)
		return code;
	code = open_tables(kv, txn, 0);
	if (code == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return code;
}

/*
 * After a meta page could not be written LMDB puts back the old one, in the
 * page cache only, and gives up (MDB_PANIC). What is in the cache has to be
 * on the disk before pages are used again that the new one, which may have
 * reached the disk all the same, refers to.
 */
static enum err
open_again(struct kv *kv)
{
	size_t size = kv->lost ? kv->map_max : kv_map_size(kv);
	int code;

	if (kv->open > 0 || kv->reader)
		return ERR_STORE;
	kv->lost = true;
	if (kv->env != NULL)
		mdb_env_close(TAKE(kv->env));
	code = open_env(kv, kv->path, size);
	if (code == 0)
		code = mdb_env_sync(kv->env, 1);
	if (code == 0)
		code = open_tables_again(kv);
	kv->lost = code != 0;
	return to_err(kv, code);
}

static int
begin(struct kv *kv, unsigned int flags, MDB_txn **out)
{
	int code = mdb_txn_begin(kv->env, NULL, flags, out);

	for (int i = 0; code == MDB_MAP_RESIZED && i < GROWTHS_MAX; i++) {
		code = follow_growth(kv);
		if (code == 0)
			code = mdb_txn_begin(kv->env, NULL, flags, out);
	}
	return code;
}

/* LMDB begins a transaction of its own, before it writes anything. */
static int
copy(struct kv *kv, int fd)
{
	int code = mdb_env_copyfd2(kv->env, fd, MDB_CP_COMPACT);

	for (int i = 0; code == MDB_MAP_RESIZED && i < GROWTHS_MAX; i++) {
		code = follow_growth(kv);
		if (code == 0)
			code = mdb_env_copyfd2(kv->env, fd, MDB_CP_COMPACT);
	}
	return code;
}

enum err
kv_copy(struct kv *kv, int fd)
{
	enum err e;

	if (kv->open > 0)
		return ERR_INTERNAL;
	if (kv->lost)
		return ERR_STORE;
	e = to_err(kv, copy(kv, fd));
	/* where it is written to is not the store's disk */
	return e == ERR_DISK_FULL || e == ERR_STORE_READ_ONLY ? ERR_STORE : e;
}

enum err
kv_drop_dead_readers(struct kv *kv, int *dropped)
{
	if (kv->lost)
		return ERR_STORE;
	return to_err(kv, mdb_reader_check(kv->env, dropped));
}

static enum err
begin_or_open_again(struct kv *kv, enum txn_mode mode, MDB_txn **out)
{
	const unsigned int flags = mode == TXN_READ ? MDB_RDONLY : 0;
	int code = begin(kv, flags, out);
	enum err e = OK;

	if (code == MDB_PANIC) {
		e = open_again(kv);
		if (e == OK)
			code = begin(kv, flags, out);
	}
	return e == OK ? to_err(kv, code) : e;
}

enum err
kv_begin(struct kv *kv, enum txn_mode mode, struct txn **out)
{
	struct txn *txn = NULL;
	enum err e = kv->lost ? open_again(kv) : OK;

	if (e != OK)
		return e;
	/* LMDB would wait for the other one for ever */
	if (mode == TXN_WRITE && (kv->writing || kv->reader))
		return ERR_INTERNAL;
	txn = calloc(1, sizeof(*txn));
	if (txn == NULL)
		return ERR_NO_MEMORY;
	e = begin_or_open_again(kv, mode, &txn->mdb);
	if (e != OK) {
		free(txn);
		return e;
	}
	txn->kv = kv;
	txn->mode = mode;
	kv->open++;
	kv->writing |= mode == TXN_WRITE;
	*out = txn;
	return OK;
}

/* The handle of LMDB is gone already. */
static void
forget(struct txn *txn)
{
	txn->kv->open--;
	if (txn->mode == TXN_WRITE)
		txn->kv->writing = false;
	free(txn);
}

void
txn_free(struct txn *txn)
{
	if (txn == NULL)
		return;
	mdb_txn_abort(txn->mdb);
	forget(txn);
}

enum err
txn_commit(struct txn *txn)
{
	enum err e = txn->error;

	if (e != OK) {
		txn_free(txn);
		return e;
	}
	e = to_err(txn->kv, mdb_txn_commit(txn->mdb));
	forget(txn);
	return e;
}

enum err
txn_error(const struct txn *txn)
{
	return txn->error;
}

enum err
txn_fail(struct txn *txn, enum err e)
{
	if (txn->error == OK)
		txn->error = e;
	return txn->error;
}

/* The outcome of a call of LMDB on this transaction. */
static enum err
outcome(struct txn *txn, int code)
{
	enum err e = to_err(txn->kv, code);

	return e == OK || e == ERR_NOT_FOUND ? e : txn_fail(txn, e);
}

enum err
txn_open_tables(struct txn *txn, const char *const *names, size_t count)
{
	struct kv *kv = txn->kv;
	const unsigned int flags = txn->mode == TXN_WRITE ? MDB_CREATE : 0;
	int code;

	if (txn->error != OK)
		return txn->error;
	if (count > KV_TABLES_MAX)
		return txn_fail(txn, ERR_INTERNAL);
	kv->names = names;
	kv->table_count = count;
	code = open_tables(kv, txn->mdb, flags);
	if (code != 0)
		kv->table_count = 0;
	return code == 0 ? OK : outcome(txn, code);
}

static bool
storable(struct slice key)
{
	return key.size > 0 && key.size <= KV_KEY_MAX;
}

/* LMDB takes what it only reads without const, too. */
static MDB_val
to_val(struct slice slice)
{
	return (MDB_val){slice.size, (void *)(uintptr_t)slice.data};
}

static struct slice
to_slice(MDB_val val)
{
	return (struct slice){val.mv_data, val.mv_size};
}

/* The fault that stands in the way of any call, or OK. */
static enum err
ready(struct txn *txn, unsigned int table)
{
	if (txn->error == OK && table >= txn->kv->table_count)
		return txn_fail(txn, ERR_INTERNAL);
	return txn->error;
}

/* Bounds of what is borrowed from the file, which somebody may have damaged. A
 * key of no bytes would lead whoever walks by keys back to the first one. */
static bool
is_sound(MDB_val key, MDB_val value)
{
	return key.mv_size > 0 && key.mv_size <= KV_KEY_MAX &&
	    value.mv_size <= KV_VALUE_MAX;
}

static enum err
damaged(struct txn *txn)
{
	return outcome(txn, MDB_CORRUPTED);
}

enum err
txn_get(
    struct txn *txn, unsigned int table, struct slice key, struct slice *value)
{
	MDB_val at = to_val(key), found;
	enum err e = ready(txn, table);

	if (e == OK && !storable(key))
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = outcome(txn,
		    mdb_get(txn->mdb, txn->kv->tables[table], &at, &found));
	if (e == OK && !is_sound(at, found))
		e = damaged(txn);
	if (e == OK)
		*value = to_slice(found);
	return e;
}

static enum err
put(struct txn *txn, unsigned int table, struct slice key, struct slice value,
    unsigned int flags)
{
	MDB_val at = to_val(key), data = to_val(value);
	enum err e = ready(txn, table);

	if (e != OK)
		return e;
	if (!storable(key) || value.size > KV_VALUE_MAX)
		return txn_fail(txn, ERR_INTERNAL);
	txn->writes++;
	return outcome(
	    txn, mdb_put(txn->mdb, txn->kv->tables[table], &at, &data, flags));
}

size_t
txn_writes(const struct txn *txn)
{
	return txn->writes;
}

enum err
txn_put(
    struct txn *txn, unsigned int table, struct slice key, struct slice value)
{
	return put(txn, table, key, value, 0);
}

enum err
txn_append(
    struct txn *txn, unsigned int table, struct slice key, struct slice value)
{
	return put(txn, table, key, value, MDB_APPEND);
}

enum err
txn_delete(struct txn *txn, unsigned int table, struct slice key)
{
	MDB_val at = to_val(key);
	enum err e = ready(txn, table);

	if (e != OK)
		return e;
	if (!storable(key))
		return ERR_NOT_FOUND;
	txn->writes++;
	return outcome(
	    txn, mdb_del(txn->mdb, txn->kv->tables[table], &at, NULL));
}

static bool
same(MDB_val val, struct slice slice)
{
	return val.mv_size == slice.size &&
	    memcmp(val.mv_data, slice.data, slice.size) == 0;
}

static int
move_to(MDB_cursor *cursor, struct slice from, MDB_val *key, MDB_val *value)
{
	*key = to_val(from);
	return mdb_cursor_get(
	    cursor, key, value, from.size == 0 ? MDB_FIRST : MDB_SET_RANGE);
}

static int
move_after(MDB_cursor *cursor, struct slice after, MDB_val *key, MDB_val *value)
{
	int code = move_to(cursor, after, key, value);

	if (code == 0 && same(*key, after))
		code = mdb_cursor_get(cursor, key, value, MDB_NEXT);
	return code;
}

/* The entry before the first one that is not less. */
static int
move_before(
    MDB_cursor *cursor, struct slice before, MDB_val *key, MDB_val *value)
{
	int code = MDB_NOTFOUND;

	if (before.size > 0)
		code = move_to(cursor, before, key, value);
	if (code != 0 && code != MDB_NOTFOUND)
		return code;
	return mdb_cursor_get(
	    cursor, key, value, code == 0 ? MDB_PREV : MDB_LAST);
}

static int
compare(struct slice left, struct slice right)
{
	size_t size = left.size < right.size ? left.size : right.size;
	int order = memcmp(left.data, right.data, size);

	if (order != 0)
		return order;
	return left.size < right.size ? -1 : left.size > right.size;
}

/* Whether a key lies where it was looked for. One that does not would make
 * whoever walks by keys walk for ever. */
static bool
seek_found(struct slice key, struct slice from)
{
	return compare(key, from) >= 0;
}

static bool
next_found(struct slice key, struct slice after)
{
	return after.size == 0 || compare(key, after) > 0;
}

static bool
prev_found(struct slice key, struct slice before)
{
	return before.size == 0 || compare(key, before) < 0;
}

typedef bool (*finder)(struct slice key, struct slice mark);

typedef int (*mover)(
    MDB_cursor *cursor, struct slice mark, MDB_val *key, MDB_val *value);

static enum err
walk(struct txn *txn, unsigned int table, mover move, finder found,
    struct slice mark, struct slice *key, struct slice *value)
{
	MDB_cursor *cursor;
	MDB_val at, data;
	enum err e = ready(txn, table);

	if (e != OK)
		return e;
	if (mark.size > KV_KEY_MAX)
		return ERR_NOT_FOUND;
	e = outcome(
	    txn, mdb_cursor_open(txn->mdb, txn->kv->tables[table], &cursor));
	if (e != OK)
		return e;
	e = outcome(txn, move(cursor, mark, &at, &data));
	mdb_cursor_close(cursor);
	if (e == OK && (!is_sound(at, data) || !found(to_slice(at), mark)))
		e = damaged(txn);
	if (e != OK)
		return e;
	*key = to_slice(at);
	if (value != NULL)
		*value = to_slice(data);
	return OK;
}

enum err
txn_seek(struct txn *txn, unsigned int table, struct slice from,
    struct slice *key, struct slice *value)
{
	return walk(txn, table, move_to, seek_found, from, key, value);
}

enum err
txn_next(struct txn *txn, unsigned int table, struct slice after,
    struct slice *key, struct slice *value)
{
	return walk(txn, table, move_after, next_found, after, key, value);
}

enum err
txn_prev(struct txn *txn, unsigned int table, struct slice before,
    struct slice *key, struct slice *value)
{
	return walk(txn, table, move_before, prev_found, before, key, value);
}

enum err
txn_table_bytes(struct txn *txn, unsigned int table, size_t *bytes)
{
	MDB_stat stat;
	enum err e = ready(txn, table);

	if (e == OK)
		e = outcome(
		    txn, mdb_stat(txn->mdb, txn->kv->tables[table], &stat));
	if (e == OK)
		*bytes = stat.ms_psize *
		    (stat.ms_branch_pages + stat.ms_leaf_pages +
			stat.ms_overflow_pages);
	return e;
}

/* LMDB's own list of them is its database 0: each value begins with how many
 * pages it lists. */
static enum err
count_free(struct txn *txn, size_t *pages)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	size_t listed;
	int code = mdb_cursor_open(txn->mdb, 0, &cursor);

	*pages = 0;
	if (code != MDB_SUCCESS)
		return outcome(txn, code);
	while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) ==
	    MDB_SUCCESS) {
		memcpy(&listed, value.mv_data, sizeof(listed));
		*pages += listed;
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? OK : outcome(txn, code);
}

enum err
txn_free_bytes(struct txn *txn, size_t *bytes)
{
	auto_free(txn) struct txn *reader = NULL;
	MDB_stat stat;
	size_t pages = 0;
	enum err e = txn->error;

	if (e == OK && txn->mode == TXN_WRITE)
		e = kv_begin(txn->kv, TXN_READ, &reader);
	if (e == OK)
		e = count_free(reader != NULL ? reader : txn, &pages);
	if (e == OK)
		e = outcome(txn, mdb_stat(txn->mdb, 0, &stat));
	if (e == OK)
		*bytes = pages * stat.ms_psize;
	return e;
}

enum err
txn_entries(struct txn *txn, unsigned int table, size_t *entries)
{
	MDB_stat stat;
	enum err e = ready(txn, table);

	if (e == OK)
		e = outcome(
		    txn, mdb_stat(txn->mdb, txn->kv->tables[table], &stat));
	if (e == OK)
		*entries = stat.ms_entries;
	return e;
}

bool
kv_is_short(const struct kv *kv)
{
	struct stat file;
	MDB_envinfo info;
	MDB_stat stat;
	int fd;

	if (kv->lost || mdb_env_get_fd(kv->env, &fd) != 0 ||
	    fstat(fd, &file) != 0 || mdb_env_info(kv->env, &info) != 0 ||
	    mdb_env_stat(kv->env, &stat) != 0)
		return true;
	return (size_t)file.st_size / stat.ms_psize <= info.me_last_pgno;
}

/* Every byte, so that a page that cannot be read is found. */
static unsigned int
touch(MDB_val value)
{
	const volatile unsigned char *bytes = value.mv_data;
	unsigned int sum = 0;

	for (size_t i = 0; i < value.mv_size; i++)
		sum += bytes[i];
	return sum;
}

/* `in_order`: by their bytes, as all tables but the list of free pages are. */
static int
read_entries(MDB_cursor *cursor, size_t count, bool in_order)
{
	MDB_val key, value, last = {0, NULL};
	int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);

	for (; code == 0; count--) {
		if (count == 0 || !is_sound(key, value))
			return MDB_CORRUPTED;
		if (in_order && !next_found(to_slice(key), to_slice(last)))
			return MDB_CORRUPTED;
		touch(value);
		last = key;
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	if (code != MDB_NOTFOUND)
		return code;
	return count == 0 ? 0 : MDB_CORRUPTED;
}

static int
read_table(MDB_txn *txn, MDB_dbi table, bool in_order)
{
	MDB_cursor *cursor = NULL;
	MDB_stat stat;
	int code = mdb_stat(txn, table, &stat);

	if (code == 0)
		code = mdb_cursor_open(txn, table, &cursor);
	if (code != 0)
		return code;
	code = read_entries(cursor, stat.ms_entries, in_order);
	mdb_cursor_close(cursor);
	return code;
}

/* `name` is a key of the table of tables. */
static int
read_named(MDB_txn *txn, MDB_val name)
{
	char text[KV_KEY_MAX + 1] = "";
	MDB_dbi table;
	int code;

	memcpy(text, name.mv_data, name.mv_size);
	code = mdb_dbi_open(txn, text, 0, &table);
	return code == 0 ? read_table(txn, table, true) : code;
}

static int
read_tables(MDB_txn *txn, MDB_dbi tables)
{
	MDB_cursor *cursor = NULL;
	MDB_val name, value;
	int code = mdb_cursor_open(txn, tables, &cursor);

	if (code != 0)
		return code;
	while (code == 0) {
		code = mdb_cursor_get(cursor, &name, &value, MDB_NEXT);
		if (code == 0)
			code = read_named(txn, name);
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? 0 : code;
}

enum err
kv_read_all(struct kv *kv)
{
	MDB_dbi tables;
	MDB_txn *txn = NULL;
	int code;

	if (kv->open > 0)
		return ERR_INTERNAL;
	if (kv->lost)
		return ERR_STORE;
	code = begin(kv, MDB_RDONLY, &txn);
	if (code != 0)
		return to_err(kv, code);
	code = read_table(txn, FREE_PAGES, false);
	if (code == 0)
		code = mdb_dbi_open(txn, NULL, 0, &tables);
	if (code == 0)
		code = read_table(txn, tables, true);
	if (code == 0)
		code = read_tables(txn, tables);
	mdb_txn_abort(txn);
	return code == MDB_NOTFOUND ? ERR_STORE_DAMAGED : to_err(kv, code);
}
