/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_CLI_H
#define JWT_AGENT_CLI_CLI_H

/*
 * The command's way in. The daemon is handed in by main(), so that nothing
 * here includes the server.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

struct config;
struct config_error;

struct cli_program {
	const char *version;
	/* Runs the daemon until it is told to stop; its exit code. */
	int (*serve)(const struct config *config);
	/* What `config check` looks at beside keys and files; may be NULL. */
	enum err (*check)(
	    const struct config *config, struct config_error *error);
	/* Makes what the daemon needs; the steps as an array of objects. */
	enum err (*setup)(
	    const struct config *config, bool dry_run, json_t **steps);
};

/*
 * Runs the command that argv names. Returns the exit code: 0 done, 1 fault,
 * 2 usage or configuration, 3 refused, 4 agent not reachable, 5 not found.
 * Called under the name jwt-agent-askpass its one argument is the prompt, as
 * ssh(1) calls the program that SSH_ASKPASS names.
 */
int cli_main(int argc, char **argv, const struct cli_program *program);

#endif
