/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* What the other end of the socket may do wrong. */

#define TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYWVtb24ifQ.c2ln"
#define ASKED "ask: Password or token: \n"
#define NOBODY 65534

static const struct service services[] = {
    {"plain", "auth required @JWT@\n"},
    {"quick", "auth required @JWT@ timeout=1s debug\n"},
    {"named", "auth required @MODULE@ socket=@SOCKET@ agent_user=nobody\n"},
};

static int
authenticate(struct scene *scene)
{
	return pam_authenticate(scene->pamh, 0);
}

static void
fails_on_reply(const char *reply)
{
	struct scene scene;

	scene_begin(&scene, "plain");
	fake_agent_reply(scene.agent, "Authenticate", reply);
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_AUTHINFO_UNAVAIL);
	assert_null(pam_getenv(scene.pamh, "JWT_SESSION"));
	assert_shown(&scene, ASKED);
	assert_logged(&scene, "login failed reason=Protocol");
	scene_end(&scene);
}

static void
takes_no_half_good_reply(void **state)
{
	(void)state;
	fails_on_reply("");
	fails_on_reply("yes");
	fails_on_reply("{}");
	fails_on_reply("true");
	fails_on_reply("{\"parameters\":{}}");
	fails_on_reply("{\"parameters\":\"true\"}");
	fails_on_reply("{\"parameters\":{\"session\":true,\"device\":\"d\","
		       "\"expires\":1}}");
	fails_on_reply("{\"parameters\":{\"session\":\"" FAKE_SESSION
		       "\",\"device\":\"d\",\"expires\":\"1\"}}");
	fails_on_reply("{\"parameters\":{\"session\":\"" FAKE_SESSION
		       "\",\"device\":\"d\",\"expires\":1,\"more\":1}}");
	fails_on_reply("{\"parameters\":{\"session\":\"../x\","
		       "\"device\":\"d\",\"expires\":1}}");
	fails_on_reply("{\"parameters\":{\"session\":\"" FAKE_SESSION
		       "\",\"device\":\"d\",\"expires\":1},"
		       "\"continues\":\"false\"}");
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
fails_in_manner(enum fake_manner manner, const char *reason)
{
	struct scene scene;
	double start = seconds();

	scene_begin(&scene, "quick");
	fake_agent_manner(scene.agent, manner);
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_AUTHINFO_UNAVAIL);
	assert_logged(&scene, reason);
	assert_true(seconds() - start < 5);
	scene_end(&scene);
}

static void
does_not_wait_for_ever(void **state)
{
	double start = seconds();

	(void)state;
	fails_in_manner(FAKE_HANG, "reason=Timeout");
	assert_true(seconds() - start >= 0.9);
}

static void
survives_a_broken_agent(void **state)
{
	(void)state;
	fails_in_manner(FAKE_CLOSE, "reason=Unreachable");
	fails_in_manner(FAKE_ENDLESS, "reason=Protocol");
}

static void
reads_a_reply_that_drips(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "plain");
	fake_agent_manner(scene.agent, FAKE_DRIP);
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	scene_end(&scene);
}

static void
returns_at_once_without_an_agent(void **state)
{
	struct scene scene;
	double start = seconds();

	(void)state;
	scene_begin_alone(&scene, "plain");
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_AUTHINFO_UNAVAIL);
	assert_true(seconds() - start < 1);
	assert_shown(&scene, ASKED);
	assert_logged(&scene, "login failed reason=Unreachable");
	assert_logged(&scene, "jwt-agent doctor");
	scene_end(&scene);
}

/* Whoever can put a socket there must not be given tokens. */
static void
tells_a_stranger_nothing(void **state)
{
	struct scene scene;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: cannot serve as another user\n");
		skip();
	}
	scene_begin_alone(&scene, "plain");
	scene.agent = fake_agent_start(scene_socket(), NOBODY);
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_AUTHINFO_UNAVAIL);
	assert_logged(&scene, "login failed reason=UntrustedServer");
	assert_not_asked(&scene);
	scene_end(&scene);
}

static void
trusts_the_user_it_is_told_to(void **state)
{
	struct scene scene;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: cannot serve as another user\n");
		skip();
	}
	scene_begin_alone(&scene, "named");
	scene.agent = fake_agent_start(scene_socket(), NOBODY);
	scene_answers(&scene, TOKEN);
	assert_int_equal(authenticate(&scene), PAM_SUCCESS);
	scene_end(&scene);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_no_half_good_reply),
	    cmocka_unit_test(does_not_wait_for_ever),
	    cmocka_unit_test(survives_a_broken_agent),
	    cmocka_unit_test(reads_a_reply_that_drips),
	    cmocka_unit_test(returns_at_once_without_an_agent),
	    cmocka_unit_test(tells_a_stranger_nothing),
	    cmocka_unit_test(trusts_the_user_it_is_told_to),
	};

	(void)argc;
	scene_stage(argv, services, sizeof(services) / sizeof(*services));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
