/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_CLI_COMMAND_RUN_H
#define TESTS_CLI_COMMAND_RUN_H

/*
 * Runs the command in a process of its own, as a shell would.
 */

#include <jansson.h>
#include <sys/types.h>

#define SAID_MAX (256 * 1024)
#define WORDS_MAX 32
#define REFUSED_GROUP "refused" /* as admin_group=, by the program's check */

struct command_run {
	const char *name;   /* argv[0]; NULL: "jwt-agent" */
	const char *input;  /* NULL: nothing */
	char **environment; /* NAME=VALUE ..., NULL at the end; or NULL */
	/* afterwards */
	int code;
	char said[SAID_MAX];	   /* standard output */
	char complained[SAID_MAX]; /* standard error */
};

/* The words behind the name of the command, NULL at the end. */
void command_run(struct command_run *run, ...) __attribute__((sentinel));

/* Standard output as JSON, to be freed; fails the test when it is none. */
json_t *command_json(const struct command_run *run);

#endif
