/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/service/lineage.h"

#include "lmdb-store/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void
assert_same(const struct secret *left, const struct secret *right)
{
	assert_true(secret_equal(left, secret_data(right), secret_size(right)));
}

static void
the_current_token_gives_the_next(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(scene.first.generation, 1);
	assert_false(secret_equal(scene.first.refresh_token,
	    secret_data(scene.device.refresh_token),
	    secret_size(scene.device.refresh_token)));
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    OK);
	assert_int_equal(scene.second.generation, 2);
}

static void
a_retry_within_grace_gets_the_same_successor(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	agency_pass(scene.agency, scene.agency->config->refresh_grace);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.second),
	    OK);
	assert_same(scene.first.refresh_token, scene.second.refresh_token);
	assert_int_equal(scene.second.generation, 1);
	assert_int_equal(
	    lineage_refresh(&scene, scene.second.refresh_token, &scene.third),
	    OK);
	assert_int_equal(scene.third.generation, 2);
}

static void
expect_reuse(struct lineage *scene, const struct secret *token)
{
	auto_clear(refresh_reply) struct refresh_reply reply = {0};

	assert_int_equal(
	    lineage_refresh(scene, token, &reply), ERR_TOKEN_REUSED);
	assert_null(reply.access_token);
	assert_string_equal(scene->agency->call.alerts[0].name, "token-reuse");
}

static void
a_retry_after_grace_is_reuse_and_ends_the_family(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	agency_pass(scene.agency, scene.agency->config->refresh_grace + 1);
	expect_reuse(&scene, scene.device.refresh_token);
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    ERR_REVOKED);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.second),
	    ERR_REVOKED);
}

static void
a_token_whose_successor_was_used_is_reuse_within_grace(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    OK);
	expect_reuse(&scene, scene.device.refresh_token);
}

static void
reuse_ends_the_sessions_of_the_device(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	auto_str char *standing = NULL;

	lineage_begin(&scene, state);
	assert_int_equal(
	    agency_login(scene.agency, scene.device.access_token, &login), OK);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    OK);
	expect_reuse(&scene, scene.device.refresh_token);
	assert_int_equal(scene.agency->call.effect_count, 1);
	assert_int_equal(scene.agency->call.effects[0].kind, EFFECT_END);
	assert_string_equal(
	    scene.agency->call.effects[0].session, login.session);
	standing = agency_session_state(scene.agency, login.session);
	assert_string_equal(standing, SESSION_REVOKED);
	assert_int_equal(
	    agency_login(scene.agency, scene.second.access_token, &login),
	    ERR_REVOKED);
}

static void
a_forged_token_changes_nothing(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	size_t size;

	lineage_begin(&scene, state);
	size = secret_size(scene.device.refresh_token);
	for (size_t i = 0; i < size; i++) {
		auto_free(secret) struct secret *forged = NULL;
		char *byte;

		assert_int_equal(
		    secret_new(
			&forged, secret_data(scene.device.refresh_token), size),
		    OK);
		byte = (char *)secret_bytes(forged) + i;
		*byte = *byte == 'B' ? 'C' : 'B';
		assert_int_equal(lineage_refresh(&scene, forged, &scene.first),
		    ERR_INVALID_TOKEN);
	}
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	assert_int_equal(scene.first.generation, 1);
}

static void
what_is_no_refresh_token_is_refused(void **state)
{
	static const char *const texts[] = {"", "jr1_", "jr2_AAAA", "x",
	    "jr1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAA",
	    "jr1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAA="};
	auto_clear(lineage) struct lineage scene = {0};

	scene.agency = *state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		auto_free(secret) struct secret *token = NULL;

		assert_int_equal(
		    secret_new(&token, texts[i], strlen(texts[i])), OK);
		assert_int_equal(lineage_refresh(&scene, token, &scene.first),
		    ERR_INVALID_TOKEN);
	}
}

static void
the_idle_lifetime_holds(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	agency_pass(scene.agency, scene.agency->config->refresh_idle - 1);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	agency_pass(scene.agency, scene.agency->config->refresh_idle);
	assert_int_equal(
	    lineage_refresh(&scene, scene.first.refresh_token, &scene.second),
	    ERR_TOKEN_EXPIRED);
}

static void
the_absolute_lifetime_holds_however_busy_the_client_is(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	struct refresh_reply *old = &scene.first, *new = &scene.second;
	int64_t step;

	lineage_begin(&scene, state);
	step = scene.agency->config->refresh_idle - 1;
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, old), OK);
	for (int64_t age = step; age < scene.agency->config->refresh_absolute;
	     age += step) {
		struct refresh_reply *swap = old;

		agency_pass(scene.agency, step);
		assert_int_equal(
		    lineage_refresh(&scene, old->refresh_token, new), OK);
		assert_true(new->refresh_expires <=
		    AGENCY_START + scene.agency->config->refresh_absolute);
		old = new;
		new = swap;
	}
	agency_pass(scene.agency, step);
	assert_int_equal(lineage_refresh(&scene, old->refresh_token, new),
	    ERR_TOKEN_EXPIRED);
}

static void
a_clock_set_back_logs_nobody_out_and_stretches_no_grace(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    OK);
	agency_pass(scene.agency, -3600);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.second),
	    OK);
	assert_same(scene.first.refresh_token, scene.second.refresh_token);
	agency_pass(scene.agency, scene.agency->config->refresh_grace + 1);
	expect_reuse(&scene, scene.device.refresh_token);
}

static void
a_revoked_device_refreshes_nothing(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};

	lineage_begin(&scene, state);
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &reply), OK);
	assert_string_equal(reply.result, "revoked");
	assert_int_equal(reply.families_revoked, 1);
	assert_int_equal(
	    lineage_refresh(&scene, scene.device.refresh_token, &scene.first),
	    ERR_DEVICE_REVOKED);
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &reply), OK);
	assert_string_equal(reply.result, "already revoked");
	assert_int_equal(reply.families_revoked, 0);
}

static void
two_devices_do_not_disturb_each_other(void **state)
{
	auto_clear(lineage) struct lineage one = {0};
	auto_clear(lineage) struct lineage other = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};

	lineage_begin(&one, state);
	lineage_begin(&other, state);
	assert_int_equal(
	    agency_revoke(one.agency, one.device.device, &reply), OK);
	assert_int_equal(
	    lineage_refresh(&other, other.device.refresh_token, &other.first),
	    OK);
}

static void
access_tokens_are_small(void **state)
{
	auto_clear(lineage) struct lineage scene = {0};

	lineage_begin(&scene, state);
	assert_true(secret_size(scene.device.access_token) < 600);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(the_current_token_gives_the_next),
	    T(a_retry_within_grace_gets_the_same_successor),
	    T(a_retry_after_grace_is_reuse_and_ends_the_family),
	    T(a_token_whose_successor_was_used_is_reuse_within_grace),
	    T(reuse_ends_the_sessions_of_the_device),
	    T(a_forged_token_changes_nothing),
	    T(what_is_no_refresh_token_is_refused),
	    T(the_idle_lifetime_holds),
	    T(the_absolute_lifetime_holds_however_busy_the_client_is),
	    T(a_clock_set_back_logs_nobody_out_and_stretches_no_grace),
	    T(a_revoked_device_refreshes_nothing),
	    T(two_devices_do_not_disturb_each_other),
	    T(access_tokens_are_small),
	};

	return cmocka_run_group_tests_name("rotation", tests, NULL, NULL);
}
