/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_ARGUMENTS_H
#define JWT_AGENT_CLI_ARGUMENTS_H

/*
 * From argv to a call. Options may stand before and behind noun and verb.
 * An option that the command does not take, one given twice (--claim apart),
 * a missing or a surplus argument are refused with a line on stderr.
 */

#include "jwt-agent/cli/command.h"

struct cli_option_row {
	const char *name;
	const char *argument; /* NULL: a flag */
	const char *help;
};

const struct cli_option_row *cli_option_row(enum cli_option option);

/*
 * Fills a call that is all zero but for its program. ERR_USAGE after a line
 * on stderr. With --help or --version the call may have no command; `noun` is
 * then what help is asked for, or NULL.
 */
MUST_USE enum err
arguments_read(int argc, char **argv, struct call *call, const char **noun);

#endif
