/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/admin.h"

#include <stdio.h>

static enum err
print_stats(const json_t *stats)
{
	static const struct column tables[] = {
	    {"TABLE", "table", COLUMN_PLAIN},
	    {"ENTRIES", "entries", COLUMN_PLAIN},
	    {"SIZE", "bytes", COLUMN_SIZE},
	    {"OLDEST", "oldest", COLUMN_TIME},
	    {"NEWEST", "newest", COLUMN_TIME},
	};
	static const struct column sizes[] = {
	    {"in use", "size", COLUMN_SIZE},
	    {"free of that", "free", COLUMN_SIZE},
	    {"map", "map", COLUMN_SIZE},
	    {"map at most", "map_max", COLUMN_SIZE},
	};
	enum err e = output_table(tables, sizeof(tables) / sizeof(*tables),
	    json_object_get(stats, "tables"));

	if (e != OK)
		return e;
	putchar('\n');
	return output_record(sizes, sizeof(sizes) / sizeof(*sizes), stats);
}

int
cli_store_stats(const struct call *call)
{
	auto_clear(store_stats_reply) struct store_stats_reply reply = {0};
	auto_json json_t *stats = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.StoreStats",
		.fd = -1,
		.reply_fields = store_stats_reply_fields(),
		.reply = &reply,
	    });

	if (e == OK)
		e = output_encode(store_stats_reply_fields(), &reply, &stats);
	if (e != OK)
		return err_exit(e);
	return err_exit(
	    call_has(call, CLI_JSON) ? output_json(stats) : print_stats(stats));
}
