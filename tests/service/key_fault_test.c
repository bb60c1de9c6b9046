/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every call of the store, of the cipher and of the memory allocator fails
 * once while keys are rotated. The call answers with a fault or has done all of
 * it; in either case a new process opens the store, everything sealed opens,
 * honest devices refresh, and the rotation comes to its end.
 */

#include "tests/service/keyscene.h"

#include "lmdb-store/signkey.h"

#include <errno.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define CALLS_MAX 5000
#define DEVICES 3

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
WRAP(int, rename, -1, (const char *from, const char *to), (from, to))
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

typedef enum err (*step)(struct keyscene *scene);

static enum err
rotate(struct keyscene *scene)
{
	return keyscene_rotate(scene, false);
}

static enum err
rotate_now(struct keyscene *scene)
{
	return keyscene_rotate(scene, true);
}

static enum err
settle(struct keyscene *scene)
{
	return keyscene_sweep(scene, "signing");
}

static enum err
rotate_master(struct keyscene *scene)
{
	return keyscene_rotate_master(scene, NULL);
}

static enum err
reseal(struct keyscene *scene)
{
	return keyscene_sweep(scene, "sealed");
}

/* What has to hold whatever happened. */
static void
assert_well(struct keyscene *scene, bool restart)
{
	if (restart)
		agency_restart(scene->agency);
	keyscene_assert_sound(scene);
	for (size_t i = 0; i < scene->devices; i++)
		keyscene_refresh(scene, i);
	keyscene_log_in(scene);
	assert_int_equal(keyscene_count(scene, KEY_SIGNING, SIGNKEY_ACTIVE), 1);
}

/* Fails the first, second, ... call of a step until none is left to fail,
 * each time in the state that `prepare` makes. */
static void
survive(struct keyscene *scene, step prepare, step take)
{
	int faults = 0;
	bool failed = true;

	for (int nth = 1; failed; nth++) {
		enum err e;

		assert_true(nth < CALLS_MAX);
		if (prepare != NULL)
			assert_int_equal(prepare(scene), OK);
		fault.hit = false;
		fault.left = nth;
		e = take(scene);
		fault.left = 0;
		failed = fault.hit;
		if (e != OK && !err_is_fault(e))
			fail_msg("call %d: %s", nth, err_name(e));
		faults += e != OK;
		assert_well(scene, nth % 2 == 0);
	}
	assert_true(faults > 0);
}

/* Back to one active key. */
static enum err
calm_signing(struct keyscene *scene)
{
	return rotate_now(scene);
}

static enum err
make_next(struct keyscene *scene)
{
	enum err e = rotate_now(scene);

	if (e == OK)
		e = rotate(scene);
	agency_pass(scene->agency, 3600);
	return e;
}

static enum err
calm_data(struct keyscene *scene)
{
	enum err e = OK;

	while (e == OK && keyscene_count(scene, KEY_DATA, NULL) > 1)
		e = reseal(scene);
	return e;
}

static enum err
make_data_key(struct keyscene *scene)
{
	enum err e = calm_data(scene);

	return e == OK ? keyscene_rotate_data(scene) : e;
}

/* With the first pass behind it. */
static enum err
make_data_key_and_pass(struct keyscene *scene)
{
	enum err e = make_data_key(scene);

	return e == OK ? reseal(scene) : e;
}

static enum err
calm_master(struct keyscene *scene)
{
	return keyscene_settle_master(scene);
}

static enum err
make_master(struct keyscene *scene)
{
	enum err e = calm_master(scene);

	return e == OK ? rotate_master(scene) : e;
}

static struct keyscene
scene_of(void **state)
{
	struct keyscene scene = {.agency = *state};

	keyscene_enroll(&scene, DEVICES);
	return scene;
}

static void
signing_keys(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state);

	survive(&scene, calm_signing, rotate);
	survive(&scene, NULL, rotate_now);
	survive(&scene, make_next, settle);
}

static void
data_keys(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state);

	survive(&scene, calm_data, keyscene_rotate_data);
	survive(&scene, make_data_key, reseal);
	survive(&scene, make_data_key_and_pass, reseal);
	assert_int_equal(calm_data(&scene), OK);
}

static void
master_key(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state);

	survive(&scene, calm_master, rotate_master);
	survive(&scene, make_master, keyscene_settle_master);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(signing_keys),
	    TEST(data_keys),
	    TEST(master_key),
	};

	return cmocka_run_group_tests_name("key faults", tests, NULL, NULL);
}
