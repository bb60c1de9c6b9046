/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/check_stopped.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

/* Whether somebody serves the store. */
static bool
is_served(const struct config *config)
{
	auto_free(client) struct client *client = NULL;

	return connection_open(config, &client) != ERR_UNREACHABLE;
}

static enum err
check(const struct call *call, struct check_report *report)
{
	auto_free(config) struct config *config = NULL;
	enum err e = connection_config(call, &config);

	if (e != OK)
		return e;
	if (is_served(config))
		return check_report_ask(
		    call, "io.jwtagent.Admin.StoreCheck", report);
	e = check_report_begin(call, report);
	return e == OK ? check_stopped(call, config, report) : e;
}

int
cli_store_check(const struct call *call)
{
	auto_clear(check_report) struct check_report report = {0};
	enum err e = check(call, &report);

	if (e != OK)
		return err_exit(e);
	e = call_has(call, CLI_JSON) ? output_json(report.tables)
				     : check_report_print(&report);
	if (e == OK && report.problems > 0)
		e = ERR_STORE;
	return err_exit(e);
}
