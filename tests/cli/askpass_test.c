/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/askpass.h"

#include "base/prompt.h"
#include "tests/cli/command_run.h"
#include "tests/cli/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct command_run run;

static void
test_prompts(void **state)
{
	static const struct {
		const char *prompt;
		unsigned part;
	} prompts[] = {
	    {PROMPT_DEFAULT, 1},
	    {"Password or token:", 1},
	    {"(alice@host) Password or token: ", 1},
	    {"(alice@2001:db8::1) Password or token:\n", 1},
	    {"Token (part 2): ", 2},
	    {"(alice@host) Token (part 17): ", 17},
	    {"Token (part 100):", 100},
	    {"", 0},
	    {"Password:", 0},
	    {"Password or token", 0},
	    {"password or token:", 0},
	    {"alice@host's password: ", 0},
	    {"Enter PIN for key; Password or token: ", 0},
	    {"Are you sure you want to continue connecting (yes/no)? ", 0},
	    {"Token (part 0): ", 0},
	    {"Token (part 1): ", 0},
	    {"Token (part -2): ", 0},
	    {"Token (part 02): ", 0},
	    {"Token (part 2: ", 0},
	    {"Token (part 101): ", 0},
	    {"Token (part 4294967298): ", 0},
	    {"(alice@host", 0},
	    {"(alice@host) ", 0},
	    {"(", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prompts) / sizeof(*prompts); i++)
		assert_int_equal(
		    askpass_part(prompts[i].prompt), prompts[i].part);
}

/* Puts the answers together as the module does. */
static void
assert_parts(size_t size, unsigned parts)
{
	auto_free(secret) struct secret *token = NULL;
	char whole[10000] = "";
	size_t at = 0;

	assert_int_equal(secret_zero(&token, size), OK);
	for (size_t i = 0; i < size; i++)
		secret_bytes(token)[i] = (uint8_t)('a' + i % 26);
	for (unsigned part = 1; part <= parts; part++) {
		auto_free(secret) struct secret *answer = NULL;
		size_t got;

		assert_int_equal(askpass_answer(token, part, &answer), OK);
		got = secret_size(answer);
		assert_true(got <= ANSWER_PART_SIZE + 1);
		if (part < parts) {
			assert_int_equal(
			    secret_text(answer)[got - 1], ANSWER_MORE);
			got--;
		}
		memcpy(whole + at, secret_text(answer), got);
		at += got;
	}
	assert_int_equal(at, size);
	assert_memory_equal(whole, secret_data(token), size);
}

static void
test_parts(void **state)
{
	auto_free(secret) struct secret *token = NULL;
	struct secret *answer = NULL;

	(void)state;
	assert_parts(1, 1);
	assert_parts(300, 1);
	assert_parts(1000, 1);
	assert_parts(1001, 2);
	assert_parts(2000, 2);
	assert_parts(6000, 6);
	assert_parts(6001, 7);
	assert_int_equal(secret_new(&token, "abc", 3), OK);
	assert_int_equal(askpass_answer(token, 0, &answer), ERR_NOT_FOUND);
	assert_int_equal(askpass_answer(token, 2, &answer), ERR_NOT_FOUND);
	assert_null(answer);
}

static void
test_token_file(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], variable[PATH_MAX + 32], token[2001];
	char *environment[] = {variable, NULL};

	(void)state;
	folder_new(&folder);
	folder_path(&folder, "t", path);
	snprintf(variable, sizeof(variable), "JWT_AGENT_TOKEN_FILE=%s", path);
	run.environment = environment;
	folder_write(&folder, "t", "\n  a.b.c  \n", 0600);
	command_run(&run, "askpass", "(a@h) Password or token: ", NULL);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said, "a.b.c\n");

	/* as ssh calls it */
	run.name = "/usr/bin/jwt-agent-askpass";
	command_run(&run, "(a@h) Password or token: ", NULL);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said, "a.b.c\n");
	command_run(&run, "--help", NULL);
	assert_int_equal(run.code, 3);
	assert_string_equal(run.said, "");
	command_run(&run, NULL);
	assert_int_equal(run.code, 2);
	run.name = NULL;

	memset(token, 'x', 1500);
	token[1500] = '\0';
	folder_write(&folder, "t", token, 0600);
	command_run(&run, "askpass", PROMPT_DEFAULT, NULL);
	assert_int_equal(strlen(run.said), ANSWER_PART_SIZE + 2);
	command_run(&run, "askpass", "Token (part 2): ", NULL);
	assert_int_equal(strlen(run.said), 501);
	command_run(&run, "askpass", "Token (part 3): ", NULL);
	assert_int_equal(run.code, 5);
	assert_string_equal(run.said, "");
	run.environment = NULL;
}

static void
test_refusals(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], variable[PATH_MAX + 32];
	char *environment[] = {variable, NULL};

	(void)state;
	command_run(&run, "askpass", "alice@host's password: ", NULL);
	assert_int_equal(run.code, 3);
	assert_string_equal(run.said, "");
	command_run(&run, "askpass", PROMPT_DEFAULT, NULL);
	assert_int_equal(run.code, 2);
	assert_string_equal(run.said, "");
	folder_new(&folder);
	folder_path(&folder, "t", path);
	snprintf(variable, sizeof(variable), "JWT_AGENT_TOKEN_FILE=%s", path);
	run.environment = environment;
	command_run(&run, "askpass", PROMPT_DEFAULT, NULL);
	assert_int_equal(run.code, 1);
	assert_string_equal(run.said, "");
	folder_write(&folder, "t", " \n", 0600);
	command_run(&run, "askpass", PROMPT_DEFAULT, NULL);
	assert_int_equal(run.code, 3);
	assert_string_equal(run.said, "");
	run.environment = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_prompts),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_token_file),
	    cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
