/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/transfer.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/importline.h"
#include "jwt-agent/cli/importreport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Bytes of lines in one call; a message has 64 KiB. */
#define BATCH_BYTES (40 * 1024)

/* Lines of one user that wait to be sent together. */
struct batch {
	const struct call *call;
	struct importreport *report;
	struct client *client;
	json_t *lines;
	int64_t number[IMPORT_LINES_MAX];
	size_t bytes;
	char *user;
};

static enum err
add_results(struct batch *batch, const json_t *results)
{
	const json_t *result;
	enum err e = OK;
	size_t i;

	if (json_array_size(results) != json_array_size(batch->lines))
		return ERR_PROTOCOL;
	json_array_foreach (results, i, result)
		if (e == OK)
			e = importreport_add(
			    batch->report, batch->number[i], result);
	return e;
}

static enum err
send_batch(struct batch *batch)
{
	const struct import_request request = {
	    batch->user, batch->lines, call_has(batch->call, CLI_DRY_RUN)};
	auto_clear(import_reply) struct import_reply reply = {0};
	enum err e;

	if (json_array_size(batch->lines) == 0)
		return OK;
	e = connection_ask_on(batch->call, batch->client,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Import",
		.request_fields = import_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = import_reply_fields(),
		.reply = &reply,
	    });
	if (e == OK)
		e = add_results(batch, reply.results);
	json_array_clear(batch->lines);
	batch->bytes = 0;
	return e;
}

static bool
has_room(const struct batch *batch, const char *user, size_t bytes)
{
	return batch->user != NULL && strcmp(batch->user, user) == 0 &&
	    json_array_size(batch->lines) < IMPORT_LINES_MAX &&
	    batch->bytes + bytes <= BATCH_BYTES;
}

static enum err
begin_user(struct batch *batch, const char *user)
{
	free(batch->user);
	batch->user = strdup(user);
	return batch->user != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
add_line(struct batch *batch, const struct importline *line)
{
	const char *user =
	    json_string_value(json_object_get(line->json, "user"));
	enum err e = OK;

	if (!has_room(batch, user, line->size)) {
		e = send_batch(batch);
		if (e == OK)
			e = begin_user(batch, user);
	}
	if (e != OK)
		return e;
	batch->number[json_array_size(batch->lines)] = line->number;
	batch->bytes += line->size;
	return json_array_append(batch->lines, line->json) == 0 ? OK
								: ERR_NO_MEMORY;
}

static enum err
read_lines(struct batch *batch, FILE *file)
{
	struct importline line = {0};
	enum err e = OK;

	while (e == OK) {
		e = importline_next(file, &line);
		if (e != OK)
			break;
		e = line.json != NULL
		    ? add_line(batch, &line)
		    : importreport_skip(
			  batch->report, line.number, line.reason, line.detail);
	}
	importline_clear(&line);
	if (e == ERR_IO)
		connection_complain(batch->call, "the file cannot be read");
	return e == ERR_NOT_FOUND ? send_batch(batch) : e;
}

static enum err
open_file(const struct call *call, FILE **out)
{
	*out = strcmp(call->argument, "-") == 0 ? stdin
						: fopen(call->argument, "re");
	if (*out != NULL)
		return OK;
	connection_complain(call, "%s: %s", call->argument, strerror(errno));
	return ERR_USAGE;
}

static enum err
import_file(const struct call *call, FILE *file, struct importreport *report)
{
	auto_free(client) struct client *client = NULL;
	auto_json json_t *lines = json_array();
	struct batch batch = {.call = call, .report = report, .lines = lines};
	enum err e = connection_begin(call, &client);

	batch.client = client;
	if (e == OK)
		e = read_lines(&batch, file);
	free(batch.user);
	return e;
}

int
cli_store_import(const struct call *call)
{
	struct importreport report;
	FILE *file = NULL;
	enum err e = open_file(call, &file);

	if (e != OK)
		return err_exit(e);
	e = importreport_begin(&report);
	if (e == OK)
		e = import_file(call, file, &report);
	/* after a fault, too: what came before it is done */
	if (report.lines > 0 || e == OK)
		e = importreport_print(&report, call) != OK ? ERR_IO : e;
	if (e == OK && report.skipped > 0)
		e = ERR_PERMISSION_DENIED;
	importreport_clear(&report);
	if (file != stdin)
		fclose(file);
	return err_exit(e);
}
