/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/cli.h"

#include "jwt-agent/cli/arguments.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/usage.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define ASKPASS_NAME "jwt-agent-askpass"

static enum err
check_files(const struct config *config)
{
	struct config_error error;
	enum err e = config_check_files(config, &error);

	if (e != OK)
		fprintf(stderr, "jwt-agent: serve: %s\n", error.text);
	return e;
}

int
cli_serve(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	enum err e = connection_config(call, &config);

	if (e == OK)
		e = check_files(config);
	return e == OK ? call->program->serve(config) : err_exit(e);
}

/* What was said must have arrived. */
static int
flush(int code)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return code;
	fprintf(stderr, "jwt-agent: standard output: %s\n", strerror(errno));
	return code != 0 ? code : err_exit(ERR_IO);
}

static int
help(const char *noun)
{
	if (noun != NULL && !command_has_noun(noun)) {
		fprintf(stderr, "jwt-agent: unknown command %s\n", noun);
		return err_exit(ERR_USAGE);
	}
	usage_print(stdout, noun);
	return 0;
}

static bool
is_askpass(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash != NULL ? slash + 1 : path, ASKPASS_NAME) == 0;
}

/* The prompt is another machine's text and must not be read as options. */
static int
run_askpass(int argc, char **argv, struct call *call)
{
	if (argc != 2) {
		fputs("usage: " ASKPASS_NAME " PROMPT\n", stderr);
		return err_exit(ERR_USAGE);
	}
	call->command = command_find("askpass", NULL);
	call->argument = argv[1];
	return call->command->run(call);
}

int
cli_main(int argc, char **argv, const struct cli_program *program)
{
	struct call call = {.program = program};
	const char *noun;

	setlocale(LC_CTYPE, "");
	if (argc > 0 && is_askpass(argv[0]))
		return flush(run_askpass(argc, argv, &call));
	if (arguments_read(argc, argv, &call, &noun) != OK)
		return err_exit(ERR_USAGE);
	if (call_has(&call, CLI_HELP))
		return flush(help(noun));
	if (call_has(&call, CLI_VERSION)) {
		printf("jwt-agent %s\n", program->version);
		return flush(0);
	}
	return flush(call.command->run(&call));
}
