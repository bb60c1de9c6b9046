/* SPDX-License-Identifier: BSD-3-Clause */
/* The refresh file: many processes, its rights, and what goes wrong. */
#include "base/prompt.h"
#include "tests/cli/command_run.h"
#include "tests/cli/fake_agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define PROCESSES 24
#define ACCESS_SIZE 1500

/* A family with one current token, "jr1_N"; any other is reuse and ends it. */
struct family {
	int generation;
	bool revoked;
	int64_t lifetime;
};

static json_t *
rotate(struct family *family)
{
	char access[ACCESS_SIZE + 1], refresh[32];
	int64_t now = time(NULL);

	family->generation++;
	memset(access, 'a' + family->generation % 26, ACCESS_SIZE);
	access[ACCESS_SIZE] = '\0';
	snprintf(refresh, sizeof(refresh), "jr1_%d", family->generation);
	return fake_reply(
	    json_pack("{ss ss sI ss sI si}", "device", "d", "access_token",
		access, "access_expires", (json_int_t)(now + family->lifetime),
		"refresh_token", refresh, "refresh_expires",
		(json_int_t)(now + 1000), "generation", family->generation));
}

static json_t *
answer(const char *method, const json_t *parameters, void *state)
{
	struct family *family = state;
	char current[32];

	if (strcmp(method, "io.jwtagent.Token.Refresh") != 0)
		return fake_refusal("org.varlink.service.MethodNotFound", NULL);
	snprintf(current, sizeof(current), "jr1_%d", family->generation);
	if (family->revoked ||
	    strcmp(json_string_value(json_object_get(parameters, "token")),
		current) != 0) {
		family->revoked = true;
		return fake_refusal("io.jwtagent.TokenReused", NULL);
	}
	return rotate(family);
}

struct setting {
	struct fake_agent agent;
	struct folder folder; /* of the token */
	char token[PATH_MAX];
	struct command_run run;
};

static int
set_up_lasting(void **state, int64_t lifetime)
{
	struct setting *setting = calloc(1, sizeof(*setting));
	struct family family = {.generation = 1, .lifetime = lifetime};

	assert_non_null(setting);
	fake_agent_start(&setting->agent, answer, &family);
	folder_new(&setting->folder);
	folder_path(&setting->folder, "token", setting->token);
	folder_write(&setting->folder, "token", "jr1_1\n", 0600);
	*state = setting;
	return 0;
}

static int
set_up(void **state)
{
	return set_up_lasting(state, 900);
}

/* access tokens that are never worth keeping */
static int
set_up_brief(void **state)
{
	return set_up_lasting(state, 5);
}

static int
tear_down(void **state)
{
	struct setting *setting = *state;

	fake_agent_clear(&setting->agent);
	folder_clear(&setting->folder);
	free(setting);
	return 0;
}

static mode_t
mode_of(const struct setting *setting, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	assert_int_equal(
	    lstat(folder_path(&setting->folder, name, path), &status), 0);
	return status.st_mode & 07777U;
}

static void
assert_token(const struct setting *setting, const char *expected)
{
	auto_str char *text = folder_read(&setting->folder, "token");

	assert_non_null(text);
	assert_string_equal(text, expected);
}

static void
refresh(struct setting *setting)
{
	command_run(&setting->run, "token", "refresh", "--config",
	    setting->agent.config, "--file", setting->token, NULL);
}

static void
test_file(void **state)
{
	struct setting *setting = *state;
	json_t *json;

	refresh(setting);
	assert_int_equal(setting->run.code, 0);
	assert_int_equal(strlen(setting->run.said), ACCESS_SIZE + 1);
	assert_token(setting, "jr1_2\n");
	assert_int_equal(mode_of(setting, "token"), 0600);
	assert_int_equal(mode_of(setting, "token.lock"), 0600);
	assert_int_equal(mode_of(setting, "token.access"), 0600);

	command_run(&setting->run, "token", "refresh", "--config",
	    setting->agent.config, "--file", setting->token, "--json", NULL);
	assert_int_equal(setting->run.code, 0);
	json = command_json(&setting->run);
	assert_string_equal(
	    json_string_value(json_object_get(json, "refresh_token")), "jr1_3");
	assert_int_equal(
	    json_integer_value(json_object_get(json, "generation")), 3);
	assert_true(json_is_string(json_object_get(json, "access_token")));
	assert_true(json_is_integer(json_object_get(json, "access_expires")));
	json_decref(json);
	assert_token(setting, "jr1_3\n");
}

static void
test_standard_input(void **state)
{
	struct setting *setting = *state;

	setting->run.input = "jr1_1\n";
	command_run(&setting->run, "token", "refresh", "--config",
	    setting->agent.config, NULL);
	assert_int_equal(setting->run.code, 0);
	assert_string_equal(setting->run.said + ACCESS_SIZE, "\njr1_2\n");
	setting->run.input = "";
	command_run(&setting->run, "token", "refresh", "--config",
	    setting->agent.config, NULL);
	assert_int_equal(setting->run.code, 3);
	assert_non_null(strstr(setting->run.complained,
	    "jwt-agent: token refresh: there is no token on standard input"));
}

/* Many at once: `run_one` in processes of their own; all must end with 0. */
static void
run_many(struct setting *setting, void (*run_one)(struct setting *))
{
	pid_t process[PROCESSES];

	fflush(NULL);
	for (int i = 0; i < PROCESSES; i++) {
		process[i] = fork();
		assert_true(process[i] >= 0);
		if (process[i] == 0) {
			run_one(setting);
			if (setting->run.code != 0)
				fprintf(stderr, "%s", setting->run.complained);
			_exit(setting->run.code);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(process[i], &status, 0), process[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void
test_many_processes(void **state)
{
	struct setting *setting = *state;
	char expected[32];

	run_many(setting, refresh);
	snprintf(expected, sizeof(expected), "jr1_%d\n", PROCESSES + 1);
	assert_token(setting, expected);
	assert_int_equal(mode_of(setting, "token"), 0600);
}

static void
ask(struct setting *setting)
{
	char variable[PATH_MAX + 32];
	char *environment[] = {variable, NULL};

	snprintf(variable, sizeof(variable), "JWT_AGENT_REFRESH_FILE=%s",
	    setting->token);
	setting->run.environment = environment;
	command_run(&setting->run, "askpass", "--config", setting->agent.config,
	    PROMPT_DEFAULT, NULL);
	setting->run.environment = NULL;
}

static void
ask_part_2(struct setting *setting)
{
	char variable[PATH_MAX + 32];
	char *environment[] = {variable, NULL};

	snprintf(variable, sizeof(variable), "JWT_AGENT_REFRESH_FILE=%s",
	    setting->token);
	setting->run.environment = environment;
	command_run(&setting->run, "askpass", "--config", setting->agent.config,
	    "Token (part 2): ", NULL);
	setting->run.environment = NULL;
}

static void
test_askpass_refreshes_once(void **state)
{
	struct setting *setting = *state;

	run_many(setting, ask);
	assert_token(setting, "jr1_2\n");
	fake_agent_stop(&setting->agent);
	ask(setting);
	assert_int_equal(setting->run.code, 0);
	assert_int_equal(strlen(setting->run.said), ANSWER_PART_SIZE + 2);
	ask_part_2(setting);
	assert_int_equal(setting->run.code, 0);
	assert_int_equal(
	    strlen(setting->run.said), ACCESS_SIZE - ANSWER_PART_SIZE + 1);
}

static void
test_parts_are_of_one_token(void **state)
{
	struct setting *setting = *state;
	char first;

	ask(setting);
	assert_int_equal(setting->run.code, 0);
	first = setting->run.said[0];
	/* it lasts less than the margin, and is answered all the same */
	ask_part_2(setting);
	assert_int_equal(setting->run.code, 0);
	assert_int_equal(setting->run.said[0], first);
	assert_token(setting, "jr1_2\n");
	ask(setting);
	assert_int_equal(setting->run.code, 0);
	assert_int_not_equal(setting->run.said[0], first);
	assert_token(setting, "jr1_3\n");
}

static void
test_refused_token_stays(void **state)
{
	struct setting *setting = *state;

	folder_write(&setting->folder, "token", "jr1_0\n", 0600);
	refresh(setting);
	assert_int_equal(setting->run.code, 3);
	assert_string_equal(setting->run.said, "");
	assert_non_null(strstr(setting->run.complained,
	    "jwt-agent: token refresh: this refresh token was used before"));
	assert_token(setting, "jr1_0\n");
	assert_null(folder_read(&setting->folder, "token.new"));
}

static void
test_agent_stopped(void **state)
{
	struct setting *setting = *state;

	fake_agent_stop(&setting->agent);
	refresh(setting);
	assert_int_equal(setting->run.code, 4);
	assert_non_null(
	    strstr(setting->run.complained, "try: systemctl status jwt-agent"));
	assert_token(setting, "jr1_1\n");
	assert_null(folder_read(&setting->folder, "token.new"));
}

/* The exchange itself mends a file that others can read. */
static void
test_file_that_others_can_read(void **state)
{
	struct setting *setting = *state;
	char path[PATH_MAX];
	struct stat status;

	folder_write(&setting->folder, "token", "jr1_1\n", 0644);
	refresh(setting);
	assert_int_equal(setting->run.code, 0);
	assert_non_null(
	    strstr(setting->run.complained, "others could read the token"));
	folder_path(&setting->folder, "token", path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

/* What is in it may be anybody's. */
static void
test_file_that_everybody_can_write(void **state)
{
	struct setting *setting = *state;

	folder_write(&setting->folder, "token", "jr1_1\n", 0666);
	refresh(setting);
	assert_int_equal(setting->run.code, 3);
	assert_non_null(
	    strstr(setting->run.complained, "type: chmod 600 /tmp/"));
	assert_token(setting, "jr1_1\n");
}

static void
test_no_plain_file(void **state)
{
	struct setting *setting = *state;
	char other[PATH_MAX];

	folder_path(&setting->folder, "other", other);
	assert_int_equal(rename(setting->token, other), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 1);
	assert_non_null(strstr(setting->run.complained, "No such file"));

	assert_int_equal(symlink(other, setting->token), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 1);
	assert_non_null(strstr(setting->run.complained, "is a symbolic link"));
	assert_int_equal(unlink(setting->token), 0);

	assert_int_equal(link(other, setting->token), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 1);
	assert_int_equal(unlink(setting->token), 0);

	assert_int_equal(mkfifo(setting->token, 0600), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 1);
	assert_int_equal(unlink(setting->token), 0);

	folder_write(&setting->folder, "token", "\n", 0600);
	refresh(setting);
	assert_int_equal(setting->run.code, 3);
	assert_non_null(strstr(setting->run.complained, "holds no token"));

	command_run(&setting->run, "token", "refresh", "--config",
	    setting->agent.config, "--file", "/", NULL);
	assert_int_equal(setting->run.code, 1);
	command_run(&setting->run, "token", "refresh", "--config",
	    setting->agent.config, "--file", "/nowhere/token", NULL);
	assert_int_equal(setting->run.code, 1);
}

static void
test_lock_is_no_way_out(void **state)
{
	struct setting *setting = *state;
	char lock[PATH_MAX], next[PATH_MAX];
	auto_str char *other = NULL;

	folder_path(&setting->folder, "token.lock", lock);
	folder_write(&setting->folder, "other", "untouched", 0644);
	assert_int_equal(symlink("other", lock), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 1);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(mkfifo(lock, 0600), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 1);
	assert_int_equal(unlink(lock), 0);

	/* what a killed process left, or a stranger put there, is replaced */
	folder_path(&setting->folder, "token.new", next);
	assert_int_equal(symlink("other", next), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 0);
	assert_token(setting, "jr1_2\n");
	other = folder_read(&setting->folder, "other");
	assert_string_equal(other, "untouched");
}

/* Root refreshes a person's file: it stays the person's. */
static void
test_owner_stays(void **state)
{
	static const char *const names[] = {
	    "token", "token.lock", "token.access"};
	struct setting *setting = *state;
	const uid_t person = 12345;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(setting->token, person, person), 0);
	refresh(setting);
	assert_int_equal(setting->run.code, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[PATH_MAX];
		struct stat status;

		folder_path(&setting->folder, names[i], path);
		assert_int_equal(lstat(path, &status), 0);
		assert_int_equal(status.st_uid, person);
		assert_int_equal(status.st_gid, person);
	}
}

static void
test_strangers_file(void **state)
{
	struct setting *setting = *state;
	pid_t process;
	int status;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(setting->folder.path, 0777), 0);
	process = fork();
	if (process == 0) {
		if (setuid(12345) != 0)
			_exit(99);
		refresh(setting);
		_exit(setting->run.code);
	}
	assert_int_equal(waitpid(process, &status, 0), process);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_token(setting, "jr1_1\n");
}

int
main(void)
{
#define TEST(name, up) cmocka_unit_test_setup_teardown(name, up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_file, set_up),
	    TEST(test_standard_input, set_up),
	    TEST(test_many_processes, set_up),
	    TEST(test_askpass_refreshes_once, set_up),
	    TEST(test_parts_are_of_one_token, set_up_brief),
	    TEST(test_refused_token_stays, set_up),
	    TEST(test_agent_stopped, set_up),
	    TEST(test_file_that_others_can_read, set_up),
	    TEST(test_file_that_everybody_can_write, set_up),
	    TEST(test_no_plain_file, set_up),
	    TEST(test_lock_is_no_way_out, set_up),
	    TEST(test_owner_stays, set_up),
	    TEST(test_strangers_file, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
