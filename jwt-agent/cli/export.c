/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/transfer.h"

#include "jwt-agent/cli/connection.h"

#include <stdio.h>

static enum err
print_line(const json_t *entry, void *context)
{
	const json_t *line = json_object_get(entry, "line");
	const struct call *call = context;

	if (!json_is_object(line))
		return ERR_PROTOCOL;
	if (json_dumpf(line, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF)
		return OK;
	connection_complain(call, "the export cannot be written");
	return ERR_IO;
}

static enum err
export_kind(const struct call *call, const char *kind)
{
	const struct export_request request = {(char *)(uintptr_t)kind};

	return connection_stream(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Export",
		.request_fields = export_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "line", print_line, (void *)(uintptr_t)call);
}

int
cli_store_export(const struct call *call)
{
	static const struct {
		enum cli_option option;
		const char *kind;
	} kinds[] = {{CLI_USERS, TRANSFER_USER}, {CLI_DEVICES, TRANSFER_DEVICE},
	    {CLI_SESSIONS, TRANSFER_SESSION}};
	bool all = !call_has(call, CLI_USERS) && !call_has(call, CLI_DEVICES) &&
	    !call_has(call, CLI_SESSIONS);
	enum err e = OK;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && e == OK; i++)
		if (all || call_has(call, kinds[i].option))
			e = export_kind(call, kinds[i].kind);
	if (e == OK && fflush(stdout) != 0) {
		connection_complain(call, "the export cannot be written");
		e = ERR_IO;
	}
	return err_exit(e);
}
