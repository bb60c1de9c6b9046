/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <stdio.h>

static enum err
show(const struct call *call, const json_t *steps)
{
	static const struct column columns[] = {
	    {"STEP", "step", COLUMN_PLAIN},
	    {"OUTCOME", "outcome", COLUMN_PLAIN},
	    {"WHAT", "object", COLUMN_PLAIN},
	    {"NOTE", "note", COLUMN_PLAIN},
	};

	if (call_has(call, CLI_JSON))
		return output_json(steps);
	return output_table(columns, sizeof(columns) / sizeof(*columns), steps);
}

int
cli_setup(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	auto_json json_t *steps = NULL;
	enum err shown, e = connection_config(call, &config);

	if (e != OK)
		return err_exit(e);
	e = call->program->setup(config, call_has(call, CLI_DRY_RUN), &steps);
	if (e == ERR_PERMISSION_DENIED) {
		fputs("jwt-agent: setup: only root can do that; --dry-run "
		      "shows what is missing\n",
		    stderr);
		return err_exit(e);
	}
	if (steps == NULL)
		return err_exit(e);
	shown = show(call, steps);
	return err_exit(e != OK ? e : shown);
}
