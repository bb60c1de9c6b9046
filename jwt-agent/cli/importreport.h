/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_IMPORTREPORT_H
#define JWT_AGENT_CLI_IMPORTREPORT_H

/* What became of the lines of an import: counts, and the first of those that
 * were skipped. */

#include "jwt-agent/cli/command.h"

#include <jansson.h>

/* How many skipped lines are told one by one. */
#define IMPORTREPORT_LINES_MAX 1000

struct importreport {
	int64_t lines, imported, present, skipped;
	json_t *reasons; /* an object: how many were skipped why */
	json_t *told;	 /* an array of {line, reason, detail} */
};

MUST_USE enum err importreport_begin(struct importreport *report);
void importreport_clear(struct importreport *report);

MUST_USE enum err importreport_skip(struct importreport *report, int64_t number,
    const char *reason, const char *detail);

/* A result as io.jwtagent.Admin.Import gives it. ERR_PROTOCOL. */
MUST_USE enum err importreport_add(
    struct importreport *report, int64_t number, const json_t *result);

/* On standard output, and for people what was skipped on stderr. */
MUST_USE enum err
importreport_print(const struct importreport *report, const struct call *call);

#endif
