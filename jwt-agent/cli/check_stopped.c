/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/check_stopped.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/stopped_store.h"
#include "lmdb-store/check.h"

#include <stdio.h>

#define STEP 1024 /* entries */

static enum err
list_findings(const struct check_step *step, json_t *list)
{
	for (size_t i = 0; i < step->findings; i++) {
		const struct check_finding *finding = &step->finding[i];
		json_t *view = json_pack("{ss ss ss}", "rule", finding->rule,
		    "key", finding->key, "problem", finding->problem);

		if (json_array_append_new(list, view) != 0)
			return ERR_NO_MEMORY;
	}
	return OK;
}

/* As the agent's answer would have it. */
static enum err
add_step(struct check_report *report, const struct check_step *step)
{
	auto_json json_t *findings = json_array();
	const struct check_view view = {
	    .table = (char *)(uintptr_t)table_name(step->table),
	    .entries = step->entries,
	    .problems = step->problems,
	    .last = step->last,
	    .findings = findings,
	};
	enum err e =
	    findings != NULL ? list_findings(step, findings) : ERR_NO_MEMORY;

	return e == OK ? check_report_add(report, &view) : e;
}

static enum err
check(const struct inspection *inspection, struct check_report *report)
{
	struct check_place place = {0};
	struct check_step step = {.entries = 0};
	enum err e = OK;

	while (e == OK) {
		e = check_step(
		    inspection->txn, inspection->seal, &place, STEP, &step);
		if (e == OK)
			e = add_step(report, &step);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
check_stopped(const struct call *call, const struct config *config,
    struct check_report *report)
{
	auto_clear(inspection) struct inspection inspection = {.seal = NULL};
	struct store_error why = {""};
	enum err e = stopped_store_open(&inspection, config, &why);

	if (e != OK) {
		connection_complain(call, "%s", why.text);
		return e;
	}
	connection_complain(call,
	    "no agent answers: the store is read as it "
	    "lies there%s",
	    inspection.seal != NULL
		? ""
		: ", without the master key, so that no secret is opened");
	e = check(&inspection, report);
	if (e != OK)
		connection_complain(
		    call, "the store cannot be checked: %s", err_text(e));
	return e;
}
