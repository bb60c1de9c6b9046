/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/cli/command_run.h"

#include "jwt-agent/cli/cli.h"
#include "jwt-agent/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int
serve(const struct config *config)
{
	(void)config;
	puts("serving");
	return 0;
}

/* As the program does with what only it can read. */
static enum err
check(const struct config *config, struct config_error *error)
{
	if (strcmp(config->admin_group, REFUSED_GROUP) != 0)
		return OK;
	return config_refuse(
	    config, "agent", "admin_group", error, "refused by the program");
}

static int
memory(const char *text)
{
	int fd = memfd_create("said", 0);

	assert_true(fd >= 0);
	if (text != NULL)
		assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	lseek(fd, 0, SEEK_SET);
	return fd;
}

_Noreturn static void
become_command(const struct command_run *run, char **words, const int fds[3])
{
	const struct cli_program program = {
	    .version = "1.2.3", .serve = serve, .check = check};
	int count = 0;

	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	for (char **entry = run->environment; entry != NULL && *entry != NULL;
	     entry++)
		putenv(*entry);
	while (words[count] != NULL)
		count++;
	exit(cli_main(count, words, &program));
}

static void
take(int fd, char said[SAID_MAX])
{
	ssize_t size = pread(fd, said, SAID_MAX - 1, 0);

	assert_true(size >= 0);
	said[size] = '\0';
	close(fd);
}

static void
run_words(struct command_run *run, char **words)
{
	int fds[3] = {memory(run->input), memory(NULL), memory(NULL)};
	pid_t process;
	int status;

	fflush(NULL);
	process = fork();
	assert_true(process >= 0);
	if (process == 0)
		become_command(run, words, fds);
	assert_int_equal(waitpid(process, &status, 0), process);
	take(fds[1], run->said);
	take(fds[2], run->complained);
	close(fds[0]);
	if (!WIFEXITED(status))
		fail_msg("the command died of signal %d: %s", WTERMSIG(status),
		    run->complained);
	run->code = WEXITSTATUS(status);
}

void
command_run(struct command_run *run, ...)
{
	char *words[WORDS_MAX + 2] = {NULL};
	va_list arguments;
	size_t count = 0;

	words[count++] = strdup(run->name != NULL ? run->name : "jwt-agent");
	va_start(arguments, run);
	for (;;) {
		const char *word = va_arg(arguments, const char *);

		if (word == NULL)
			break;
		assert_true(count < WORDS_MAX);
		words[count++] = strdup(word);
	}
	va_end(arguments);
	run_words(run, words);
	for (size_t i = 0; i < count; i++)
		free(words[i]);
}

json_t *
command_json(const struct command_run *run)
{
	json_t *json = json_loads(run->said, JSON_REJECT_DUPLICATES, NULL);

	if (json == NULL)
		fail_msg("not JSON: %s%s", run->said, run->complained);
	return json;
}
