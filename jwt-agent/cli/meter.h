/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_METER_H
#define JWT_AGENT_CLI_METER_H

/*
 * How far something is, on standard error: on a terminal a line that is
 * drawn over and over, elsewhere a line at each quarter of the way, and with
 * --quiet nothing. What is small passes without a word.
 */

#include "base/progress.h"
#include "jwt-agent/cli/command.h"

/* What has less than this to do is not shown but on a terminal. */
#define METER_MIN ((uint64_t)64 << 20)

struct meter {
	struct progress progress; /* to be handed on */
	const char *what;	  /* "copied" */
	bool terminal;
	bool drawn;
	unsigned int shown; /* per cent */
};

/* `what` lives on; so does the meter until it ends, at the same place. */
void
meter_begin(struct meter *meter, const struct call *call, const char *what);

/* Takes the line off the terminal. */
void meter_end(struct meter *meter);

#endif
