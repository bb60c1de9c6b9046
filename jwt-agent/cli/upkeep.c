/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/upkeep.h"

#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "lmdb-store/upkeep.h"
#include "varlink/login.h"
#include "varlink/upkeep.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

const char *
upkeep_say(struct upkeep *upkeep, const char *outcome, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(upkeep->detail, sizeof(upkeep->detail), format, arguments);
	va_end(arguments);
	return outcome;
}

static int
wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return err_exit(ERR_IO);
	return WIFEXITED(status) ? WEXITSTATUS(status) : err_exit(ERR_IO);
}

/* In a process of its own, which may become somebody else for good. */
static int
run_in_child(const struct call *call)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		int code = call->command->run(call);

		if (fflush(NULL) != 0 && code == 0)
			code = err_exit(ERR_IO);
		_exit(code);
	}
	return child > 0 ? wait_for(child) : err_exit(ERR_NO_MEMORY);
}

int
upkeep_command(const struct upkeep *upkeep, const char *noun, const char *verb,
    struct call *with)
{
	with->program = upkeep->call->program;
	with->command = command_find(noun, verb);
	with->option[CLI_CONFIG] = upkeep->call->option[CLI_CONFIG];
	return with->command != NULL ? run_in_child(with)
				     : err_exit(ERR_INTERNAL);
}

const char *
upkeep_check_folder(struct upkeep *upkeep)
{
	const char *folder = upkeep->config->backup_dir;
	struct stat status;

	if (stat(folder, &status) != 0)
		return upkeep_say(upkeep, UPKEEP_FAILED,
		    "backup_dir: %.150s: %s", folder, strerror(errno));
	if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() ||
	    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return upkeep_say(upkeep, UPKEEP_FAILED,
		    "backup_dir: %.100s is no folder of root's that nobody "
		    "else can write in (chown root, chmod go-w)",
		    folder);
	return NULL;
}

/* Each sweep to its end, in steps between which others have their turn. */
static enum err
sweep_all(struct upkeep *upkeep, struct client *client, int64_t *removed)
{
	struct sweep_step_request request = {.number = 0};
	bool last = false;
	enum err e = OK;

	while (e == OK && !last) {
		auto_clear(sweep_step_reply) struct sweep_step_reply reply = {
		    .more = false};

		e = connection_ask_on(upkeep->call, client,
		    &(struct client_call){
			.method = "io.jwtagent.Admin.SweepStep",
			.request_fields = sweep_step_request_fields(),
			.request = &request,
			.fd = -1,
			.reply_fields = sweep_step_reply_fields(),
			.reply = &reply,
		    });
		*removed += reply.removed;
		last = reply.last && !reply.more;
		request.number += !reply.more;
	}
	return e;
}

static const char *
upkeep_sweep(struct upkeep *upkeep)
{
	auto_free(client) struct client *client = NULL;
	int64_t removed = 0;
	enum err e = connection_begin(upkeep->call, &client);

	if (e == OK)
		e = sweep_all(upkeep, client, &removed);
	if (e != OK)
		return upkeep_say(upkeep, UPKEEP_FAILED, "%s", err_text(e));
	return upkeep_say(
	    upkeep, UPKEEP_OK, "%lld records were removed", (long long)removed);
}

/* The journal has what it prints. */
static const char *
upkeep_report(struct upkeep *upkeep)
{
	struct call with = {.argument = NULL};
	char since[] = "7d";

	with.option[CLI_SINCE] = since;
	if (upkeep_command(upkeep, "report", NULL, &with) != 0)
		return upkeep_say(
		    upkeep, UPKEEP_FAILED, "the report could not be made");
	return UPKEEP_OK;
}

static const char *(*const runs[JOB_COUNT])(struct upkeep *upkeep) = {
    [JOB_SWEEP] = upkeep_sweep,
    [JOB_BACKUP] = upkeep_backup,
    [JOB_AUDIT_CHECK] = upkeep_audit,
    [JOB_REPORT] = upkeep_report,
    [JOB_KEY_ROTATION] = upkeep_keys,
};

static enum err
tell_agent(const struct upkeep *upkeep, enum job job, const char *outcome,
    int64_t began)
{
	/* borrows the texts */
	const struct upkeep_done_request request = {
	    .job = (char *)(uintptr_t)job_name(job),
	    .outcome = (char *)(uintptr_t)outcome,
	    .began = began,
	    .detail = upkeep->detail[0] != '\0'
		? (char *)(uintptr_t)upkeep->detail
		: NULL,
	};
	auto_clear(empty) struct empty reply;

	return connection_ask(upkeep->call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.UpkeepDone",
		.request_fields = upkeep_done_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = empty_fields(),
		.reply = &reply,
	    });
}

static const char *
do_job(struct upkeep *upkeep, enum job job)
{
	upkeep->detail[0] = '\0';
	if (!job_is_wanted(upkeep->config, job))
		return upkeep_say(upkeep, UPKEEP_SKIPPED,
		    "the configuration does not ask for it");
	return runs[job](upkeep);
}

/* OK also when somebody has to act: that it was looked at has succeeded. */
static enum err
run_job(const struct call *call, const struct config *config, enum job job)
{
	struct upkeep upkeep = {.call = call, .config = config};
	int64_t began = (int64_t)time(NULL);
	const char *outcome = do_job(&upkeep, job);
	bool failed = strcmp(outcome, UPKEEP_FAILED) == 0;
	enum err e;

	fprintf(failed ? stderr : stdout, "%s: %s%s%s\n", job_name(job),
	    outcome, upkeep.detail[0] != '\0' ? ": " : "", upkeep.detail);
	e = tell_agent(&upkeep, job, outcome, began);
	return failed ? ERR_IO : e;
}

static enum err
list_jobs(const struct call *call, json_t **out)
{
	struct empty request;

	return connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Upkeep",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "job", upkeep_view_fields(), out);
}

static bool
is_due(const json_t *entry)
{
	return json_is_true(json_object_get(entry, "wanted")) &&
	    json_integer_value(json_object_get(entry, "next")) <= time(NULL);
}

/* One that fails does not keep the others from being done. */
static enum err
run_due(const struct call *call, const struct config *config)
{
	auto_json json_t *jobs = NULL;
	enum err e = list_jobs(call, &jobs), first = OK;
	const json_t *entry;
	enum job job;
	size_t i;

	if (e != OK)
		return e;
	json_array_foreach (jobs, i, entry) {
		if (!is_due(entry) ||
		    !job_find(member_text(entry, "job"), &job))
			continue;
		e = run_job(call, config, job);
		if (first == OK)
			first = e;
	}
	return first;
}

static enum err
check_usage(const struct call *call, enum job *job)
{
	if ((call->argument != NULL) == call_has(call, CLI_DUE)) {
		connection_complain(call, "name a job, or say --due");
		return ERR_USAGE;
	}
	if (call->argument == NULL || job_find(call->argument, job))
		return OK;
	connection_complain(
	    call, "there is no job %s: jwt-agent upkeep list", call->argument);
	return ERR_USAGE;
}

int
cli_upkeep_run(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	enum job job = JOB_COUNT;
	enum err e = check_usage(call, &job);

	if (e == OK && geteuid() != 0) {
		connection_complain(call, "only root does upkeep");
		e = ERR_PERMISSION_DENIED;
	}
	if (e == OK)
		e = connection_config(call, &config);
	if (e != OK)
		return err_exit(e);
	return err_exit(call_has(call, CLI_DUE) ? run_due(call, config)
						: run_job(call, config, job));
}

int
cli_upkeep_list(const struct call *call)
{
	static const struct column columns[] = {
	    {"JOB", "job", COLUMN_PLAIN},
	    {"LAST", "last", COLUMN_TIME},
	    {"OUTCOME", "outcome", COLUMN_PLAIN},
	    {"NEXT", "next", COLUMN_TIME},
	    {"OVERDUE", "overdue", COLUMN_PLAIN},
	    {"DETAIL", "detail", COLUMN_PLAIN},
	};
	auto_json json_t *jobs = NULL;
	enum err e = list_jobs(call, &jobs);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(jobs));
	return err_exit(
	    output_table(columns, sizeof(columns) / sizeof(*columns), jobs));
}
