/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/command.h"
#include "jwt-agent/cli/usage.h"
#include "tests/cli/command_run.h"
#include "tests/cli/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static struct command_run run;

static void
test_usage_errors(void **state)
{
	static const struct {
		const char *word[5];
		const char *sentence;
	} bad[] = {
	    {{NULL}, "jwt-agent: what is to be done?\n"},
	    {{"nonsense"}, "jwt-agent: unknown command nonsense\n"},
	    {{"device"}, "jwt-agent: device: what is to be done with it?\n"},
	    {{"device", "eat"}, "jwt-agent: device: unknown command eat\n"},
	    {{"device", "show"}, "jwt-agent: device needs a DEVICE\n"},
	    {{"device", "show", "a", "b"},
		"jwt-agent: device: too many arguments\n"},
	    {{"device", "list", "a"},
		"jwt-agent: device: too many arguments\n"},
	    {{"status", "a", "b", "c", "d"},
		"jwt-agent: status: too many arguments\n"},
	    {{"device", "enroll", "--user", "a"},
		"jwt-agent: device enroll: say --name NAME, or --again "
		"DEVICE\n"},
	    {{"device", "enroll", "--name=n", "--again=d"},
		"jwt-agent: device enroll: --again goes without --name"},
	    {{"device", "enroll", "--again=d", "--user=a"},
		"jwt-agent: device enroll: --again goes without --name"},
	    {{"device", "enroll", "--again=d", "--claim=a=1"},
		"jwt-agent: device enroll: --again goes without --name"},
	    {{"device", "rename", "d"},
		"jwt-agent: device needs a DEVICE NAME\n"},
	    {{"device", "rename", "a", "b", "c"},
		"jwt-agent: device: too many arguments\n"},
	    {{"token", "explain", "--user", "a"},
		"jwt-agent: token needs --service SERVICE\n"},
	    {{"status", "--all"}, "jwt-agent: status does not take --all\n"},
	    {{"status", "--nonsense"},
		"jwt-agent: unknown option --nonsense\n"},
	    {{"status", "--json=yes"},
		"jwt-agent: unknown option --json=yes\n"},
	    {{"status", "-j"}, "jwt-agent: unknown option -j\n"},
	    {{"status", "--config"}, "jwt-agent: --config needs a value\n"},
	    {{"status", "--json", "--json"},
		"jwt-agent: --json is given twice\n"},
	    {{"audit", "list", "--limit", "0"},
		"jwt-agent: audit list: --limit takes a number"},
	    {{"audit", "list", "--limit", "1x"},
		"jwt-agent: audit list: --limit takes a number"},
	    {{"device", "enroll", "--name=n", "--claim", "novalue"},
		"jwt-agent: device enroll: --claim takes NAME=VALUE\n"},
	    {{"device", "enroll", "--name=n", "--claim", "=1"},
		"jwt-agent: device enroll: --claim takes NAME=VALUE\n"},
	    {{"device", "enroll", "--name=n", "--claim=a=1", "--claim=a=2"},
		"jwt-agent: device enroll: the claim a is given twice\n"},
	    {{"--help", "nonsense"}, "jwt-agent: unknown command nonsense\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *const *word = bad[i].word;

		command_run(
		    &run, word[0], word[1], word[2], word[3], word[4], NULL);
		assert_int_equal(run.code, 2);
		assert_string_equal(run.said, "");
		assert_memory_equal(
		    run.complained, bad[i].sentence, strlen(bad[i].sentence));
	}
}

static void
test_options_stand_anywhere(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], ok[PATH_MAX + 8];

	(void)state;
	folder_new(&folder);
	folder_write(&folder, "c", "", 0644);
	folder_path(&folder, "c", path);
	snprintf(ok, sizeof(ok), "%s: ok\n", path);
	command_run(&run, "--config", path, "config", "check", NULL);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said, ok);
	command_run(&run, "config", "--config", path, "check", NULL);
	assert_string_equal(run.said, ok);
	command_run(&run, "config", "check", "--config", path, NULL);
	assert_string_equal(run.said, ok);
}

static void
test_help(void **state)
{
	const struct command *commands;
	size_t count;

	(void)state;
	command_run(&run, "--help", NULL);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.complained, "");
	commands = command_table(&count);
	for (size_t i = 0; i < count; i++)
		assert_non_null(strstr(run.said, commands[i].help));
	assert_non_null(strstr(run.said,
	    "\n  device enroll [--user USER] [--name NAME] "
	    "[--claim NAME=VALUE ...] [--refresh-file PATH] "
	    "[--again DEVICE] [--key FILE] [--json]\n"));
	assert_non_null(strstr(
	    run.said, "\n  device revoke [--reason TEXT] [--json] DEVICE\n"));

	command_run(&run, "session", "--help", NULL);
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "session terminate"));
	assert_non_null(strstr(run.said, "--all"));
	assert_null(strstr(run.said, "device enroll"));
	command_run(&run, "session", "list", "-h", NULL);
	assert_int_equal(run.code, 0);
}

static void
test_version(void **state)
{
	(void)state;
	command_run(&run, "--version", NULL);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said, "jwt-agent 1.2.3\n");
}

static void
test_serve(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX];

	(void)state;
	folder_new(&folder);
	folder_path(&folder, "c", path);
	command_run(&run, "serve", "--config", path, NULL);
	assert_int_equal(run.code, 2);
	assert_string_equal(run.said, "");
	folder_write(&folder, "c", "[agent]\n", 0644);
	command_run(&run, "serve", "--config", path, NULL);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said, "serving\n");
}

static void
test_config_commands(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], sentence[PATH_MAX + 128];
	json_t *json;

	(void)state;
	folder_new(&folder);
	folder_path(&folder, "c", path);
	folder_write(&folder, "c", "[token]\nissuer = me\nspeed = 1\n", 0644);
	snprintf(sentence, sizeof(sentence),
	    "%s:3: unknown key \"speed\" in section [token]\n", path);
	command_run(&run, "config", "check", "--config", path, NULL);
	assert_int_equal(run.code, 2);
	assert_string_equal(run.complained, sentence);
	command_run(&run, "config", "check", "--json", "--config", path, NULL);
	assert_int_equal(run.code, 2);
	json = command_json(&run);
	assert_true(json_is_false(json_object_get(json, "ok")));
	json_decref(json);
	command_run(&run, "config", "show", "--config", path, NULL);
	assert_int_equal(run.code, 2);

	folder_write(&folder, "c", "[token]\nissuer = me\n", 0644);
	command_run(&run, "config", "show", "--json", "--config", path, NULL);
	assert_int_equal(run.code, 0);
	json = command_json(&run);
	assert_string_equal(json_string_value(json_object_get(
				json_object_get(json, "token"), "issuer")),
	    "me");
	assert_int_equal(json_integer_value(json_object_get(
			     json_object_get(json, "token"), "refresh_idle")),
	    30 * 86400);
	json_decref(json);

	/* what it shows is itself a configuration */
	command_run(&run, "config", "show", "--config", path, NULL);
	assert_int_equal(run.code, 0);
	folder_write(&folder, "c", run.said, 0644);
	command_run(&run, "config", "check", "--config", path, NULL);
	assert_int_equal(run.code, 0);
}

static void
test_completion(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], line[PATH_MAX + 256];

	(void)state;
	if (system("command -v bash >/dev/null") != 0)
		skip();
	folder_new(&folder);
	command_run(&run, "completion", "bash", NULL);
	assert_int_equal(run.code, 0);
	folder_write(&folder, "c", run.said, 0644);
	folder_path(&folder, "c", path);
	snprintf(line, sizeof(line),
	    "bash -c '. %s; COMP_WORDS=(jwt-agent device rev); COMP_CWORD=2; "
	    "_jwt_agent; test \"${COMPREPLY[*]}\" = revoke'",
	    path);
	assert_int_equal(system(line), 0);
	snprintf(line, sizeof(line),
	    "bash -c '. %s; COMP_WORDS=(jwt-agent session list --a); "
	    "COMP_CWORD=3; _jwt_agent; test \"${COMPREPLY[*]}\" = --all'",
	    path);
	assert_int_equal(system(line), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_usage_errors),
	    cmocka_unit_test(test_options_stand_anywhere),
	    cmocka_unit_test(test_help),
	    cmocka_unit_test(test_version),
	    cmocka_unit_test(test_serve),
	    cmocka_unit_test(test_config_commands),
	    cmocka_unit_test(test_completion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
