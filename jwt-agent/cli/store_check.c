/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/admin.h"
#include "varlink/login.h"

static bool
is_sound(const json_t *tables)
{
	const json_t *table;
	size_t i;

	json_array_foreach (tables, i, table)
		if (json_integer_value(json_object_get(table, "problems")) != 0)
			return false;
	return true;
}

int
cli_store_check(const struct call *call)
{
	static const struct column columns[] = {
	    {"TABLE", "table", COLUMN_PLAIN},
	    {"ENTRIES", "entries", COLUMN_PLAIN},
	    {"PROBLEMS", "problems", COLUMN_PLAIN},
	    {"FIRST", "problem", COLUMN_PLAIN},
	};
	struct empty request;
	auto_json json_t *tables = NULL;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.StoreCheck",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "table", table_view_fields(), &tables);

	if (e != OK)
		return err_exit(e);
	e = call_has(call, CLI_JSON)
	    ? output_json(tables)
	    : output_table(columns, sizeof(columns) / sizeof(*columns), tables);
	if (e == OK && !is_sound(tables))
		e = ERR_STORE;
	return err_exit(e);
}
