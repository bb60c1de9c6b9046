/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_CHECK_REPORT_H
#define JWT_AGENT_CLI_CHECK_REPORT_H

/* What a check of the store, or of a part of it, has found. */

#include "base/fields.h"
#include "jwt-agent/cli/command.h"
#include "varlink/admin.h"

/* `tables`: an object {table, entries, problems, findings} for each table. */
struct check_report {
	json_t *tables;
	int64_t entries;
	int64_t problems;
	bool progress; /* is shown, on a terminal */
};

/* ERR_NO_MEMORY. */
MUST_USE enum err
check_report_begin(const struct call *call, struct check_report *report);
void check_report_clear(struct check_report *report);

/* One step more. ERR_NO_MEMORY. */
MUST_USE enum err
check_report_add(struct check_report *report, const struct check_view *step);

/* Asks by a method that streams steps; what fails has been said. */
MUST_USE enum err check_report_ask(
    const struct call *call, const char *method, struct check_report *report);

MUST_USE enum err check_report_print(const struct check_report *report);

#endif
