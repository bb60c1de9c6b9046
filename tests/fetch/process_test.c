/* SPDX-License-Identifier: BSD-3-Clause */
/* Fetchers that hang, die, lie or cannot be started; and many at once. */
#include "tests/fetch/scene.h"

#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#define AT_ONCE 40
#define OPEN_FILE 77
#define PIPE_BIT (1ULL << (SIGPIPE - 1))

static void
assert_said(const struct result *result, const char *said)
{
	if (result->problem == NULL || strstr(result->problem, said) == NULL)
		fail_msg("\"%s\", not \"%s\"",
		    result->problem != NULL ? result->problem : "keys", said);
}

/* Every process was waited for. */
static void
assert_nobody_left(const struct scene *scene)
{
	pid_t pids[FETCHING_MAX];

	assert_int_equal(scene_fetchers(scene, pids, FETCHING_MAX), 0);
}

static void
run_out(struct scene *scene)
{
	pid_t pids[FETCHING_MAX];

	for (int i = 0; i < 50 && scene_fetchers(scene, pids, FETCHING_MAX) > 0;
	     i++)
		assert_true(sd_event_run(scene->loop, UINT64_C(100000)) >= 0);
	assert_nobody_left(scene);
}

static void
fetch_plain(struct scene *scene, const char *path, struct result *result)
{
	char url[PATH_MAX];
	struct fetch_request request = {.url = url};

	scene_url(scene, PLAIN, path, url);
	scene_fetch(scene, &request, result);
}

static void
start_plain(struct scene *scene, const char *path, struct result *result)
{
	char url[PATH_MAX];
	struct fetch_request request = {.url = url};

	scene_url(scene, PLAIN, path, url);
	scene_start(scene, &request, result);
}

static void
test_programs_that_are_no_fetcher(void **state)
{
	static const struct {
		const char *script, *said;
	} rows[] = {
	    {"true", "the fetcher ended without an answer"},
	    {"exit 3", "the fetcher ended with exit status 3"},
	    {"echo '{\"jwks\":{}}'; exit 1", "ended with exit status 1"},
	    {"echo '{\"jwks\":{}}'; kill -9 $$", "was ended by signal 9"},
	    {"kill -11 $$", "the fetcher was ended by signal 11"},
	    {"echo hello", "is not valid: message is not JSON"},
	    {"echo '{\"jwks\":{}'", "is not valid: message is not JSON"},
	    {"echo '[]'", "is not valid: "},
	    {"echo '{}'", "not exactly one of keys and problem"},
	    {"echo '{\"jwks\":{},\"problem\":\"p\"}'", "not exactly one of"},
	    {"echo '{\"jwks\":[]}'", "is not valid: jwks is not an object"},
	    {"echo '{\"jwks\":{},\"key\":1}'", "is not valid: key is unknown"},
	    {"echo '{\"jwks\":{},\"jwks\":{}}'",
		"is not valid: \"jwks\" stands twice"},
	    {"echo '{\"problem\":\"a\\u001bb\"}'", "a?b"},
	    {"head -c 700000 /dev/zero | tr '\\0' ' '; exec sleep 60",
		"the fetcher's answer is larger than 614400 bytes"},
	    {"cat /dev/zero", "the fetcher's answer is larger than"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct result result = {0};

		scene_script(*state, "fetcher", rows[i].script);
		fetch_plain(*state, "/keys", &result);
		assert_said(&result, rows[i].said);
		result_clear(&result);
		run_out(*state);
	}
}

static void
test_programs_that_cannot_be_started(void **state)
{
	static const struct {
		const char *program, *said;
	} rows[] = {
	    {"/nonexistent/fetcher",
		"the fetcher /nonexistent/fetcher could not be started: No"},
	    {"/etc/passwd", "could not be started: Permission denied"},
	    {"/", "could not be started: Permission denied"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct result result = {0};

		scene_fetching(*state, rows[i].program);
		fetch_plain(*state, "/keys", &result);
		assert_said(&result, rows[i].said);
		result_clear(&result);
		assert_nobody_left(*state);
	}
}

/* As systemd's AmbientCapabilities= does; only root can. */
static void
raise_ambient_kill(void)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (geteuid() != 0)
		return;
	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[0].inheritable |= 1U << CAP_KILL;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
	assert_int_equal(
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), 0);
}

/* What it is given: a request, and nothing of what the agent has. */
static void
test_a_fetcher_inherits_nothing(void **state)
{
	struct result result = {0};
	json_t *seen;

	setenv("SECRET", "42", 1);
	assert_int_equal(dup2(1, OPEN_FILE), OPEN_FILE);
	raise_ambient_kill();
	scene_script(*state, "fetcher",
	    "read -r request\n"
	    "field() { sed -n \"s/^$1:[[:space:]]*//p\" /proc/self/status; }\n"
	    "echo \"{\\\"jwks\\\":{\\\"request\\\":$request,"
	    "\\\"env\\\":\\\"$(env | sed /^PWD=/d | sed /^_=/d |"
	    " sed /^OLDPWD=/d)\\\","
	    "\\\"ambient\\\":\\\"$(field CapAmb)\\\","
	    "\\\"ignored\\\":\\\"$(field SigIgn)\\\","
	    "\\\"leaked\\\":\\\"$(ls /proc/$$/fd | grep -x 77)\\\"}}\"");
	signal(SIGPIPE, SIG_IGN);
	fetch_plain(*state, "/keys", &result);
	signal(SIGPIPE, SIG_DFL);
	unsetenv("SECRET");
	close(OPEN_FILE);
	if (result.problem != NULL)
		fail_msg("%s", result.problem);
	seen = result.jwks;
	assert_non_null(
	    json_object_get(json_object_get(seen, "request"), "url"));
#define SEEN(name) json_string_value(json_object_get(seen, name))
	assert_string_equal(SEEN("env"), "PATH=/usr/bin:/bin");
	assert_string_equal(SEEN("ambient"), "0000000000000000");
	/* some others are the C library's own */
	assert_int_equal(strtoull(SEEN("ignored"), NULL, 16) & PIPE_BIT, 0);
	assert_string_equal(SEEN("leaked"), "");
#undef SEEN
	result_clear(&result);
}

static bool
has_line(const char *file, pid_t pid, const char *start, const char *words)
{
	char path[64], line[256], name[64], rest[128];
	bool found = false;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	stream = fopen(path, "re");
	assert_non_null(stream);
	while (!found && fgets(line, sizeof(line), stream) != NULL) {
		size_t size = strlen(start);

		if (strncmp(line, start, size) != 0)
			continue;
		found =
		    sscanf(line + size, "%63s %127[^\n]", name, rest) >= 1 &&
		    strncmp(name, words, strlen(words)) == 0;
	}
	fclose(stream);
	return found;
}

static pid_t
only_fetcher(const struct scene *scene)
{
	pid_t pids[FETCHING_MAX];

	assert_int_equal(scene_fetchers(scene, pids, FETCHING_MAX), 1);
	return pids[0];
}

static void
pause_ms(long ms)
{
	struct timespec wait = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&wait, NULL);
}

/* Until it waits for the network. */
static void
let_it_confine_itself(pid_t pid)
{
	for (int i = 0; i < 200; i++) {
		if (has_line("status", pid, "NoNewPrivs:", "1") &&
		    has_line("limits", pid, "Max open files", "64"))
			break;
		pause_ms(20);
	}
	pause_ms(50);
}

static void
test_the_fetcher_gives_up_what_it_has(void **state)
{
	struct result result = {0};
	sigset_t blocked, before;
	pid_t pid;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	start_plain(*state, "/hang", &result);
	sigprocmask(SIG_SETMASK, &before, NULL);
	pid = only_fetcher(*state);
	let_it_confine_itself(pid);
	assert_true(has_line("status", pid, "NoNewPrivs:", "1"));
	assert_true(has_line("status", pid, "CapPrm:", "0000000000000000"));
	assert_true(has_line("status", pid, "CapEff:", "0000000000000000"));
	assert_true(has_line("status", pid, "CapInh:", "0000000000000000"));
	assert_true(has_line("status", pid, "SigBlk:", "0000000000000000"));
	assert_true(has_line("limits", pid, "Max core file size", "0"));
	assert_true(has_line("limits", pid, "Max open files", "64"));
	assert_false(has_line("limits", pid, "Max address space", "unlimited"));
	if (geteuid() == 0) {
		assert_true(has_line("status", pid, "Uid:", "65534"));
		assert_true(has_line("status", pid, "Gid:", "65534"));
		assert_false(has_line("status", pid, "Groups:", ""));
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	scene_wait(*state, &result, 1);
	result_clear(&result);
}

static void
test_a_killed_fetcher_costs_one_fetch(void **state)
{
	struct result killed = {0}, next = {0};

	start_plain(*state, "/hang", &killed);
	assert_int_equal(kill(only_fetcher(*state), SIGKILL), 0);
	scene_wait(*state, &killed, 1);
	assert_said(&killed, "the fetcher was ended by signal 9 (Killed)");
	assert_nobody_left(*state);
	fetch_plain(*state, "/keys", &next);
	assert_null(next.problem);
	assert_non_null(next.jwks);
	result_clear(&killed);
	result_clear(&next);
}

static void
note(const struct fetch_reply *reply, void *context)
{
	int *calls = context;

	(void)reply;
	(*calls)++;
}

static void
test_only_so_many_run_at_once(void **state)
{
	struct scene *scene = *state;
	struct result results[AT_ONCE] = {0};
	struct fetch_request request;
	char url[PATH_MAX];
	int started = 0, calls = 0;

	request = (struct fetch_request){.url = url};
	scene_url(scene, PLAIN, "/keys", url);
	for (; started < FETCHING_MAX; started++)
		scene_start(scene, &request, &results[started]);
	for (int i = started; i < AT_ONCE; i++)
		assert_int_equal(
		    fetching_start(scene->fetching, &request, note, &calls),
		    ERR_BUSY);
	scene_wait(scene, results, FETCHING_MAX);
	for (int i = 0; i < FETCHING_MAX; i++) {
		assert_null(results[i].problem);
		result_clear(&results[i]);
	}
	assert_nobody_left(scene);
	assert_int_equal(calls, 0);
	fetch_plain(scene, "/keys", &results[0]);
	assert_null(results[0].problem);
	result_clear(&results[0]);
}

struct again {
	struct scene *scene;
	struct result first, second;
};

static void
start_another(const struct fetch_reply *reply, void *context)
{
	struct again *again = context;

	assert_non_null(reply->jwks);
	again->first.calls++;
	start_plain(again->scene, "/keys", &again->second);
}

static void
test_an_answer_may_start_another(void **state)
{
	struct again again = {.scene = *state};
	char url[PATH_MAX];
	struct fetch_request request = {.url = url};

	scene_url(*state, PLAIN, "/keys", url);
	assert_int_equal(fetching_start(again.scene->fetching, &request,
			     start_another, &again),
	    OK);
	scene_wait(*state, &again.first, 1);
	scene_wait(*state, &again.second, 1);
	assert_null(again.second.problem);
	result_clear(&again.first);
	result_clear(&again.second);
}

static void
test_freeing_kills_those_that_run(void **state)
{
	struct scene *scene = *state;
	struct result results[3] = {0};

	for (size_t i = 0; i < 3; i++)
		start_plain(scene, "/hang", &results[i]);
	scene_fetching(scene, "/nonexistent/fetcher");
	assert_nobody_left(scene);
	start_plain(scene, "/keys", &results[0]);
	scene_fetching(scene, NULL); /* one that was never started */
	assert_true(sd_event_run(scene->loop, 0) >= 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(results[i].calls, 0);
}

static void
test_requests_are_bounded(void **state)
{
	struct scene *scene = *state;
	struct fetch_request request = {0};
	int calls = 0;

	request.url = malloc(FETCH_REQUEST_MAX + 1);
	assert_non_null(request.url);
	memset(request.url, 'x', FETCH_REQUEST_MAX);
	request.url[FETCH_REQUEST_MAX] = '\0';
	assert_int_equal(
	    fetching_start(scene->fetching, &request, note, &calls),
	    ERR_INVALID_PARAMETER);
	request.url[FETCH_REQUEST_MAX / 2] = '\0';
	{
		struct result result = {0};

		scene_fetch(scene, &request, &result);
		assert_said(&result, "the request is not valid: url is too");
		result_clear(&result);
	}
	free(request.url);
	assert_int_equal(calls, 0);
}

static long
seconds_since(const struct timespec *before)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - before->tv_sec;
}

/* All wait together, for as long as the slowest. */
static void
test_slow_ones_are_given_up(void **state)
{
	static const struct {
		enum port port;
		const char *path, *script, *said;
	} rows[] = {
	    {MUTE, "/keys", NULL, "could not connect to https://localhost:"},
	    {PLAIN, "/hang", NULL, "/hang took longer than the 8 s"},
	    {PLAIN, "/drip", NULL, "/drip took longer than the 8 s"},
	    {PLAIN, "/keys", "exec sleep 60", "fetcher took longer than 9 s"},
	    {PLAIN, "/keys", "exec <&- >&-; trap '' TERM; exec sleep 60",
		"fetcher took longer than 9 s"},
	};
	struct scene *scene = *state;
	struct fetching *all[5] = {NULL};
	struct result results[5] = {0};
	struct timespec before;
	char url[PATH_MAX], name[16];
	struct fetch_request request = {.url = url};

	clock_gettime(CLOCK_MONOTONIC, &before);
	for (size_t i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "slow%zu", i);
		if (rows[i].script != NULL)
			scene_script(scene, name, rows[i].script);
		else
			scene_fetching(scene, NULL);
		scene_url(scene, rows[i].port, rows[i].path, url);
		scene_start(scene, &request, &results[i]);
		all[i] = TAKE(scene->fetching);
	}
	scene_wait(scene, results, 1);
	assert_in_range(seconds_since(&before), 3, 6);
	scene_wait(scene, results, 5);
	assert_in_range(seconds_since(&before), 9, 11);
	for (size_t i = 0; i < 5; i++) {
		assert_said(&results[i], rows[i].said);
		result_clear(&results[i]);
		fetching_free(all[i]);
	}
	assert_nobody_left(scene);
}

static int
use_real_fetcher(void **state)
{
	scene_fetching(*state, NULL);
	return 0;
}

#define REAL_FETCHER(test) cmocka_unit_test_setup(test, use_real_fetcher)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    REAL_FETCHER(test_programs_that_are_no_fetcher),
	    REAL_FETCHER(test_programs_that_cannot_be_started),
	    REAL_FETCHER(test_a_fetcher_inherits_nothing),
	    REAL_FETCHER(test_the_fetcher_gives_up_what_it_has),
	    REAL_FETCHER(test_a_killed_fetcher_costs_one_fetch),
	    REAL_FETCHER(test_only_so_many_run_at_once),
	    REAL_FETCHER(test_an_answer_may_start_another),
	    REAL_FETCHER(test_freeing_kills_those_that_run),
	    REAL_FETCHER(test_requests_are_bounded),
	    REAL_FETCHER(test_slow_ones_are_given_up),
	};

	return cmocka_run_group_tests(tests, scene_new, scene_free);
}
