/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/base/sparse.h"
#include "tests/service/keyscene.h"

#include "lmdb-store/datakey.h"
#include "lmdb-store/key.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/signkey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define HOUR 3600
#define MANY "[device]\nmax_devices = 0\n"
/* access_lifetime=, leeway and slack */
#define RETIRED_SECONDS (900 + 60 + 10)
#define HEX "3031323334353637383961626364656630313233343536373839414243444546"

static struct keyscene
scene_of(void **state, size_t devices)
{
	struct keyscene scene = {.agency = *state};

	agency_configure(scene.agency, MANY);
	keyscene_enroll(&scene, devices);
	return scene;
}

static void
settle(struct keyscene *scene)
{
	assert_int_equal(keyscene_sweep(scene, "signing"), OK);
}

static void
assert_signing(
    struct keyscene *scene, size_t next, size_t active, size_t retired)
{
	auto_clear(keys_reply) struct keys_reply set = {0};
	struct empty none;

	assert_int_equal(
	    keyscene_count(scene, KEY_SIGNING, SIGNKEY_NEXT), next);
	assert_int_equal(
	    keyscene_count(scene, KEY_SIGNING, SIGNKEY_ACTIVE), active);
	assert_int_equal(
	    keyscene_count(scene, KEY_SIGNING, SIGNKEY_RETIRED), retired);
	/* the JWK Set has exactly these */
	assert_int_equal(
	    agency_end(scene->agency,
		token_list_keys(agency_begin(scene->agency), &none, &set)),
	    OK);
	assert_int_equal(json_array_size(set.keys), next + active + retired);
}

static bool
is_signed_by(struct keyscene *scene, const char *kid)
{
	return strcmp(key_kid(scene->agency->keyring->signing), kid) == 0;
}

static struct signkey_record
record_of(struct keyscene *scene, const char *kid)
{
	struct signkey_record record = {0};
	struct call *call = agency_begin(scene->agency);

	assert_int_equal(signkey_get(call->txn, kid, &record), OK);
	assert_int_equal(agency_end(scene->agency, OK), OK);
	return record;
}

static void
test_life_of_a_signing_key(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_clear(signkey_record) struct signkey_record retired = {0};
	auto_str char *first = keyscene_kid(&scene, SIGNKEY_ACTIVE);
	auto_str char *second = NULL;

	assert_signing(&scene, 0, 1, 0);
	assert_int_equal(keyscene_rotate(&scene, false), OK);
	assert_string_equal(scene.view.state, SIGNKEY_NEXT);
	assert_int_equal(scene.view.until, AGENCY_START + HOUR);
	second = strdup(scene.view.key);
	assert_signing(&scene, 1, 1, 0);
	assert_true(is_signed_by(&scene, first));

	agency_pass(scene.agency, HOUR - 1);
	settle(&scene);
	assert_true(is_signed_by(&scene, first));
	keyscene_refresh(&scene, 0);
	agency_pass(scene.agency, 1);
	settle(&scene);
	assert_signing(&scene, 0, 1, 1);
	assert_true(is_signed_by(&scene, second));
	keyscene_log_in(&scene); /* with what the first one signed */
	retired = record_of(&scene, first);
	assert_null(retired.private);
	assert_int_equal(retired.until, AGENCY_START + HOUR + RETIRED_SECONDS);

	agency_pass(scene.agency, RETIRED_SECONDS - 1);
	settle(&scene);
	assert_signing(&scene, 0, 1, 1);
	agency_pass(scene.agency, 1);
	settle(&scene);
	assert_signing(&scene, 0, 1, 0);
	keyscene_refresh(&scene, 0);
	keyscene_log_in(&scene);
	keyscene_assert_sound(&scene);
}

/* The same with a new process between any two things that happen. */
static void
test_life_over_restarts(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);

	assert_int_equal(keyscene_rotate(&scene, false), OK);
	agency_restart(scene.agency);
	assert_signing(&scene, 1, 1, 0);
	agency_pass(scene.agency, HOUR);
	keyscene_refresh(&scene, 0);
	agency_restart(scene.agency);
	settle(&scene);
	agency_restart(scene.agency);
	assert_signing(&scene, 0, 1, 1);
	keyscene_log_in(&scene);
	agency_pass(scene.agency, RETIRED_SECONDS);
	settle(&scene);
	agency_restart(scene.agency);
	assert_signing(&scene, 0, 1, 0);
	keyscene_refresh(&scene, 0);
	keyscene_log_in(&scene);
}

static void
test_one_rotation_at_a_time(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);

	assert_int_equal(keyscene_rotate(&scene, false), OK);
	assert_int_equal(
	    keyscene_rotate(&scene, false), ERR_ROTATION_UNDER_WAY);
	assert_non_null(
	    strstr(scene.agency->call.event.detail, "signs in 3600 seconds"));
	assert_signing(&scene, 1, 1, 0);
	assert_int_equal(keyscene_rotate(&scene, true), OK);
	assert_signing(&scene, 0, 1, 0);
}

static void
test_leaked_key(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	auto_str char *session_state = NULL;

	assert_int_equal(agency_login(scene.agency, scene.access, &login), OK);
	assert_int_equal(keyscene_rotate(&scene, true), OK);
	assert_string_equal(scene.view.state, SIGNKEY_ACTIVE);
	assert_int_equal(scene.view.until, 0);
	assert_int_equal(
	    keyscene_try_log_in(&scene, scene.access), ERR_UNKNOWN_KEY);
	agency_restart(scene.agency);
	assert_int_equal(
	    keyscene_try_log_in(&scene, scene.access), ERR_UNKNOWN_KEY);
	keyscene_refresh(&scene, 0);
	keyscene_log_in(&scene);
	session_state = agency_session_state(scene.agency, login.session);
	assert_string_equal(session_state, "pending");
}

static void
test_nobody_else_verifies(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);

	agency_configure(scene.agency, "[token]\nkey_publish = 0s\n");
	assert_int_equal(keyscene_rotate(&scene, false), OK);
	assert_string_equal(scene.view.state, SIGNKEY_ACTIVE);
	assert_signing(&scene, 0, 1, 1);
	keyscene_log_in(&scene);
}

static void
test_change_of_algorithm(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_str char *first = keyscene_kid(&scene, SIGNKEY_ACTIVE);

	/* and back, before it signed; kids come in any order */
	for (int i = 0; i < 12; i++) {
		agency_configure(scene.agency, "[token]\nalgorithm = EdDSA\n");
		assert_true(is_signed_by(&scene, first));
		settle(&scene);
		assert_signing(&scene, 1, 1, 0);
		agency_configure(scene.agency, "");
		settle(&scene);
		assert_signing(&scene, 0, 1, 0);
	}
	agency_configure(scene.agency, "[token]\nalgorithm = EdDSA\n");
	settle(&scene);
	agency_pass(scene.agency, HOUR);
	keyscene_refresh(&scene, 0);
	settle(&scene);
	assert_signing(&scene, 0, 1, 1);
	keyscene_log_in(&scene);
	assert_string_equal(
	    key_algorithm(scene.agency->keyring->signing)->name, "EdDSA");
}

/* Its tokens lasted longer for a while. */
static void
test_longest_lifetime_counts(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_str char *first = keyscene_kid(&scene, SIGNKEY_ACTIVE);

	agency_configure(scene.agency, "[token]\naccess_lifetime = 2h\n");
	settle(&scene);
	keyscene_refresh(&scene, 0);
	agency_configure(scene.agency, "[token]\nkey_publish = 0s\n");
	settle(&scene);
	assert_int_equal(keyscene_rotate(&scene, false), OK);
	agency_pass(scene.agency, 2 * HOUR - 1);
	settle(&scene);
	assert_signing(&scene, 0, 1, 1);
	keyscene_log_in(&scene);
	agency_pass(scene.agency, 71);
	settle(&scene);
	assert_signing(&scene, 0, 1, 0);
	assert_false(is_signed_by(&scene, first));
}

/* The clock was ahead by a year when the key was made. */
static void
test_clock_set_back(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);

	assert_int_equal(keyscene_rotate(&scene, false), OK);
	agency_pass(scene.agency, -365 * 24 * HOUR);
	settle(&scene);
	assert_signing(&scene, 0, 1, 1);
}

/* What an older jwt-agent left: a key for each algorithm ever configured. */
static void
test_several_active_keys(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_clear(signkey_record) struct signkey_record record = {0};
	auto_free(secret) struct secret *private = NULL;
	auto_free(key) struct key *key = NULL;
	auto_str char *first = keyscene_kid(&scene, SIGNKEY_ACTIVE);
	struct call *call;

	assert_int_equal(key_generate(algorithm_find("EdDSA"), &key), OK);
	assert_int_equal(key_private(key, &private), OK);
	record.kid = strdup(key_kid(key));
	record.algorithm = strdup("EdDSA");
	record.state = strdup(SIGNKEY_ACTIVE);
	record.created = AGENCY_START + 1;
	call = agency_begin(scene.agency);
	assert_int_equal(signkey_set_private(
			     store_seal(scene.agency->store), &record, private),
	    OK);
	assert_int_equal(
	    agency_end(scene.agency, signkey_put(call->txn, &record)), OK);
	agency_restart(scene.agency);
	assert_true(is_signed_by(&scene, first));
	settle(&scene);
	assert_signing(&scene, 0, 1, 1);
	assert_true(is_signed_by(&scene, first));
	signkey_record_clear(&record);
	record = record_of(&scene, key_kid(key));
	/* how long its tokens may last is not known */
	assert_int_equal(record.until, AGENCY_START + 24 * HOUR + 70);
}

/* What becomes of keys is told as events. */
static void
test_events(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	const struct call *call = &scene.agency->call;

	assert_int_equal(keyscene_rotate(&scene, false), OK);
	assert_string_equal(call->event.detail, scene.view.key);
	agency_pass(scene.agency, HOUR);
	settle(&scene);
	assert_int_equal(call->alert_count, 2);
	assert_string_equal(call->alerts[0].name, "key-activated");
	assert_string_equal(call->alerts[1].name, "key-retired");
	settle(&scene);
	assert_int_equal(call->alert_count, 0);
	agency_pass(scene.agency, RETIRED_SECONDS);
	settle(&scene);
	assert_int_equal(call->alert_count, 1);
	assert_string_equal(call->alerts[0].name, "key-removed");
}

/* In small steps, each of which may be the last of a process. */
static void
test_data_key(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 300);
	size_t steps = 0;

	assert_int_equal(keyscene_count(&scene, KEY_DATA, NULL), 1);
	assert_int_equal(keyscene_rotate_data(&scene), OK);
	assert_string_equal(scene.view.key, "2");
	assert_int_equal(scene.view.left, 301);
	assert_int_equal(keyscene_count(&scene, KEY_DATA, SIGNKEY_ACTIVE), 1);
	assert_int_equal(keyscene_rotate_data(&scene), ERR_ROTATION_UNDER_WAY);
	while (keyscene_count(&scene, KEY_DATA, NULL) > 1) {
		keyscene_refresh(&scene, steps);
		keyscene_enroll(&scene, 1);
		assert_int_equal(keyscene_sweep(&scene, "sealed"), OK);
		agency_restart(scene.agency);
		keyscene_assert_sound(&scene);
		assert_true(++steps < 100);
	}
	assert_true(steps >= 4); /* two passes, each of some */
	for (size_t i = 0; i < scene.devices; i++)
		keyscene_refresh(&scene, i);
	keyscene_log_in(&scene);
	assert_int_equal(seal_key_count(store_seal(scene.agency->store)), 1);
	assert_int_equal(keyscene_rotate_data(&scene), OK);
	assert_string_equal(scene.view.key, "3");
}

/* A value that does not open keeps the key that it may be under. */
static void
test_data_key_of_damaged_values(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 2);
	const char *broken = "{\"v\":1,\"id\":\"x\",\"device\":\"d\",\"uid\":1,"
			     "\"generation\":0,\"rotated\":0,\"created\":0,"
			     "\"last_used\":0,\"expires\":0,\"state\":"
			     "\"active\",\"secret\":\"AAAAAQAAAAAAAAAAAAAAAA"
			     "AAAAAAAAAAAAAAAAAAAAA\"}";
	struct call *call = agency_begin(scene.agency);

	assert_int_equal(agency_end(scene.agency,
			     txn_put(call->txn, TABLE_FAMILY, text_slice("x"),
				 text_slice(broken))),
	    OK);
	assert_int_equal(keyscene_rotate_data(&scene), OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(keyscene_sweep(&scene, "sealed"), OK);
	assert_string_equal(scene.agency->call.alerts[0].name, "reseal-stuck");
	assert_int_equal(keyscene_count(&scene, KEY_DATA, NULL), 2);
	call = agency_begin(scene.agency);
	assert_int_equal(
	    agency_end(scene.agency,
		txn_delete(call->txn, TABLE_FAMILY, text_slice("x"))),
	    OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(keyscene_sweep(&scene, "sealed"), OK);
	assert_int_equal(keyscene_count(&scene, KEY_DATA, NULL), 1);
	keyscene_refresh(&scene, 1);
}

static char *
key_path(struct keyscene *scene)
{
	char *path = NULL;

	assert_true(
	    asprintf(&path, "%s/master.key", scene->agency->directory) > 0);
	return path;
}

static struct secret *
key_in_file(struct keyscene *scene)
{
	auto_str char *path = key_path(scene);
	struct secret *key = NULL;
	struct store_error why;
	struct masterkey_file file;

	assert_int_equal(masterkey_find(&file, path, NULL, &why), OK);
	assert_int_equal(masterkey_load(&key, &file, &why), OK);
	return key;
}

static void
write_key(struct keyscene *scene, const void *key)
{
	auto_str char *path = key_path(scene);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_int_equal(fwrite(key, MASTERKEY_SIZE, 1, file), 1);
	assert_int_equal(fclose(file), 0);
}

/* Whether the store opens with this key. */
static enum err
try_key(struct keyscene *scene, const struct secret *key)
{
	auto_free(seal) struct seal *seal = NULL;
	auto_free(txn) struct txn *txn = NULL;

	assert_int_equal(
	    store_begin(scene->agency->store, TXN_WRITE, &txn), OK);
	return datakeys_open(&seal, txn, key, &host_system);
}

static void
test_master_key(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 3);
	auto_free(secret) struct secret *old = key_in_file(&scene);
	auto_free(secret) struct secret *new = NULL;

	assert_int_equal(keyscene_rotate_master(&scene, NULL), OK);
	assert_string_equal(scene.view.state, SIGNKEY_ACTIVE);
	assert_true(scene.agency->wrote_file);
	assert_int_equal(scene.agency->file_error, OK);
	new = key_in_file(&scene);
	assert_false(secret_equal(new, secret_data(old), MASTERKEY_SIZE));
	/* until it is settled, either opens */
	assert_int_equal(try_key(&scene, old), OK);
	assert_int_equal(try_key(&scene, new), OK);
	assert_int_equal(
	    keyscene_rotate_master(&scene, NULL), ERR_ROTATION_UNDER_WAY);
	assert_int_equal(keyscene_rotate_data(&scene), ERR_ROTATION_UNDER_WAY);
	assert_int_equal(keyscene_settle_master(&scene), OK);
	assert_int_equal(try_key(&scene, old), ERR_CRYPTO);
	assert_int_equal(try_key(&scene, new), OK);
	assert_int_equal(keyscene_settle_master(&scene), OK);
	/* data keys of before and after */
	assert_int_equal(keyscene_rotate_data(&scene), OK);
	agency_restart(scene.agency);
	for (size_t i = 0; i < 3; i++)
		keyscene_refresh(&scene, i);
	keyscene_assert_sound(&scene);
}

/* Killed after the commit and before the file: the old one stays. */
static void
test_master_key_killed_before_the_file(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_free(secret) struct secret *old = key_in_file(&scene);
	auto_free(secret) struct secret *new = NULL;

	assert_int_equal(keyscene_rotate_master(&scene, NULL), OK);
	new = key_in_file(&scene);
	write_key(&scene, secret_data(old));
	agency_restart(scene.agency);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, NULL), 1);
	assert_int_equal(try_key(&scene, new), ERR_CRYPTO);
	assert_int_equal(try_key(&scene, old), OK);
	keyscene_refresh(&scene, 0);
	assert_int_equal(keyscene_rotate_master(&scene, NULL), OK);
}

/* Killed before the last commit: the new one is in its place. */
static void
test_master_key_killed_after_the_file(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_free(secret) struct secret *old = key_in_file(&scene);

	assert_int_equal(keyscene_rotate_master(&scene, NULL), OK);
	agency_restart(scene.agency);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, NULL), 1);
	assert_int_equal(try_key(&scene, old), ERR_CRYPTO);
	keyscene_refresh(&scene, 0);
}

/* The folder takes no file: the old key stays, at once or by the sweep. */
static void
test_master_key_that_cannot_be_written(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_free(secret) struct secret *old = key_in_file(&scene);
	auto_str char *path = key_path(&scene), *draft = NULL;

	assert_true(asprintf(&draft, "%s.new", path) > 0);
	assert_int_equal(mkdir(draft, 0700), 0);
	assert_int_equal(keyscene_rotate_master(&scene, NULL), OK);
	assert_int_equal(scene.agency->file_error, ERR_IO);
	assert_int_equal(keyscene_settle_master(&scene), OK);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, NULL), 1);
	assert_int_equal(keyscene_rotate_master(&scene, NULL), OK);
	assert_int_equal(keyscene_sweep(&scene, "master"), OK);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, NULL), 2);
	agency_pass(scene.agency, 60);
	assert_int_equal(keyscene_sweep(&scene, "master"), OK);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, NULL), 1);
	assert_int_equal(try_key(&scene, old), OK);
	assert_int_equal(rmdir(draft), 0);
	agency_restart(scene.agency);
	keyscene_refresh(&scene, 0);
}

static void
test_given_master_key(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	auto_free(secret) struct secret *old = key_in_file(&scene);

	assert_int_equal(keyscene_rotate_master(&scene, HEX "\n"), OK);
	assert_string_equal(scene.view.state, SIGNKEY_NEXT);
	assert_false(scene.agency->wrote_file);
	/* with the old one as often as it takes */
	agency_restart(scene.agency);
	agency_pass(scene.agency, 24 * HOUR);
	assert_int_equal(keyscene_sweep(&scene, "master"), OK);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, SIGNKEY_NEXT), 1);
	keyscene_refresh(&scene, 0);
	write_key(&scene, "0123456789abcdef0123456789ABCDEF");
	agency_restart(scene.agency);
	assert_int_equal(keyscene_count(&scene, KEY_MASTER, NULL), 1);
	assert_int_equal(try_key(&scene, old), ERR_CRYPTO);
	keyscene_refresh(&scene, 0);
}

static void
test_refused_master_keys(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 1);
	const char *text;

	assert_int_equal(
	    keyscene_rotate_master(&scene, "short"), ERR_INVALID_PARAMETER);
	text = scene.agency->call.event.detail;
	assert_non_null(strstr(text, "no master key"));
	write_key(&scene, "0123456789abcdef0123456789ABCDEF");
	assert_int_equal(keyscene_rotate_master(&scene, HEX), OK);
	agency_restart(scene.agency);
	assert_int_equal(
	    keyscene_rotate_master(&scene, HEX), ERR_INVALID_PARAMETER);
	assert_non_null(strstr(scene.agency->call.event.detail, "already"));
	scene.agency->config->master_key_command = strdup("/bin/true");
	assert_int_equal(
	    keyscene_rotate_master(&scene, NULL), ERR_INVALID_PARAMETER);
	assert_non_null(
	    strstr(scene.agency->call.event.detail, "new_key is needed"));
}

/* A small generator, so that a run can be had again. */
static unsigned
roll(uint64_t *seed, unsigned sides)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % sides;
}

/* One of the things that happen to keys, or to devices meanwhile. */
static void
play(struct keyscene *scene, uint64_t *seed, bool *forced)
{
	switch (roll(seed, 12)) {
	case 0:
		(void)!keyscene_rotate(scene, false);
		break;
	case 1:
		assert_int_equal(keyscene_rotate(scene, true), OK);
		*forced = true;
		break;
	case 2:
		(void)!keyscene_rotate_data(scene);
		break;
	case 3:
		if (keyscene_rotate_master(scene, NULL) == OK &&
		    roll(seed, 2) == 0)
			assert_int_equal(keyscene_settle_master(scene), OK);
		break;
	case 4:
		agency_restart(scene->agency);
		break;
	case 5:
		agency_pass(scene->agency, 1 + roll(seed, 2 * HOUR));
		*forced = true; /* the access token may have expired */
		break;
	case 6:
		keyscene_enroll(scene, scene->devices < 64 ? 1 : 0);
		*forced = *forced && scene->devices == 64;
		break;
	case 7:
		assert_int_equal(keyscene_sweep(scene, "master"), OK);
		break;
	case 8:
		assert_int_equal(keyscene_sweep(scene, "signing"), OK);
		break;
	default:
		assert_int_equal(keyscene_sweep(scene, "sealed"), OK);
	}
}

/* Whatever is done to the keys in whatever order, no honest refresh fails, and
 * no access token that nobody refused. */
static void
test_any_order(void **state)
{
	auto_clear(keyscene) struct keyscene scene = scene_of(state, 8);
	uint64_t seed = 20260101;
	bool forced = false;

	for (int i = 0; i < sparse(500); i++) {
		play(&scene, &seed, &forced);
		if (!forced)
			keyscene_log_in(&scene);
		keyscene_refresh(&scene, roll(&seed, (unsigned)scene.devices));
		keyscene_log_in(&scene);
		forced = false;
		if (i % 100 == 0)
			keyscene_assert_sound(&scene);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_life_of_a_signing_key),
	    TEST(test_life_over_restarts),
	    TEST(test_one_rotation_at_a_time),
	    TEST(test_leaked_key),
	    TEST(test_nobody_else_verifies),
	    TEST(test_change_of_algorithm),
	    TEST(test_longest_lifetime_counts),
	    TEST(test_clock_set_back),
	    TEST(test_several_active_keys),
	    TEST(test_events),
	    TEST(test_data_key),
	    TEST(test_data_key_of_damaged_values),
	    TEST(test_master_key),
	    TEST(test_master_key_killed_before_the_file),
	    TEST(test_master_key_killed_after_the_file),
	    TEST(test_master_key_that_cannot_be_written),
	    TEST(test_given_master_key),
	    TEST(test_refused_master_keys),
	    TEST(test_any_order),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
