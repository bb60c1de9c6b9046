/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_USAGE_H
#define JWT_AGENT_CLI_USAGE_H

/*
 * Help, made from the table of commands.
 */

#include "jwt-agent/cli/command.h"

#include <stdio.h>

/* All commands, or those of one noun with their options. */
void usage_print(FILE *file, const char *noun);

/* "device revoke [--reason TEXT] [--json] DEVICE" */
void usage_synopsis(FILE *file, const struct command *command);

#endif
