/* SPDX-License-Identifier: BSD-3-Clause */

/* What is said of the processes that are to end is true of them. */

#include "jwt-agent/server/leaders.h"
#include "jwt-agent/server/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SESSION "0123456789ABCDEFGHJKMNPQRS"
#define STRANGER 65534
#define LOOP_MICROSECONDS (2 * UINT64_C(1000000))

struct scene {
	sd_event *loop;
	struct log log;
	struct leaders *leaders;
	pid_t child;
	int gone;
};

static void
on_gone(const char *session, void *context)
{
	struct scene *scene = context;

	assert_string_equal(session, SESSION);
	scene->gone++;
}

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	assert_true(sd_event_new(&scene->loop) >= 0);
	assert_int_equal(leaders_new(&scene->leaders, scene->loop, &scene->log,
			     on_gone, scene),
	    OK);
	scene->child = fork();
	if (scene->child == 0)
		for (;;)
			pause();
	*state = scene;
	return 0;
}

/* Waits for the child, which a signal has ended, and says which. */
static int
end_of(struct scene *scene)
{
	int status = 0;

	if (scene->child > 0)
		assert_int_equal(
		    waitpid(scene->child, &status, 0), scene->child);
	scene->child = 0;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	if (scene->child > 0)
		kill(scene->child, SIGKILL);
	(void)end_of(scene);
	leaders_free(scene->leaders);
	sd_event_unref(scene->loop);
	free(scene);
	return 0;
}

/* valgrind does not know the call. */
static int
hold(const struct scene *scene)
{
	int pidfd = pidfd_open(scene->child, 0);

	if (pidfd < 0 && errno == ENOSYS)
		skip();
	assert_true(pidfd >= 0);
	return pidfd;
}

static void
watch(struct scene *scene)
{
	assert_int_equal(
	    leaders_watch(scene->leaders, SESSION, hold(scene)), OK);
}

static struct effect
effect_of(int64_t pid, int64_t start)
{
	return (struct effect){EFFECT_END, SESSION, pid, start, 0};
}

static enum effect_outcome
end_watched(struct scene *scene)
{
	const struct effect effect = effect_of(scene->child, 1);

	return leaders_end(scene->leaders, &effect);
}

static void
a_process_that_runs_is_ended(void **state)
{
	struct scene *scene = *state;

	watch(scene);
	assert_int_equal(end_watched(scene), EFFECT_ENDED);
	assert_int_equal(end_watched(scene), EFFECT_ENDED);
	assert_int_equal(end_of(scene), SIGTERM);
	while (scene->gone == 0)
		assert_true(sd_event_run(scene->loop, LOOP_MICROSECONDS) > 0);
	assert_int_equal(scene->gone, 1);
}

static void
a_process_that_has_ended_is_gone(void **state)
{
	struct scene *scene = *state;

	watch(scene);
	kill(scene->child, SIGKILL);
	assert_int_equal(end_of(scene), SIGKILL);
	assert_int_equal(end_watched(scene), EFFECT_GONE);
}

/* It takes signals without being there. */
static void
a_process_that_nobody_waited_for_is_gone(void **state)
{
	struct scene *scene = *state;
	siginfo_t info;

	watch(scene);
	kill(scene->child, SIGKILL);
	assert_int_equal(
	    waitid(P_PID, (id_t)scene->child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(end_watched(scene), EFFECT_GONE);
}

static void
a_process_that_is_not_watched_is_found_by_its_start(void **state)
{
	struct scene *scene = *state;
	struct leader found = {.fd = hold(scene)};
	struct effect effect;

	assert_int_equal(process_identify(found.fd, &found), OK);
	close(found.fd);
	effect = effect_of(found.pid, found.start + 1);
	assert_int_equal(leaders_end(scene->leaders, &effect), EFFECT_GONE);
	assert_int_equal(waitpid(scene->child, NULL, WNOHANG), 0);
	effect.start = found.start;
	assert_int_equal(leaders_end(scene->leaders, &effect), EFFECT_ENDED);
	assert_int_equal(end_of(scene), SIGTERM);
}

static void
a_process_that_cannot_be_looked_for_is_not_called_gone(void **state)
{
	struct scene *scene = *state;
	const struct effect effect = effect_of(scene->child, 1);
	struct rlimit limit, none;

	close(hold(scene));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(leaders_end(scene->leaders, &effect), EFFECT_DENIED);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(leaders_end(scene->leaders, &effect), EFFECT_GONE);
}

static void
a_session_without_a_process_has_ended(void **state)
{
	struct scene *scene = *state;
	const struct effect effect = effect_of(0, 0);

	assert_int_equal(leaders_end(scene->leaders, &effect), EFFECT_ENDED);
}

/* In a process of its own, which gives up root. */
static void
a_process_of_somebody_else_is_not_permitted(void **state)
{
	struct scene *scene = *state;
	int status = 0;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	watch(scene);
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) != 0 ||
		    setresgid(STRANGER, STRANGER, STRANGER) != 0 ||
		    setresuid(STRANGER, STRANGER, STRANGER) != 0)
			_exit(1);
		_exit(end_watched(scene) == EFFECT_DENIED ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(scene->child, NULL, WNOHANG), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_process_that_runs_is_ended),
	    TEST(a_process_that_has_ended_is_gone),
	    TEST(a_process_that_nobody_waited_for_is_gone),
	    TEST(a_process_that_is_not_watched_is_found_by_its_start),
	    TEST(a_process_that_cannot_be_looked_for_is_not_called_gone),
	    TEST(a_session_without_a_process_has_ended),
	    TEST(a_process_of_somebody_else_is_not_permitted),
	};

	return cmocka_run_group_tests_name("leaders", tests, NULL, NULL);
}
