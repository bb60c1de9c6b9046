/* SPDX-License-Identifier: BSD-3-Clause */

/* Every allocation of every step of a login's life fails once: the answer is a
 * fault, nothing is left half-done, and the same request works afterwards. */

#include "jwt-agent/service/code.h"
#include "jwt-agent/service/forget.h"
#include "jwt-agent/service/import.h"
#include "lmdb-store/session.h"
#include "jwt-agent/service/token_revocation.h"
#include "jwt-agent/service/user.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define FAULTS_MAX 500

/* The allocation that fails, counted down; 0: none. */
static int countdown;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void *__real_reallocarray(void *block, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
void *__wrap_reallocarray(void *block, size_t count, size_t size);

static bool
fails(void)
{
	return countdown > 0 && --countdown == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

void *
__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(block, count, size);
}

struct scene {
	struct agency *agency;
	struct enroll_reply device;
	struct authenticate_reply login;
	struct refresh_reply refreshed;
	struct device_revoke_reply revoked;
	struct user_logout_reply logged_out;
	struct token_revoke_reply token_revoked;
	struct enroll_reply again;
	struct device_detail detail;
	int logins;
};

static void
scene_clear(struct scene *scene)
{
	enroll_reply_clear(&scene->device);
	authenticate_reply_clear(&scene->login);
	refresh_reply_clear(&scene->refreshed);
	device_revoke_reply_clear(&scene->revoked);
	user_logout_reply_clear(&scene->logged_out);
	token_revoke_reply_clear(&scene->token_revoked);
	enroll_reply_clear(&scene->again);
	device_detail_clear(&scene->detail);
}

static size_t
count(struct scene *scene, enum table table)
{
	auto_free(txn) struct txn *txn = NULL;
	size_t entries = 0;

	assert_int_equal(store_begin(scene->agency->store, TXN_READ, &txn), OK);
	assert_int_equal(txn_entries(txn, table, &entries), OK);
	return entries;
}

static enum err
enroll(struct scene *scene)
{
	enroll_reply_clear(&scene->device);
	return agency_enroll(scene->agency, &scene->device);
}

static enum err
log_in(struct scene *scene)
{
	return agency_login(
	    scene->agency, scene->device.access_token, &scene->login);
}

static enum err
refresh(struct scene *scene)
{
	return agency_refresh(
	    scene->agency, scene->device.refresh_token, &scene->refreshed);
}

/* From another network each time, after many that were refused. */
static enum err
log_in_oddly(struct scene *scene)
{
	char rhost[32];
	struct authenticate_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	    .rhost = rhost,
	    .token = scene->device.access_token,
	    .fingerprint = rhost,
	};

	snprintf(rhost, sizeof(rhost), "10.%d.%d.1", scene->logins / 200,
	    scene->logins % 200);
	scene->logins++;
	authenticate_reply_clear(&scene->login);
	return agency_end(scene->agency,
	    login_authenticate(
		agency_begin(scene->agency), &request, &scene->login));
}

static enum err
show(struct scene *scene)
{
	struct device_request request = {scene->device.device};

	device_detail_clear(&scene->detail);
	return agency_end(scene->agency,
	    device_show(agency_begin(scene->agency), &request, &scene->detail));
}

static enum err
rename_device(struct scene *scene)
{
	struct device_rename_request request = {
	    scene->device.device, (char *)(uintptr_t) "phone"};
	auto_clear(device_rename_reply) struct device_rename_reply reply = {0};

	return agency_end(scene->agency,
	    device_rename(agency_begin(scene->agency), &request, &reply));
}

static enum err
enroll_again(struct scene *scene)
{
	struct enroll_again_request request = {.device = scene->device.device};

	enroll_reply_clear(&scene->again);
	return agency_end(scene->agency,
	    device_enroll_again(
		agency_begin(scene->agency), &request, &scene->again));
}

static enum err
sweep(struct scene *scene)
{
	struct sweep_request request = {(char *)(uintptr_t) "devices"};
	struct sweep_reply reply = {0};

	return agency_end(scene->agency,
	    sweep_step(agency_begin(scene->agency), &request, &reply));
}

static enum err
revoke_device(struct scene *scene)
{
	return agency_revoke(
	    scene->agency, scene->device.device, &scene->revoked);
}

static enum err
log_in_by_code(struct scene *scene)
{
	auto_clear(code_new_reply) struct code_new_reply code = {0};
	struct code_new_request request = {.user = (char *)(uintptr_t) "alice"};
	enum err e = agency_end(scene->agency,
	    code_new(agency_begin(scene->agency), &request, &code));

	return e == OK ? agency_login(scene->agency, code.code, &scene->login)
		       : e;
}

static enum err
revoke_code_device(struct scene *scene)
{
	return agency_revoke(
	    scene->agency, scene->login.device, &scene->revoked);
}

static enum err
revoke_token(struct scene *scene)
{
	const struct token_revoke_request request = {
	    .token = scene->device.access_token};

	token_revoke_reply_clear(&scene->token_revoked);
	return agency_end(scene->agency,
	    token_revoke(
		agency_begin(scene->agency), &request, &scene->token_revoked));
}

static enum err
log_out(struct scene *scene)
{
	const struct user_logout_request request = {
	    .user = (char *)(uintptr_t) "alice"};

	user_logout_reply_clear(&scene->logged_out);
	return agency_end(scene->agency,
	    user_logout(
		agency_begin(scene->agency), &request, &scene->logged_out));
}

/* A device and a session of it, in one call. */
static enum err
take_lines_in(struct scene *scene)
{
	auto_clear(import_reply) struct import_reply reply = {0};
	auto_json json_t *lines =
	    json_pack("[{ss ss ss ss si} {ss ss ss ss si}]", "type", "device",
		"id", "phone", "user", "alice", "name", "phone", "created",
		1799999000, "type", "session", "id", "s", "user", "alice",
		"device", "phone", "created", 1799999000);
	const struct import_request request = {
	    .user = (char *)(uintptr_t) "alice", .lines = lines};

	return agency_end(scene->agency,
	    admin_import(agency_begin(scene->agency), &request, &reply));
}

static enum err
forget(struct scene *scene)
{
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	const struct user_forget_request request = {
	    .user = (char *)(uintptr_t) "alice"};

	return agency_end(scene->agency,
	    user_forget(agency_begin(scene->agency), &request, &reply));
}

/* One step of whoever is being forgotten. */
static enum err
go_on_forgetting(struct scene *scene)
{
	size_t done;

	return agency_end(
	    scene->agency, forget_sweep(agency_begin(scene->agency), 1, &done));
}

/* Runs a step with the first, second, ... allocation failing until none is
 * left to fail. A note for the audit may be lost, so a step may succeed
 * without its memory; then it has succeeded wholly. */
static void
survive(struct scene *scene, enum err (*step)(struct scene *scene),
    enum table table, size_t adds)
{
	int faults = 0;
	bool failed = true;

	for (int nth = 1; failed; nth++) {
		size_t before = count(scene, table);
		enum err e;

		assert_true(nth < FAULTS_MAX);
		countdown = nth;
		e = step(scene);
		failed = countdown == 0;
		countdown = 0;
		assert_true(e == OK || err_is_fault(e));
		assert_int_equal(
		    count(scene, table), e == OK ? before + adds : before);
		faults += e != OK;
	}
	assert_true(faults > 0);
}

static void
no_step_is_left_half_done(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};

	survive(&scene, enroll, TABLE_DEVICE, 1);
	survive(&scene, log_in, TABLE_SESSION, 1);
	survive(&scene, log_in_by_code, TABLE_SESSION, 1);
	survive(&scene, revoke_code_device, TABLE_DEVICE, 0);
	survive(&scene, refresh, TABLE_FAMILY, 0);
	assert_int_equal(scene.refreshed.generation, 1);
	survive(&scene, log_in_oddly, TABLE_SESSION, 1);
	survive(&scene, show, TABLE_DEVICE, 0);
	assert_true(json_array_size(scene.detail.oddities) > 0);
	survive(&scene, rename_device, TABLE_DEVICE, 0);
	survive(&scene, enroll_again, TABLE_FAMILY, 1);
	survive(&scene, revoke_device, TABLE_DEVICE, 0);
	assert_string_equal(scene.revoked.result, "already revoked");
	assert_int_equal(count(&scene, TABLE_SESSION_LIVE), 0);
}

static void
no_revoke_is_left_half_done(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};

	assert_int_equal(enroll(&scene), OK);
	assert_int_equal(log_in(&scene), OK);
	survive(&scene, revoke_token, TABLE_FAMILY, 0);
	assert_int_equal(count(&scene, TABLE_REVOKED_BY_EXPIRY), 1);
	assert_int_equal(count(&scene, TABLE_SESSION_LIVE), 0);
	assert_int_equal(enroll(&scene), OK);
	assert_int_equal(log_in(&scene), OK);
	survive(&scene, log_out, TABLE_FAMILY, 0);
	assert_int_equal(count(&scene, TABLE_REVOKED_BY_EXPIRY), 2);
	assert_int_equal(count(&scene, TABLE_SESSION_LIVE), 0);
}

/* The same for what is done once and for all, until it is. */
static void
survive_once(struct scene *scene, enum err (*step)(struct scene *scene),
    size_t (*left)(struct scene *scene))
{
	size_t before = left(scene);
	enum err e = ERR_NO_MEMORY;

	for (int nth = 1; e != OK; nth++) {
		assert_true(nth < FAULTS_MAX);
		assert_int_equal(left(scene), before);
		countdown = nth;
		e = step(scene);
		countdown = 0;
		assert_true(e == OK || err_is_fault(e));
	}
}

static size_t
imported(struct scene *scene)
{
	return count(scene, TABLE_DEVICE) + count(scene, TABLE_SESSION);
}

static size_t
marks(struct scene *scene)
{
	return count(scene, TABLE_REVOKED) + count(scene, TABLE_META);
}

static void
no_line_comes_in_by_half(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};

	survive_once(&scene, take_lines_in, imported);
	assert_int_equal(imported(&scene), 2);
	assert_int_equal(count(&scene, TABLE_SESSION_BY_END), 1);
	assert_int_equal(count(&scene, TABLE_DEVICE_ACTIVE), 0);
}

static size_t
left_of_person(struct scene *scene)
{
	return count(scene, TABLE_DEVICE) + count(scene, TABLE_FAMILY) +
	    count(scene, TABLE_SESSION);
}

/* Each step fails at each allocation, and is then taken: nothing is lost on
 * the way, and in the end nothing is left. */
static void
nobody_is_forgotten_by_half(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};
	size_t entries = 0;

	assert_int_equal(enroll(&scene), OK);
	assert_int_equal(log_in(&scene), OK);
	survive_once(&scene, forget, marks);
	assert_int_equal(count(&scene, TABLE_REVOKED), 1);
	entries = count(&scene, TABLE_META);
	for (int steps = 0; count(&scene, TABLE_META) == entries; steps++) {
		assert_true(steps < 20);
		survive_once(&scene, go_on_forgetting, left_of_person);
	}
	assert_int_equal(left_of_person(&scene), 0);
}

/* A sweep that was begun anew after a fault finds everything still there. */
static void
a_sweep_takes_all_or_nothing(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};
	enum err e = ERR_NO_MEMORY;

	assert_int_equal(enroll(&scene), OK);
	assert_int_equal(revoke_device(&scene), OK);
	agency_pass(scene.agency, scene.agency->config->keep_devices);
	for (int nth = 3; e != OK; nth++) { /* behind the audit's note */
		assert_int_equal(count(&scene, TABLE_DEVICE), 1);
		assert_int_equal(count(&scene, TABLE_DEVICE_BY_TIME), 1);
		assert_int_equal(count(&scene, TABLE_FAMILY), 1);
		countdown = nth;
		e = sweep(&scene);
		countdown = 0;
		assert_true(e == OK || err_is_fault(e));
		assert_true(nth > 3 || e != OK);
	}
	assert_int_equal(count(&scene, TABLE_DEVICE), 0);
	assert_int_equal(count(&scene, TABLE_DEVICE_BY_TIME), 0);
	assert_int_equal(count(&scene, TABLE_FAMILY), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		no_step_is_left_half_done, agency_set_up, agency_tear_down),
	    cmocka_unit_test_setup_teardown(
		no_revoke_is_left_half_done, agency_set_up, agency_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_sweep_takes_all_or_nothing, agency_set_up, agency_tear_down),
	    cmocka_unit_test_setup_teardown(
		no_line_comes_in_by_half, agency_set_up, agency_tear_down),
	    cmocka_unit_test_setup_teardown(
		nobody_is_forgotten_by_half, agency_set_up, agency_tear_down),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
