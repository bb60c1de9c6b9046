/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Fails the Nth call for each N, in a run that makes a store, enrols a device
 * and opens and closes a session: calls of LMDB, of the cipher, of the memory
 * allocator and of the file system. Afterwards the store opens, and each
 * transaction is in it wholly or not at all. The linker's --wrap puts the
 * functions here in the place of the real ones.
 */

#include "lmdb-store/revoked.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <errno.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>

static struct {
	long left; /* calls until the one that fails; 0: none does */
	bool hit;
} fault;

static bool
fails(void)
{
	if (fault.left == 0 || --fault.left > 0)
		return false;
	fault.hit = true;
	errno = EIO;
	return true;
}

#define WRAP(type, name, failed, parameters, arguments)                        \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		if (fails())                                                   \
			return failed;                                         \
		return __real_##name arguments;                                \
	}

WRAP(void *, malloc, NULL, (size_t size), (size))
WRAP(void *, calloc, NULL, (size_t count, size_t size), (count, size))
WRAP(char *, strdup, NULL, (const char *text), (text))
WRAP(int, fsync, -1, (int fd), (fd))
WRAP(int, link, -1, (const char *from, const char *to), (from, to))
WRAP(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, flock, -1, (int fd, int operation), (fd, operation))
WRAP(int, mdb_env_create, ENOMEM, (MDB_env * *env), (env))
WRAP(int, mdb_env_set_maxdbs, EINVAL, (MDB_env * env, MDB_dbi dbs), (env, dbs))
WRAP(
    int, mdb_env_set_mapsize, ENOMEM, (MDB_env * env, size_t size), (env, size))
WRAP(int, mdb_env_open, EIO,
    (MDB_env * env, const char *path, unsigned int flags, mdb_mode_t mode),
    (env, path, flags, mode))
WRAP(int, mdb_reader_check, EIO, (MDB_env * env, int *dead), (env, dead))
WRAP(int, mdb_txn_begin, EIO,
    (MDB_env * env, MDB_txn *parent, unsigned int flags, MDB_txn **txn),
    (env, parent, flags, txn))
WRAP(int, mdb_dbi_open, EIO,
    (MDB_txn * txn, const char *name, unsigned int flags, MDB_dbi *dbi),
    (txn, name, flags, dbi))
WRAP(int, mdb_get, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
    (txn, dbi, key, data))
WRAP(int, mdb_put, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data,
	unsigned int flags),
    (txn, dbi, key, data, flags))
WRAP(int, mdb_del, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
    (txn, dbi, key, data))
WRAP(int, mdb_stat, EIO, (MDB_txn * txn, MDB_dbi dbi, MDB_stat *stat),
    (txn, dbi, stat))
WRAP(int, mdb_cursor_open, EIO,
    (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
WRAP(int, mdb_cursor_get, EIO,
    (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op),
    (cursor, key, data, op))
WRAP(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, NULL, (void), ())
WRAP(int, EVP_CipherInit_ex, 0,
    (EVP_CIPHER_CTX * cipher, const EVP_CIPHER *type, ENGINE *engine,
	const unsigned char *key, const unsigned char *nonce, int encrypt),
    (cipher, type, engine, key, nonce, encrypt))
WRAP(int, EVP_CipherUpdate, 0,
    (EVP_CIPHER_CTX * cipher, unsigned char *out, int *done,
	const unsigned char *in, int size),
    (cipher, out, done, in, size))
WRAP(int, EVP_CipherFinal_ex, 0,
    (EVP_CIPHER_CTX * cipher, unsigned char *out, int *done),
    (cipher, out, done))

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

/* A commit that fails has dropped its transaction, too. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails())
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return EIO;
}

/* jansson takes its memory through here, the wrapped functions included. */
static void *
json_memory(size_t size)
{
	return malloc(size);
}

static void
json_release(void *memory)
{
	free(memory);
}

/* What the run writes, made before any call may fail. */
struct records {
	struct device_record device;
	struct family_record family;
	struct signkey_record key;
	struct session_record pending, closed;
	struct audit_record audit;
	struct secret *secret, *private;
};

static void
records_clear(struct records *records)
{
	device_record_clear(&records->device);
	family_record_clear(&records->family);
	signkey_record_clear(&records->key);
	session_record_clear(&records->pending);
	session_record_clear(&records->closed);
	audit_record_clear(&records->audit);
	secret_free(records->secret);
	secret_free(records->private);
}

static struct records
records_make(void)
{
	struct records records = {
	    .device = sample_device("D", 1000),
	    .family = {.id = text_new("F"),
		.device = text_new("D"),
		.state = text_new(FAMILY_ACTIVE)},
	    .key = {.kid = text_new("K"),
		.algorithm = text_new("ES256"),
		.state = text_new(SIGNKEY_ACTIVE)},
	    .pending = sample_session("S", "D"),
	    .closed = sample_session("S", "D"),
	    .audit = sample_audit("enroll"),
	    .secret = sample_secret(SAMPLE_SECRET),
	    .private = sample_secret(SAMPLE_PRIVATE),
	};

	records.closed.due = 0;
	sample_set(&records.closed.state, SESSION_CLOSED);
	return records;
}

typedef enum err (*step)(
    struct store *store, struct txn *txn, struct records *records);

static enum err
first_step(struct store *store, struct txn *txn, struct records *records)
{
	const struct seal *seal = store_seal(store);
	enum err e = family_set_secret(seal, &records->family, records->secret);

	if (e == OK)
		e = signkey_set_private(seal, &records->key, records->private);
	if (e == OK)
		e = signkey_put(txn, &records->key);
	if (e == OK)
		e = device_put(txn, &records->device);
	if (e == OK)
		e = family_put(txn, &records->family);
	if (e == OK)
		e = session_put(txn, NULL, &records->pending);
	if (e == OK)
		e = audit_append(txn, store_seal(store), &records->audit);
	return e;
}

static enum err
second_step(struct store *store, struct txn *txn, struct records *records)
{
	auto_clear(session_record) struct session_record before = {0};
	auto_free(secret) struct secret *secret = NULL;
	enum err e = session_next_live_of_device(txn, "D", NULL, &before);

	if (e == OK)
		e = family_secret(store_seal(store), &records->family, &secret);
	if (e == OK)
		e = session_put(txn, &before, &records->closed);
	if (e == OK)
		e = revoked_put(txn, REVOKED_DEVICE, "D",
		    &(struct revoked_record){
			.until = 1800000000, .before = 1700000000});
	if (e == OK)
		e = audit_append(txn, store_seal(store), &records->audit);
	return e;
}

/* One transaction, again with a larger map if that is what it takes. */
static enum err
transact(struct store *store, step take, struct records *records)
{
	enum err e;

	do {
		auto_free(txn) struct txn *txn = NULL;

		e = store_begin(store, TXN_WRITE, &txn);
		if (e == OK)
			e = take(store, txn, records);
		if (e == OK)
			e = txn_commit(TAKE(txn));
		txn_free(TAKE(txn));
		if (e == ERR_STORE_GROW && store_grow(store) != OK)
			e = ERR_STORE;
	} while (e == ERR_STORE_GROW);
	return e;
}

/* How many of the transactions were said to be done. */
static int
run(struct scratch *scratch, struct records *records)
{
	struct store_error why;
	int done = 0;

	if (scratch_try_open(scratch, &why) != OK) {
		assert_true(why.text[0] != '\0');
		return 0;
	}
	if (transact(scratch->store, first_step, records) == OK)
		done = 1;
	if (done == 1 && transact(scratch->store, second_step, records) == OK)
		done = 2;
	scratch_close(scratch);
	return done;
}

static size_t
entries(struct txn *txn, enum table table)
{
	size_t count;

	assert_int_equal(txn_entries(txn, table, &count), OK);
	return count;
}

/* The store opens without a fault and holds exactly `done` steps. */
static void
assert_steps(struct scratch *scratch, int done)
{
	auto_clear(session_record) struct session_record session = {0};
	struct txn *txn;

	scratch_open(scratch);
	txn = scratch_begin(scratch, TXN_READ);
	assert_int_equal(
	    entries(txn, TABLE_META), 4 + (done > 0)); /* the audit's ends */
	assert_int_equal(entries(txn, TABLE_DEVICE), done > 0);
	assert_int_equal(entries(txn, TABLE_DEVICE_BY_USER), done > 0);
	assert_int_equal(entries(txn, TABLE_FAMILY), done > 0);
	assert_int_equal(entries(txn, TABLE_SIGNKEY), done > 0);
	assert_int_equal(entries(txn, TABLE_SESSION), done > 0);
	assert_int_equal(entries(txn, TABLE_SESSION_LIVE), done == 1);
	assert_int_equal(entries(txn, TABLE_SESSION_BY_EXPIRY), done == 1);
	assert_int_equal(entries(txn, TABLE_REVOKED), done == 2);
	assert_int_equal(entries(txn, TABLE_AUDIT), done);
	if (done > 0)
		assert_int_equal(session_get(txn, "S", &session), OK);
	if (done > 0)
		assert_string_equal(session.state,
		    done == 1 ? SESSION_PENDING : SESSION_CLOSED);
	scratch_abort(scratch);
	scratch_close(scratch);
}

static void
test_every_call_fails_once(void **state)
{
	struct scratch *scratch = *state;
	long calls = 0;

	/* so small that it grows on the way */
	scratch->map_start = (size_t)32 << 10;
	do {
		auto_clear(records) struct records records = records_make();
		int done;

		fault.hit = false;
		fault.left = ++calls;
		done = run(scratch, &records);
		fault.left = 0;
		assert_true(fault.hit || done == 2);
		assert_steps(scratch, done);
		scratch_wipe(scratch);
	} while (fault.hit);
	print_message("%ld calls failed in turn\n", calls - 1);
	assert_true(calls > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_every_call_fails_once, scratch_setup, scratch_teardown),
	};

	json_set_alloc_funcs(json_memory, json_release);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
