/* SPDX-License-Identifier: BSD-3-Clause */
/* The fetcher behind a socket, as systemd serves it: a process for each
 * connection, of which the agent sees the connection only. */
#include "tests/fetch/scene.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define STRANGER 65534

/* What serves it; no socket is left behind by an end. */
struct manager {
	char path[PATH_MAX];
	char program[PATH_MAX];
	pid_t pid;
};

static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(path);
	memcpy(address.sun_path, path,
	    strnlen(path, sizeof(address.sun_path) - 1));
	if (bind(listening, (struct sockaddr *)&address, sizeof(address)) !=
		0 ||
	    listen(listening, SOMAXCONN) != 0)
		_exit(126);
	return listening;
}

/* As Accept=yes and StandardInput=socket have it. */
static void
serve(const struct manager *manager, int listening)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int connection = accept(listening, NULL, NULL);

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			dup2(connection, 0);
			dup2(connection, 1);
			close(connection);
			execl(manager->program, manager->program, NULL);
			_exit(127);
		}
		close(connection);
	}
}

static void
run_manager(const struct scene *scene, const struct manager *manager, uid_t uid,
    int ready)
{
	int listening;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* by its end the provider is told to end */
	close(scene->provider_input);
	if (uid != geteuid() && setuid(uid) != 0)
		_exit(125);
	listening = listen_at(manager->path);
	close(ready);
	serve(manager, listening);
}

/* Returns once it listens: its end of the pipe is closed then. */
static void
start(struct scene *scene, struct manager *manager, uid_t uid)
{
	int ready[2];
	char nothing;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	manager->pid = fork();
	assert_true(manager->pid >= 0);
	if (manager->pid == 0)
		run_manager(scene, manager, uid, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &nothing, 1), 0);
	close(ready[0]);
	assert_int_equal(waitpid(manager->pid, NULL, WNOHANG), 0);
	scene_fetching(scene, manager->path);
}

static void
stop(struct manager *manager)
{
	kill(manager->pid, SIGKILL);
	waitpid(manager->pid, NULL, 0);
}

/* With this script as its fetcher, NULL: the real one. */
static void
manage(struct scene *scene, struct manager *manager, const char *script)
{
	scene_path(scene, "socket", manager->path);
	if (script != NULL) {
		scene_script(scene, "fetcher", script);
		scene_path(scene, "fetcher", manager->program);
	} else {
		scene_program(manager->program);
	}
	start(scene, manager, geteuid());
}

static void
fetch_keys(struct scene *scene, struct result *result)
{
	char url[PATH_MAX];
	struct fetch_request request = {.url = url};

	scene_url(scene, PLAIN, "/keys", url);
	scene_fetch(scene, &request, result);
}

static void
assert_said(const struct result *result, const char *said)
{
	if (result->problem == NULL || strstr(result->problem, said) == NULL)
		fail_msg("\"%s\", not \"%s\"",
		    result->problem != NULL ? result->problem : "keys", said);
}

static void
test_keys(void **state)
{
	struct manager manager;
	struct result result = {0};

	manage(*state, &manager, NULL);
	for (int i = 0; i < 3; i++) {
		fetch_keys(*state, &result);
		assert_null(result.problem);
		assert_true(
		    json_is_array(json_object_get(result.jwks, "keys")));
		result_clear(&result);
	}
	stop(&manager);
}

static void
test_many_at_once(void **state)
{
	static struct result results[FETCHING_MAX];
	struct manager manager;
	char url[PATH_MAX];
	struct fetch_request request = {.url = url};
	struct result surplus = {0};

	manage(*state, &manager, "cat >/dev/null; echo '{\"jwks\":{}}'");
	scene_url(*state, PLAIN, "/keys", url);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < FETCHING_MAX; i++)
			scene_start(*state, &request, &results[i]);
		assert_int_equal(
		    scene_try(*state, &request, &surplus), ERR_BUSY);
		scene_wait(*state, results, FETCHING_MAX);
		for (size_t i = 0; i < FETCHING_MAX; i++) {
			assert_null(results[i].problem);
			result_clear(&results[i]);
		}
	}
	assert_int_equal(surplus.calls, 0);
	stop(&manager);
}

static void
test_fetchers_that_fail(void **state)
{
	static const struct {
		const char *script, *said;
	} rows[] = {
	    {"true", "the fetcher ended without an answer"},
	    {"exit 3", "the fetcher ended without an answer"},
	    {"kill -9 $$", "the fetcher ended without an answer"},
	    {"echo '{\"jwks\":{}'", "is not valid: message is not JSON"},
	    {"echo '{}'", "not exactly one of keys and problem"},
	    {"echo '{\"problem\":\"of a kind\"}'", "of a kind"},
	    {"cat /dev/zero", "the fetcher's answer is larger than"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct manager manager;
		struct result result = {0};

		manage(*state, &manager, rows[i].script);
		fetch_keys(*state, &result);
		assert_said(&result, rows[i].said);
		result_clear(&result);
		stop(&manager);
	}
}

static void
test_nobody_serves_it(void **state)
{
	struct manager manager;
	struct result result = {0};

	manage(*state, &manager, NULL);
	stop(&manager);
	fetch_keys(*state, &result);
	assert_said(&result, "could not be started: Connection refused");
	result_clear(&result);
}

/* Who has the socket has the keys that let people in. */
static void
test_a_strangers_socket(void **state)
{
	struct manager manager = {0};
	struct result result = {0};
	char folder[PATH_MAX];

	if (geteuid() != 0)
		skip();
	scene_path(*state, "stranger", folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(chown(folder, STRANGER, STRANGER), 0);
	scene_path(*state, "stranger/socket", manager.path);
	scene_script(*state, "fetcher", "echo '{\"jwks\":{}}'");
	scene_path(*state, "fetcher", manager.program);
	start(*state, &manager, STRANGER);
	fetch_keys(*state, &result);
	assert_said(&result, "could not be started: Operation not permitted");
	result_clear(&result);
	stop(&manager);
}

static void
test_long_path(void **state)
{
	struct manager manager;
	struct result result = {0};
	char folder[PATH_MAX], path[PATH_MAX + 8], name[100];

	manage(*state, &manager, NULL);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	scene_path(*state, name, folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/socket", folder);
	assert_int_equal(rename(manager.path, path), 0);
	scene_fetching(*state, path);
	fetch_keys(*state, &result);
	assert_said(&result, "could not be started: File name too long");
	result_clear(&result);
	stop(&manager);
}

/* The agent ends while a fetcher hangs: its `done` is not called. */
static void
test_hanging_up(void **state)
{
	struct manager manager;
	struct result result = {0};
	char url[PATH_MAX];
	struct fetch_request request = {.url = url};

	manage(*state, &manager, "exec sleep 60");
	scene_url(*state, PLAIN, "/keys", url);
	scene_start(*state, &request, &result);
	scene_fetching(*state, NULL);
	assert_int_equal(result.calls, 0);
	fetch_keys(*state, &result);
	assert_null(result.problem);
	result_clear(&result);
	stop(&manager);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_many_at_once),
	    cmocka_unit_test(test_fetchers_that_fail),
	    cmocka_unit_test(test_nobody_serves_it),
	    cmocka_unit_test(test_a_strangers_socket),
	    cmocka_unit_test(test_long_path),
	    cmocka_unit_test(test_hanging_up),
	};

	return cmocka_run_group_tests(tests, scene_new, scene_free);
}
