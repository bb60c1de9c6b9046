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

/* What the numbers mean. What has less than the second to do is not shown but
 * on a terminal. */
struct meter_unit {
	uint64_t size;
	uint64_t min;
	const char *name;
};
extern const struct meter_unit METER_MIB, METER_ENTRIES;

struct meter {
	struct progress progress; /* to be handed on */
	const char *what;	  /* "copied" */
	const struct meter_unit *unit;
	bool terminal;
	bool drawn;
	unsigned int shown; /* per cent */
};

/* `what` lives on; so does the meter until it ends, at the same place. */
void meter_begin(struct meter *meter, const struct call *call, const char *what,
    const struct meter_unit *unit);

/* Takes the line off the terminal. */
void meter_end(struct meter *meter);

#endif
