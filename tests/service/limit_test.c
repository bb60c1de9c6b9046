/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define START INT64_C(1800000000)
#define ATTEMPTS 10
#define CODES 3
#define WINDOW 60

static struct config config = {
    .limit_attempts = ATTEMPTS,
    .limit_window = WINDOW,
    .limit_code_attempts = CODES,
};

static int
set_up(void **state)
{
	return limit_new((struct limit **)state, &config, &host_system) == OK
	    ? 0
	    : -1;
}

static int
tear_down(void **state)
{
	limit_free(*state);
	return 0;
}

static struct limit_place
at(const char *user, const char *rhost, const char *tty)
{
	return (struct limit_place){user, rhost, tty};
}

static void
note(struct limit *limit, struct limit_place place, enum limit_event event,
    int64_t now, int times)
{
	for (int i = 0; i < times; i++)
		limit_note(limit, &place, event, now);
}

static bool
reached(struct limit *limit, struct limit_place place, int64_t now)
{
	return limit_reached(limit, &place, now);
}

static int64_t
codes_left(struct limit *limit, struct limit_place place, int64_t now)
{
	return limit_codes_left(limit, &place, now);
}

static void
nothing_is_reached_at_first(void **state)
{
	assert_false(reached(*state, at("alice", "192.0.2.1", NULL), START));
	assert_int_equal(
	    codes_left(*state, at("alice", "192.0.2.1", NULL), START), CODES);
	note(*state, at("alice", "192.0.2.1", NULL), LIMIT_PASSED, START, 1);
	assert_false(reached(*state, at("alice", "192.0.2.1", NULL), START));
}

static void
a_host_reaches_the_limit_for_all_its_users(void **state)
{
	struct limit_place place = at("alice", "192.0.2.1", "ssh");

	note(*state, place, LIMIT_REFUSED, START, ATTEMPTS - 1);
	assert_false(reached(*state, place, START));
	note(*state, place, LIMIT_REFUSED, START, 1);
	assert_true(reached(*state, place, START));
	assert_true(reached(*state, at("bob", "192.0.2.1", NULL), START));
	assert_false(reached(*state, at("alice", "192.0.2.2", NULL), START));
	assert_false(reached(*state, at("alice", NULL, "ssh"), START));
	assert_int_equal(codes_left(*state, place, START), CODES);
}

static void
many_users_of_one_host_count_together(void **state)
{
	char user[16];

	for (int i = 0; i < ATTEMPTS; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_false(
		    reached(*state, at(user, "192.0.2.1", NULL), START));
		note(*state, at(user, "192.0.2.1", NULL), LIMIT_REFUSED, START,
		    1);
	}
	assert_true(reached(*state, at("fresh", "192.0.2.1", NULL), START));
}

static void
a_window_ends_on_its_second(void **state)
{
	struct limit_place place = at("alice", "192.0.2.1", NULL);

	note(*state, place, LIMIT_REFUSED, START, 1);
	note(*state, place, LIMIT_REFUSED, START + WINDOW - 1, ATTEMPTS);
	assert_true(reached(*state, place, START + WINDOW - 1));
	assert_false(reached(*state, place, START + WINDOW));
	/* the next one begins with its first refusal */
	note(*state, place, LIMIT_REFUSED, START + WINDOW, ATTEMPTS);
	assert_true(reached(*state, place, START + 2 * WINDOW - 1));
	assert_false(reached(*state, place, START + 2 * WINDOW));
}

static void
a_clock_that_is_set_back_locks_nobody_out(void **state)
{
	struct limit_place place = at("alice", "192.0.2.1", NULL);

	note(*state, place, LIMIT_WRONG_CODE, START, ATTEMPTS);
	assert_true(reached(*state, place, START));
	assert_false(reached(*state, place, START - 3600));
	assert_int_equal(codes_left(*state, place, START - 3600), CODES);
}

static void
a_login_clears_its_own_refusals(void **state)
{
	struct limit_place alice = at("alice", "192.0.2.1", NULL);
	struct limit_place bob = at("bob", "192.0.2.1", NULL);

	note(*state, alice, LIMIT_REFUSED, START, ATTEMPTS - 1);
	note(*state, bob, LIMIT_REFUSED, START, 1);
	assert_true(reached(*state, alice, START));
	note(*state, alice, LIMIT_PASSED, START, 1);
	assert_false(reached(*state, alice, START));
	/* bob's one is still held against the host, and no more than that */
	note(*state, bob, LIMIT_REFUSED, START, ATTEMPTS - 2);
	assert_false(reached(*state, alice, START));
	note(*state, bob, LIMIT_REFUSED, START, 1);
	assert_true(reached(*state, alice, START));
}

/* A guesser who logs in with an account of his own goes on as before. */
static void
a_login_clears_nobody_elses(void **state)
{
	struct limit_place alice = at("alice", "192.0.2.1", NULL);
	struct limit_place mallory = at("mallory", "192.0.2.1", NULL);

	note(*state, alice, LIMIT_WRONG_CODE, START, ATTEMPTS);
	note(*state, mallory, LIMIT_WRONG_CODE, START, 1);
	note(*state, mallory, LIMIT_PASSED, START, 5);
	assert_true(reached(*state, alice, START));
	assert_true(reached(*state, mallory, START));
	assert_int_equal(codes_left(*state, mallory, START), 0);
}

/* What was counted in a window of the host that is over is not taken off
 * the next one. */
static void
a_login_takes_off_what_is_counted_now(void **state)
{
	struct limit_place alice = at("alice", "192.0.2.1", NULL);
	struct limit_place bob = at("bob", "192.0.2.1", NULL);

	note(*state, bob, LIMIT_REFUSED, START, 1);
	note(*state, alice, LIMIT_REFUSED, START + WINDOW - 1, ATTEMPTS - 1);
	note(*state, bob, LIMIT_REFUSED, START + WINDOW, ATTEMPTS);
	note(*state, alice, LIMIT_PASSED, START + WINDOW, 1);
	assert_true(reached(*state, bob, START + WINDOW));
}

static void
wrong_codes_are_counted_by_host(void **state)
{
	char user[16];

	for (int i = 0; i < CODES; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(
		    codes_left(*state, at(user, "192.0.2.1", NULL), START),
		    CODES - i);
		note(*state, at(user, "192.0.2.1", NULL), LIMIT_WRONG_CODE,
		    START, 1);
	}
	assert_int_equal(
	    codes_left(*state, at("alice", "192.0.2.1", NULL), START), 0);
	assert_int_equal(
	    codes_left(*state, at("alice", "192.0.2.2", NULL), START), CODES);
	assert_int_equal(
	    codes_left(*state, at("alice", NULL, NULL), START), CODES);
	note(
	    *state, at("alice", "192.0.2.1", NULL), LIMIT_WRONG_CODE, START, 5);
	assert_int_equal(
	    codes_left(*state, at("alice", "192.0.2.1", NULL), START), 0);
	assert_int_equal(
	    codes_left(*state, at("a", "192.0.2.1", NULL), START + WINDOW),
	    CODES);
}

static void
guessing_is_told_once_in_a_window(void **state)
{
	struct limit_place place = at("alice", "192.0.2.1", NULL);
	struct limit_place other = at("bob", "192.0.2.1", NULL);

	assert_false(limit_is_told(*state, &place, START));
	note(*state, place, LIMIT_WRONG_CODE, START, CODES);
	assert_false(limit_is_told(*state, &place, START));
	note(*state, place, LIMIT_TOLD, START, 1);
	assert_true(limit_is_told(*state, &place, START));
	assert_true(limit_is_told(*state, &other, START));
	assert_false(limit_is_told(*state, &place, START + WINDOW));
	assert_false(reached(*state, place, START));
	other = at("alice", NULL, "tty1");
	assert_false(limit_is_told(*state, &other, START));
}

static void
without_a_host_tty_and_user_are_the_place(void **state)
{
	note(*state, at("alice", NULL, "tty1"), LIMIT_WRONG_CODE, START,
	    ATTEMPTS);
	assert_true(reached(*state, at("alice", "", "tty1"), START));
	assert_int_equal(
	    codes_left(*state, at("alice", NULL, "tty1"), START), 0);
	assert_false(reached(*state, at("alice", NULL, "tty2"), START));
	assert_false(reached(*state, at("bob", NULL, "tty1"), START));
	assert_false(reached(*state, at("alice", "tty1", NULL), START));
	assert_int_equal(
	    codes_left(*state, at("bob", NULL, "tty1"), START), CODES);
	note(*state, at("alice", NULL, "tty1"), LIMIT_PASSED, START, 1);
	assert_false(reached(*state, at("alice", NULL, "tty1"), START));
	/* nothing at all is known: a place, too */
	note(*state, at(NULL, NULL, NULL), LIMIT_REFUSED, START, ATTEMPTS);
	assert_true(reached(*state, at("", "", ""), START));
	assert_false(reached(*state, at("alice", "", ""), START));
}

static void
an_ipv6_network_is_one_place(void **state)
{
	static const struct {
		const char *rhost;
		bool same;
	} rows[] = {
	    {"2001:db8:1:2::1", true},
	    {"2001:db8:1:2:ffff:ffff:ffff:ffff", true},
	    {"2001:0DB8:1:2::77%eth0", true},
	    {"2001:db8:1:3::1", false},
	    {"2001:db8:1:2::1.example.org", false},
	    {"192.0.2.1", false},
	};

	note(*state, at("a", "2001:db8:1:2::1", NULL), LIMIT_REFUSED, START,
	    ATTEMPTS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
		    reached(*state, at("b", rows[i].rhost, NULL), START),
		    rows[i].same);
	note(*state, at("a", "::ffff:192.0.2.9", NULL), LIMIT_REFUSED, START,
	    ATTEMPTS);
	assert_true(reached(*state, at("b", "192.0.2.9", NULL), START));
	assert_false(reached(*state, at("b", "192.0.2.8", NULL), START));
}

/* Twice as many names as there is room for. */
static void
other_names_do_not_push_a_counter_out(void **state)
{
	char user[24];

	note(*state, at("alice", "192.0.2.1", NULL), LIMIT_WRONG_CODE, START,
	    ATTEMPTS);
	note(*state, at("alice", NULL, "tty1"), LIMIT_WRONG_CODE, START,
	    ATTEMPTS);
	for (int i = 0; i < 2 * LIMIT_ENTRIES; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		note(*state, at(user, "192.0.2.1", NULL), LIMIT_REFUSED,
		    START + 1, 1);
		note(*state, at(user, NULL, "tty9"), LIMIT_WRONG_CODE,
		    START + 1, 1);
		note(*state, at("alice", user, NULL), LIMIT_REFUSED, START + 1,
		    1);
	}
	assert_true(reached(*state, at("x", "192.0.2.1", NULL), START + 2));
	assert_int_equal(
	    codes_left(*state, at("x", "192.0.2.1", NULL), START + 2), 0);
	assert_true(reached(*state, at("alice", NULL, "tty1"), START + 2));
}

static void
what_is_over_makes_room_first(void **state)
{
	char host[24];

	for (int i = 0; i < 2 * LIMIT_ENTRIES; i++) {
		snprintf(host, sizeof(host), "host%d", i);
		note(*state, at("a", host, NULL), LIMIT_REFUSED, START, 2);
	}
	/* full of what is as high; the window over, all of it makes room */
	note(*state, at("a", "late", NULL), LIMIT_REFUSED, START + WINDOW, 1);
	for (int i = 0; i < LIMIT_ENTRIES / 16; i++) {
		snprintf(host, sizeof(host), "new%d", i);
		note(*state, at("b", host, NULL), LIMIT_REFUSED, START + WINDOW,
		    1);
	}
	note(*state, at("a", "late", NULL), LIMIT_REFUSED, START + WINDOW,
	    ATTEMPTS - 1);
	assert_true(reached(*state, at("a", "late", NULL), START + WINDOW));
}

static enum err
no_random(void *state, void *data, size_t size)
{
	(void)state;
	(void)data;
	(void)size;
	return ERR_IO;
}

static void
there_is_no_limit_without_a_key(void **state)
{
	const struct host host = {.random = no_random};
	struct limit *limit = NULL;

	(void)state;
	assert_int_equal(limit_new(&limit, &config, &host), ERR_IO);
	assert_null(limit);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_reached_at_first),
	    TEST(a_host_reaches_the_limit_for_all_its_users),
	    TEST(many_users_of_one_host_count_together),
	    TEST(a_window_ends_on_its_second),
	    TEST(a_clock_that_is_set_back_locks_nobody_out),
	    TEST(a_login_clears_its_own_refusals),
	    TEST(a_login_clears_nobody_elses),
	    TEST(a_login_takes_off_what_is_counted_now),
	    TEST(wrong_codes_are_counted_by_host),
	    TEST(guessing_is_told_once_in_a_window),
	    TEST(without_a_host_tty_and_user_are_the_place),
	    TEST(an_ipv6_network_is_one_place),
	    TEST(other_names_do_not_push_a_counter_out),
	    TEST(what_is_over_makes_room_first),
	    cmocka_unit_test(there_is_no_limit_without_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
