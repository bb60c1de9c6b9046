/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * `store backup` works beside the agent and without it. A child reads the
 * store as its owner; this process keeps the rights that the file takes, and
 * sees to it that nothing is left of a backup that came to nothing.
 */

#include "lmdb-store/backup.h"

#include "base/host.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/identity.h"
#include "jwt-agent/cli/meter.h"
#include "jwt-agent/cli/newfile.h"
#include "jwt-agent/cli/output.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct job {
	const struct call *call;
	const struct config *config;
	struct identity owner;
	int64_t time;
	int fd; /* that the backup goes to */
	pid_t parent;
};

/* In the child. */
static int
copy_store(const struct job *job)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct store_error why = {""};
	struct meter meter;
	enum err e = identity_become(&job->owner, &why);

	/* not before: the kernel forgets it with the identity */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != job->parent)
		return err_exit(ERR_IO);
	sigaction(SIGPIPE, &ignore, NULL);
	meter_begin(&meter, job->call, "copied", &METER_MIB);
	if (e == OK)
		e = backup_write_store(job->config->store, job->time, job->fd,
		    &meter.progress, &why);
	meter_end(&meter);
	if (e != OK)
		connection_complain(job->call, "%s", why.text);
	return err_exit(e);
}

/* Its exit code, or that of an error when a signal ended it. */
static int
reap(const struct call *call, pid_t child)
{
	int status = 0;

	if (waitpid(child, &status, 0) != child)
		return err_exit(ERR_IO);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	connection_complain(call,
	    "the process that copied was ended by a "
	    "signal (%s)",
	    strsignal(WTERMSIG(status)));
	return err_exit(ERR_IO);
}

/* Whoever interrupts us interrupts the copy, so that it can be cleared away. */
static int
wait_for(const struct call *call, pid_t child, const sigset_t *heard)
{
	int signal;

	do {
		signal = sigwaitinfo(heard, NULL);
		if (signal > 0 && signal != SIGCHLD)
			kill(child, SIGKILL);
	} while (signal < 0);
	return reap(call, child);
}

static int
copy_in_child(const struct job *job)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t heard, before;
	pid_t child;
	int code;

	sigemptyset(&heard);
	sigaddset(&heard, SIGCHLD);
	sigaddset(&heard, SIGINT);
	sigaddset(&heard, SIGTERM);
	sigaddset(&heard, SIGHUP);
	sigaction(SIGCHLD, &standard, NULL);
	sigprocmask(SIG_BLOCK, &heard, &before);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(copy_store(job));
	}
	code = child > 0 ? wait_for(job->call, child, &heard)
			 : err_exit(ERR_NO_MEMORY);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}

static int
to_standard_output(struct job *job)
{
	if (isatty(STDOUT_FILENO) == 1) {
		connection_complain(
		    job->call, "a backup is nothing for a terminal");
		return err_exit(ERR_USAGE);
	}
	job->fd = STDOUT_FILENO;
	return copy_in_child(job);
}

static enum err
report(const struct job *job, const char *path, const struct backup *backup,
    int64_t size)
{
	static const struct column columns[] = {
	    {"file", "file", COLUMN_PLAIN},
	    {"size", "size", COLUMN_SIZE},
	    {"as of", "time", COLUMN_TIME},
	    {"schema", "schema", COLUMN_PLAIN},
	};
	auto_json json_t *answer =
	    json_pack("{ss sI sI sI}", "file", path, "size", size, "time",
		backup->head.time, "schema", backup->head.schema);
	enum err e;

	if (answer == NULL)
		return ERR_NO_MEMORY;
	if (call_has(job->call, CLI_JSON))
		return output_json(answer);
	e = output_record(columns, sizeof(columns) / sizeof(*columns), answer);
	puts("\nThe master key is not in it: without that key the backup is of "
	     "no use. Keep\na copy of the key, and not beside this file.");
	return e;
}

static enum err
publish(const struct job *job, struct newfile *file)
{
	auto_clear(backup) struct backup backup = {0};
	struct file_error error = {""};
	struct store_error why = {""};
	struct stat status = {0};
	enum err e;

	if (lseek(file->fd, 0, SEEK_SET) != 0 || fstat(file->fd, &status) != 0)
		return ERR_IO;
	e = backup_open(&backup, file->fd, &why);
	if (e == OK)
		e = newfile_publish(file, &error);
	if (e == OK)
		return report(job, file->path, &backup, status.st_size);
	connection_complain(
	    job->call, "%s", why.text[0] != '\0' ? why.text : error.text);
	return e;
}

static int
to_file(struct job *job, const char *path)
{
	auto_clear(newfile) struct newfile file = {0};
	struct file_error error = {""};
	int code;
	enum err e =
	    newfile_open(&file, path, call_has(job->call, CLI_FORCE), &error);

	if (e != OK) {
		connection_complain(job->call, "%s", error.text);
		return err_exit(e);
	}
	job->fd = file.fd;
	code = copy_in_child(job);
	return code != 0 ? code : err_exit(publish(job, &file));
}

int
cli_store_backup(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	struct job job = {
	    .call = call, .time = host_now(&host_system), .parent = getpid()};
	struct store_error why = {""};
	enum err e = connection_config(call, &config);

	if (e != OK)
		return err_exit(e);
	job.config = config;
	e = identity_of(&job.owner, config->store, &why);
	if (e != OK) {
		connection_complain(call, "%s", why.text);
		return err_exit(e);
	}
	return strcmp(call->argument, "-") == 0 ? to_standard_output(&job)
						: to_file(&job, call->argument);
}
