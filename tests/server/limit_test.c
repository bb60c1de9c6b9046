/* SPDX-License-Identifier: BSD-3-Clause */

/* What the dispatcher makes of the limits: of a row that is limited and whose
 * handler ends as the test says. */

#include "jwt-agent/server/turn.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ATTEMPTS 10 /* as configured below */

static struct trusted somebody;

struct scene {
	struct agency *agency;
	sd_event *loop;
	struct turn *turn;
	enum err outcome; /* of the last task */
	bool fetches;	  /* and whether it asked for keys */
	bool speaks;	  /* and had a message of its own */
};

static void
settle(struct task *task, void *context)
{
	struct scene *scene = context;

	scene->outcome = task->outcome;
	scene->fetches = task->call.fetch != NULL;
	scene->speaks = task->call.message[0] != '\0';
	task_count(task);
	task_free(task);
}

static void
scene_begin(struct scene *scene, void **state)
{
	scene->agency = *state;
	agency_configure(scene->agency, "[limit]\nattempts = 10\n");
	assert_true(sd_event_new(&scene->loop) >= 0);
	assert_int_equal(
	    turn_new(&scene->turn, scene->loop, scene->agency->store,
		&(struct turn_events){.settled = settle, .context = scene}),
	    OK);
}

static void
scene_clear(struct scene *scene)
{
	turn_free(scene->turn);
	sd_event_unref(scene->loop);
}

/* Ends as `service` says by number; `action` is where it comes from. */
static enum err
end(struct call *call, const void *request, void *reply)
{
	const struct credential_request *asked = request;

	(void)reply;
	call_note(&call->event.user, asked->user);
	call_note(&call->event.rhost, asked->action);
	call->fetch = &somebody;
	snprintf(call->message, sizeof(call->message), "because");
	return (enum err)atoi(asked->service);
}

static const struct request limited = {.method = "test",
    .who = WHO_ANY,
    .txn = TXN_WRITE,
    .event = "test",
    .flags = LIMITED,
    .request = credential_request_fields,
    .reply = empty_fields,
    .run = end};

static enum err
ask(struct scene *scene, const struct request *row, enum err ends,
    const char *user, const char *rhost)
{
	char number[16];
	auto_json json_t *parameters = NULL;
	struct task *task = NULL;

	snprintf(number, sizeof(number), "%d", (int)ends);
	parameters = json_pack("{ss ss si ss ss}", "session", "", "user", user,
	    "uid", 1, "service", number, "action", rhost);
	assert_int_equal(task_new(&task, row, &scene->agency->service,
			     &scene->agency->caller, true, parameters, NULL),
	    OK);
	turn_add(scene->turn, task);
	turn_commit(scene->turn);
	return scene->outcome;
}

static void
above_the_limit_a_refusal_says_no_more(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i < ATTEMPTS; i++) {
		assert_int_equal(
		    ask(&scene, &limited, ERR_EXPIRED, "alice", "here"),
		    ERR_EXPIRED);
		assert_true(scene.fetches && scene.speaks);
	}
	assert_int_equal(ask(&scene, &limited, ERR_EXPIRED, "alice", "here"),
	    ERR_TOO_MANY_ATTEMPTS);
	assert_true(scene.fetches);
	assert_false(scene.speaks);
	assert_int_equal(ask(&scene, &limited, ERR_KEYS_NEEDED, "bob", "here"),
	    ERR_KEYS_NEEDED);
	assert_true(scene.fetches);
	assert_int_equal(
	    ask(&scene, &limited, ERR_EXPIRED, "alice", "elsewhere"),
	    ERR_EXPIRED);
}

static void
what_is_good_passes_and_clears(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i <= ATTEMPTS; i++)
		(void)!ask(&scene, &limited, ERR_EXPIRED, "alice", "here");
	assert_int_equal(scene.outcome, ERR_TOO_MANY_ATTEMPTS);
	assert_int_equal(ask(&scene, &limited, OK, "alice", "here"), OK);
	assert_int_equal(
	    ask(&scene, &limited, ERR_EXPIRED, "alice", "here"), ERR_EXPIRED);
}

static void
a_window_later_reasons_are_told_again(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i <= ATTEMPTS; i++)
		(void)!ask(&scene, &limited, ERR_EXPIRED, "alice", "here");
	agency_pass(scene.agency, 59);
	assert_int_equal(ask(&scene, &limited, ERR_EXPIRED, "alice", "here"),
	    ERR_TOO_MANY_ATTEMPTS);
	agency_pass(scene.agency, 1);
	assert_int_equal(
	    ask(&scene, &limited, ERR_EXPIRED, "alice", "here"), ERR_EXPIRED);
}

/* What is not an attempt of a person is neither counted nor held up. */
static void
some_refusals_do_not_count(void **state)
{
	static const enum err others[] = {ERR_PERMISSION_DENIED,
	    ERR_INVALID_PARAMETER, ERR_STORE_FULL, ERR_TOKEN_REUSED};
	auto_clear(scene) struct scene scene = {0};

	scene_begin(&scene, state);
	for (int i = 0; i <= ATTEMPTS; i++) {
		(void)!ask(&scene, &limited, ERR_KEYS_NEEDED, "a", "here");
		(void)!ask(&scene, &limited, ERR_KEYS_UNAVAILABLE, "a", "here");
		(void)!ask(
		    &scene, &limited, ERR_PERMISSION_DENIED, "a", "here");
		(void)!ask(
		    &scene, &limited, ERR_INVALID_PARAMETER, "a", "here");
	}
	assert_int_equal(ask(&scene, &limited, ERR_KEYS_NEEDED, "a", "here"),
	    ERR_KEYS_NEEDED);
	for (int i = 0; i < ATTEMPTS; i++)
		(void)!ask(&scene, &limited, ERR_EXPIRED, "a", "here");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(
		    ask(&scene, &limited, others[i], "a", "here"), others[i]);
}

static void
wrong_codes_are_counted_as_such(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	const struct limit_place here = {"bob", "here", NULL};

	scene_begin(&scene, state);
	for (int64_t i = 0; i < 4; i++) {
		assert_int_equal(
		    limit_codes_left(scene.agency->limit, &here, AGENCY_START),
		    10 - i);
		(void)!ask(&scene, &limited, ERR_CODE_ELSEWHERE, "a", "here");
		(void)!ask(&scene, &limited, ERR_WRONG_CODE, "a", "here");
	}
}

/* Those who were refused ten tokens first do not guess codes for ever. */
static void
wrong_codes_are_counted_above_the_limit_too(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	const struct limit_place here = {"a", "here", NULL};

	scene_begin(&scene, state);
	for (int i = 0; i < ATTEMPTS; i++)
		(void)!ask(&scene, &limited, ERR_EXPIRED, "a", "here");
	for (int64_t i = 0; i < 4; i++) {
		assert_int_equal(
		    limit_codes_left(scene.agency->limit, &here, AGENCY_START),
		    10 - i);
		assert_int_equal(
		    ask(&scene, &limited, ERR_WRONG_CODE, "a", "here"),
		    ERR_TOO_MANY_ATTEMPTS);
	}
}

static void
a_row_that_is_not_limited_is_as_before(void **state)
{
	struct request unlimited = limited;
	auto_clear(scene) struct scene scene = {0};

	unlimited.flags = 0;
	scene_begin(&scene, state);
	for (int i = 0; i < 2 * ATTEMPTS; i++)
		assert_int_equal(
		    ask(&scene, &unlimited, ERR_EXPIRED, "alice", "here"),
		    ERR_EXPIRED);
	assert_int_equal(
	    ask(&scene, &limited, ERR_EXPIRED, "alice", "here"), ERR_EXPIRED);
}

static void
the_login_is_limited(void **state)
{
	const struct request *row = NULL;

	(void)state;
	assert_int_equal(
	    request_find("io.jwtagent.Login.Authenticate", &row), OK);
	assert_true((row->flags & LIMITED) != 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(above_the_limit_a_refusal_says_no_more),
	    TEST(what_is_good_passes_and_clears),
	    TEST(a_window_later_reasons_are_told_again),
	    TEST(some_refusals_do_not_count),
	    TEST(wrong_codes_are_counted_as_such),
	    TEST(wrong_codes_are_counted_above_the_limit_too),
	    TEST(a_row_that_is_not_limited_is_as_before),
	    cmocka_unit_test(the_login_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
