/* SPDX-License-Identifier: BSD-3-Clause */

/* When keys of a server are due, and how old they are: by the times alone. */

#include "jwt-agent/service/trusted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define NOW INT64_C(1700000000)
#define DAY 86400

static char url[] = "https://idp.test/jwks";

/* Fetched at NOW, for as long as the server said. */
static struct trusted
fetched(const struct issuer_config *config, int64_t max_age)
{
	return (struct trusted){
	    .config = config,
	    .fetched = NOW,
	    .tried = NOW,
	    .max_age = max_age,
	};
}

static struct issuer_config
ages(int64_t least, int64_t most)
{
	return (struct issuer_config){
	    .jwks_url = url, .keys_min_age = least, .keys_max_age = most};
}

static void
fail_at(struct trusted *trusted, int64_t time)
{
	trusted->tried = time;
	snprintf(
	    trusted->problem.text, sizeof(trusted->problem.text), "no answer");
}

static void
assert_due(int64_t least, int64_t most, int64_t max_age, int64_t after)
{
	const struct issuer_config config = ages(least, most);
	struct trusted trusted = fetched(&config, max_age);

	assert_int_equal(trusted_next(&trusted), NOW + after);
	assert_false(trusted_is_due(&trusted, NOW + after - 1));
	assert_true(trusted_is_due(&trusted, NOW + after));
	assert_int_equal(trusted_state(&trusted, NOW + after - 1), KEYS_OK);
	assert_int_equal(trusted_state(&trusted, NOW + after), KEYS_STALE);
}

static void
are_fetched_again_before_they_are_old(void **state)
{
	(void)state;
	assert_due(300, DAY, 7200, 7200);
	assert_due(300, DAY, 0, TRUSTED_FRESH_SECONDS);
	assert_due(300, DAY, 365 * DAY, DAY * 2 / 5);
	assert_due(300, 1000, 600, 400);
	/* as seldom as is asked for */
	assert_due(300, DAY, 1, 300);
	assert_due(900, 1000, 1, 900);
	assert_due(DAY, DAY, 365 * DAY, DAY);
}

static void
of_a_healthy_server_are_never_old(void **state)
{
	static const int64_t least[] = {1, 300, 80000, DAY};
	static const int64_t said[] = {0, 1, 7200, 365 * DAY};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++) {
			const struct issuer_config config = ages(least[i], DAY);
			struct trusted trusted = fetched(&config, said[j]);
			int64_t due = trusted_next(&trusted);

			assert_true(
			    trusted_age(&trusted, due) <= TRUSTED_OLD_PERCENT);
			trusted.tried = due;
			trusted.fetching = true;
			assert_true(trusted_age(&trusted, due + 10) <=
			    TRUSTED_OLD_PERCENT);
		}
}

static void
that_cannot_be_fetched_grow_old(void **state)
{
	const struct issuer_config config = ages(300, 100000);
	struct trusted trusted = fetched(&config, 0);

	(void)state;
	assert_int_equal(trusted_age(&trusted, NOW), 0);
	assert_int_equal(trusted_age(&trusted, NOW + 20999), 20);
	fail_at(&trusted, NOW + 40000);
	assert_int_equal(trusted_age(&trusted, NOW + 49999), 49);
	assert_int_equal(trusted_age(&trusted, NOW + 50999), 50);
	assert_int_equal(trusted_age(&trusted, NOW + 51000), 51);
	assert_int_equal(trusted_age(&trusted, NOW + 250000), 250);
	/* by a clock that was set back they are not */
	assert_int_equal(trusted_age(&trusted, NOW - 1), 0);
}

/* What was asked for out of turn and failed makes no keys old. */
static void
that_are_fresh_are_not_old(void **state)
{
	const struct issuer_config config = ages(900, 1000);
	struct trusted trusted = fetched(&config, 0);

	(void)state;
	fail_at(&trusted, NOW + 700);
	assert_int_equal(trusted_age(&trusted, NOW + 700), 50);
	assert_int_equal(trusted_age(&trusted, NOW + 960), 50);
	assert_int_equal(trusted_age(&trusted, NOW + 961), 96);
}

/* The agent was stopped, or asleep: nothing failed yet. */
static void
that_nobody_could_fetch_are_not_old_yet(void **state)
{
	const struct issuer_config config = ages(300, 1000);
	struct trusted trusted = fetched(&config, 0);

	(void)state;
	assert_int_equal(trusted_age(&trusted, NOW + 5000), 50);
	trusted.tried = NOW + 5000;
	trusted.fetching = true;
	assert_int_equal(trusted_age(&trusted, NOW + 5001), 50);
	/* it could not even begin */
	trusted.fetching = false;
	assert_int_equal(trusted_age(&trusted, NOW + 5001), 500);
}

static void
that_were_never_there_are_too_old_once_it_was_tried(void **state)
{
	const struct issuer_config config = ages(300, 1000);
	struct trusted trusted = {.config = &config};

	(void)state;
	assert_int_equal(trusted_age(&trusted, NOW), 0);
	trusted.tried = NOW;
	trusted.fetching = true;
	assert_int_equal(trusted_age(&trusted, NOW), 0);
	trusted.fetching = false;
	fail_at(&trusted, NOW);
	assert_int_equal(trusted_age(&trusted, NOW), 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(are_fetched_again_before_they_are_old),
	    cmocka_unit_test(of_a_healthy_server_are_never_old),
	    cmocka_unit_test(that_cannot_be_fetched_grow_old),
	    cmocka_unit_test(that_are_fresh_are_not_old),
	    cmocka_unit_test(that_nobody_could_fetch_are_not_old_yet),
	    cmocka_unit_test(
		that_were_never_there_are_too_old_once_it_was_tried),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
