/* SPDX-License-Identifier: BSD-3-Clause */

/* The power goes at each write point of what an agent does: the store opens,
 * everything in it agrees, and what was acknowledged is there. */

#include "lmdb-store/check.h"
#include "tests/lmdb-store/powerloss.h"
#include "tests/service/powersteps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static void
scene_clear(struct scene *scene)
{
	enroll_reply_clear(&scene->device);
	enroll_reply_clear(&scene->other);
	authenticate_reply_clear(&scene->login);
	authenticate_reply_clear(&scene->lapsing);
	refresh_reply_clear(&scene->refreshed);
	device_revoke_reply_clear(&scene->revoked);
}

static void
assert_agrees(const struct store *store, struct txn *txn)
{
	struct check_total check = {.entries = 0};

	assert_int_equal(check_all(txn, store_seal(store), &check), OK);
	if (check.problems > 0)
		fail_msg("%s: %s %s", table_name(check.table), check.first.key,
		    check.first.problem);
}

static void
check_lost(size_t acknowledged, void *context)
{
	struct scene *scene = context;
	struct store_options options = {
	    .path = scene->store_path,
	    .master_key = scene->key_path,
	    .map_start = AGENCY_SMALL_MAP,
	    .map_max = STORE_MAP_START,
	    .host = &scene->agency->host,
	};
	struct store_error why;

	if (store_open(&scene->store, &options, &why) != OK)
		fail_msg("%zu steps: %s", acknowledged, why.text);
	assert_int_equal(store_begin(scene->store, TXN_READ, &scene->txn), OK);
	assert_agrees(scene->store, scene->txn);
	for (size_t i = 0; i < acknowledged; i++)
		scene->steps[i].holds(scene);
	txn_free(TAKE(scene->txn));
	store_free(TAKE(scene->store));
}

static void
prepare(struct scene *scene, struct agency *agency)
{
	scene->agency = agency;
	snprintf(scene->store_path, sizeof(scene->store_path), "%s/lost",
	    agency->directory);
	snprintf(scene->data_path, sizeof(scene->data_path), "%s/data.mdb",
	    scene->store_path);
	snprintf(scene->key_path, sizeof(scene->key_path), "%s/master.key",
	    agency->directory);
	assert_int_equal(mkdir(scene->store_path, 0700), 0);
}

/* How many files there were to check. */
static size_t
play(struct agency *agency, const struct powerstep *steps)
{
	auto_clear(scene) struct scene scene = {.steps = steps};
	auto_clear(powerloss) struct powerloss loss;
	char data_path[128];
	size_t files;

	prepare(&scene, agency);
	snprintf(data_path, sizeof(data_path), "%s/store/data.mdb",
	    agency->directory);
	powerloss_begin(&loss, data_path);
	for (; steps->take != NULL; steps++) {
		steps->take(&scene);
		powerloss_acknowledge(&loss);
	}
	powerloss_end(&loss);
	files = powerloss_each(&loss, scene.data_path, check_lost, &scene);
	print_message("%zu files that a loss of power can leave\n", files);
	return files;
}

static void
nothing_of_a_device_is_lost(void **state)
{
	assert_true(play(*state, device_steps) > 150);
}

static void
nothing_of_operating_is_lost(void **state)
{
	assert_true(play(*state, operation_steps) > 150);
}

#define SMALL_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    name, agency_set_up_small, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SMALL_TEST(nothing_of_a_device_is_lost),
	    SMALL_TEST(nothing_of_operating_is_lost),
	};

	return cmocka_run_group_tests_name("powerloss", tests, NULL, NULL);
}
