/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/observe/exposition.h"
#include "varlink/metric.h"

#include <stdio.h>

static enum err
print_series(const json_t *series, void *context)
{
	return exposition_add(context, series);
}

int
cli_metrics(const struct call *call)
{
	struct exposition exposition = {.out = stdout};
	auto_json json_t *list = NULL;
	struct client_call question = {
	    .method = "io.jwtagent.Admin.Metrics", .fd = -1};
	enum err e;

	if (call_has(call, CLI_JSON)) {
		e = connection_list(
		    call, &question, "metric", metric_view_fields(), &list);
		return err_exit(e == OK ? output_json(list) : e);
	}
	e = connection_stream(
	    call, &question, "metric", print_series, &exposition);
	return err_exit(e);
}
