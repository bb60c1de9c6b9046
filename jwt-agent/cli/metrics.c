/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/newfile.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/observe/exposition.h"
#include "varlink/metric.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct client_call question = {
    .method = "io.jwtagent.Admin.Metrics", .fd = -1};

static enum err
print_series(const json_t *series, void *context)
{
	return exposition_add(context, series);
}

static enum err
print(const struct call *call, FILE *out)
{
	struct exposition exposition = {.out = out};

	return connection_stream(
	    call, &question, "metric", print_series, &exposition);
}

/* Node_exporter, who reads it, is somebody else. */
static enum err
fill(const struct call *call, const struct newfile *file)
{
	auto_fd int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	enum err e;

	if (out == NULL)
		return ERR_IO;
	fd = -1;
	e = print(call, out);
	if (fclose(out) != 0 && e == OK)
		e = ERR_IO;
	if (e == OK && fchmod(file->fd, 0644) != 0)
		e = ERR_IO;
	if (e == ERR_IO)
		connection_complain(
		    call, "%s: %s", file->path, strerror(errno));
	return e;
}

static enum err
write_file(const struct call *call, const char *path)
{
	auto_clear(newfile) struct newfile file = {.part = NULL};
	struct file_error error = {""};
	enum err e = newfile_open(&file, path, true, &error);

	if (e == OK) {
		e = fill(call, &file);
		if (e != OK)
			return e;
		e = newfile_publish(&file, &error);
	}
	if (e != OK)
		connection_complain(call, "%s", error.text);
	return e;
}

int
cli_metrics(const struct call *call)
{
	auto_json json_t *list = NULL;
	enum err e;

	if (call->argument != NULL && call_has(call, CLI_JSON)) {
		connection_complain(call, "a file is no JSON: leave one out");
		return err_exit(ERR_USAGE);
	}
	if (call->argument != NULL)
		return err_exit(write_file(call, call->argument));
	if (!call_has(call, CLI_JSON))
		return err_exit(print(call, stdout));
	e = connection_list(
	    call, &question, "metric", metric_view_fields(), &list);
	return err_exit(e == OK ? output_json(list) : e);
}
