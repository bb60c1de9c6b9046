/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/masterkey_command.h"

#include "lmdb-store/masterkey_form.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define SAID_MAX 256

/* One run of the program. */
struct run {
	const char *program;
	pid_t pid;
	int pidfd, output, errors; /* -1: closed */
	int64_t deadline;	   /* on the monotonic clock, milliseconds */
	struct secret *key;
	size_t key_size;	 /* more than MASTERKEY_OUTPUT_MAX: too much */
	char said[SAID_MAX + 1]; /* the end of its errors */
	size_t said_size;
	struct store_error *why;
};

/* What it started goes with it: they are one process group. */
static void
run_clear(struct run *run)
{
	if (run->pid > 0)
		kill(-run->pid, SIGKILL);
	if (run->pidfd >= 0) {
		waitpid(run->pid, NULL, 0);
		close(run->pidfd);
	}
	if (run->output >= 0)
		close(run->output);
	if (run->errors >= 0)
		close(run->errors);
	secret_free(run->key);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum err
fault(const struct run *run, const char *what, int problem)
{
	return store_refuse(run->why, ERR_IO,
	    "master_key_command: %s cannot be %s: %s", run->program, what,
	    strerror(problem));
}

/* Whoever can change the program can have the key. */
static enum err
check_program(const struct run *run)
{
	struct stat stat_of;

	if (run->program[0] != '/')
		return store_refuse(run->why, ERR_CONFIG,
		    "master_key_command: %s is no absolute path", run->program);
	if (stat(run->program, &stat_of) != 0)
		return store_refuse(run->why, ERR_CONFIG,
		    "master_key_command: %s: %s", run->program,
		    strerror(errno));
	if (!S_ISREG(stat_of.st_mode))
		return store_refuse(run->why, ERR_CONFIG,
		    "master_key_command: %s is not a regular file",
		    run->program);
	if (stat_of.st_uid != 0 && stat_of.st_uid != geteuid())
		return store_refuse(run->why, ERR_CONFIG,
		    "master_key_command: %s belongs to uid %u: chown it to "
		    "root",
		    run->program, stat_of.st_uid);
	if ((stat_of.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return store_refuse(run->why, ERR_CONFIG,
		    "master_key_command: others can write %s (mode %04o): "
		    "chmod go-w %s",
		    run->program, stat_of.st_mode & 07777, run->program);
	return OK;
}

static int
prepare_files(posix_spawn_file_actions_t *files, int output, int errors)
{
	int problem = posix_spawn_file_actions_addopen(
	    files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (problem == 0)
		problem = posix_spawn_file_actions_adddup2(
		    files, output, STDOUT_FILENO);
	if (problem == 0)
		problem = posix_spawn_file_actions_adddup2(
		    files, errors, STDERR_FILENO);
	if (problem == 0)
		problem = posix_spawn_file_actions_addclosefrom_np(
		    files, STDERR_FILENO + 1);
	return problem;
}

static int
spawn(struct run *run, char *const words[], int output, int errors)
{
	char *environment[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int problem;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
		POSIX_SPAWN_SETPGROUP);
	problem = prepare_files(&files, output, errors);
	if (problem == 0)
		problem = posix_spawn(&run->pid, words[0], &files, &attributes,
		    words, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	if (problem != 0)
		run->pid = 0;
	return problem;
}

/* Our end does not wait; the program's does. */
static bool
make_pipe(int *ours, int *theirs)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	*ours = ends[0];
	*theirs = ends[1];
	return fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

static enum err
start(struct run *run, char *const words[])
{
	auto_fd int output = -1, errors = -1;
	int problem;

	if (!make_pipe(&run->output, &output) ||
	    !make_pipe(&run->errors, &errors))
		return fault(run, "started", errno);
	problem = spawn(run, words, output, errors);
	if (problem != 0)
		return fault(run, "started", problem);
	run->pidfd = pidfd_open(run->pid, 0);
	if (run->pidfd >= 0)
		return OK;
	problem = errno;
	kill(-run->pid, SIGKILL);
	waitpid(run->pid, NULL, 0);
	return fault(run, "watched", problem);
}

/* Takes what is there, and closes the pipe at its end. */
static void
take_key(struct run *run)
{
	uint8_t *key = secret_bytes(run->key) + run->key_size;
	ssize_t size =
	    read(run->output, key, MASTERKEY_OUTPUT_MAX + 1 - run->key_size);

	if (size > 0)
		run->key_size += (size_t)size;
	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR) ||
	    run->key_size > MASTERKEY_OUTPUT_MAX)
		close(TAKE_FD(run->output));
}

/* Keeps the end of what it says. */
static void
take_errors(struct run *run)
{
	char text[SAID_MAX];
	ssize_t size = read(run->errors, text, sizeof(text));
	size_t old;

	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		close(TAKE_FD(run->errors));
	if (size <= 0)
		return;
	old = SAID_MAX - (size_t)size < run->said_size ? SAID_MAX - (size_t)size
						       : run->said_size;
	memmove(run->said, run->said + run->said_size - old, old);
	memcpy(run->said + old, text, (size_t)size);
	run->said_size = old + (size_t)size;
}

/* Reads until it has ended, or has not in time. */
static enum err
attend(struct run *run)
{
	for (;;) {
		struct pollfd polled[] = {{run->pidfd, POLLIN, 0},
		    {run->output, POLLIN, 0}, {run->errors, POLLIN, 0}};
		int64_t left = run->deadline - now_ms();

		if (left <= 0)
			return store_refuse(run->why, ERR_TIMEOUT,
			    "master_key_command: %s was not done in time",
			    run->program);
		if (poll(polled, 3, (int)left) < 0 && errno != EINTR)
			return fault(run, "watched", errno);
		if (polled[1].revents != 0)
			take_key(run);
		if (polled[2].revents != 0)
			take_errors(run);
		/* what it wrote last stands in the pipes */
		if (polled[0].revents != 0 && polled[1].revents == 0 &&
		    polled[2].revents == 0)
			return OK;
	}
}

/* Its last line, without what a terminal or a log would stumble over. */
static const char *
last_line(struct run *run)
{
	char *line = run->said;

	while (run->said_size > 0 && run->said[run->said_size - 1] <= ' ')
		run->said_size--;
	for (size_t i = 0; i < run->said_size; i++) {
		if (run->said[i] == '\n')
			line = run->said + i + 1;
		else if (run->said[i] < ' ' || run->said[i] > '~')
			run->said[i] = '?';
	}
	run->said[run->said_size] = '\0';
	return line;
}

static enum err
check_end(struct run *run)
{
	const char *line = last_line(run);
	int status = 0;

	if (waitpid(run->pid, &status, 0) != run->pid)
		return fault(run, "watched", errno);
	close(TAKE_FD(run->pidfd));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OK;
	return store_refuse(run->why, ERR_CONFIG,
	    "master_key_command: %s ended with %s %d%s%s", run->program,
	    WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	    line[0] != '\0' ? ": " : "", line);
}

static enum err
take(const struct run *run, struct secret **out)
{
	enum err e =
	    masterkey_decode(secret_data(run->key), run->key_size, out);

	if (e == ERR_NO_MEMORY)
		return store_refuse(run->why, e, "out of memory");
	if (e == OK)
		return OK;
	return store_refuse(run->why, ERR_CONFIG,
	    "master_key_command: what %s printed is no master key: %d bytes, "
	    "or these in hexadecimal or base64",
	    run->program, MASTERKEY_SIZE);
}

/* Cuts the words of `text` apart. */
static enum err
split(char *text, char *words[MASTERKEY_COMMAND_WORDS_MAX + 1],
    struct store_error *why)
{
	size_t count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest)) {
		if (count == MASTERKEY_COMMAND_WORDS_MAX)
			return store_refuse(why, ERR_CONFIG,
			    "master_key_command: more than %d words",
			    MASTERKEY_COMMAND_WORDS_MAX);
		words[count++] = word;
	}
	words[count] = NULL;
	if (count == 0)
		return store_refuse(
		    why, ERR_CONFIG, "master_key_command: no program");
	return OK;
}

enum err
masterkey_command(struct secret **out, const char *command, int timeout_ms,
    struct store_error *why)
{
	char *words[MASTERKEY_COMMAND_WORDS_MAX + 1] = {NULL};
	auto_str char *text = strdup(command);
	auto_clear(run) struct run run = {.pidfd = -1,
	    .output = -1,
	    .errors = -1,
	    .deadline = now_ms() + timeout_ms,
	    .why = why};
	enum err e;

	if (text == NULL ||
	    secret_zero(&run.key, MASTERKEY_OUTPUT_MAX + 1) != OK)
		return store_refuse(why, ERR_NO_MEMORY, "out of memory");
	e = split(text, words, why);
	run.program = words[0];
	if (e == OK)
		e = check_program(&run);
	if (e == OK)
		e = start(&run, words);
	if (e == OK)
		e = attend(&run);
	if (e == OK)
		e = check_end(&run);
	return e == OK ? take(&run, out) : e;
}
