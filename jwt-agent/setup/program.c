/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/program.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A file in memory rather than a pipe: neither side can wait for the other. */
static enum err
write_input(const struct secret *input, int fd)
{
	size_t size = input != NULL ? secret_size(input) : 0;

	if (fd < 0)
		return ERR_IO;
	if (size > 0 &&
	    pwrite(fd, secret_data(input), size, 0) != (ssize_t)size)
		return ERR_IO;
	return OK;
}

static enum err
read_output(int fd, size_t max, struct secret **out)
{
	auto_free(secret) struct secret *output = NULL;
	struct stat status;
	enum err e;

	if (fstat(fd, &status) != 0 || (size_t)status.st_size > max)
		return ERR_IO;
	e = secret_zero(&output, (size_t)status.st_size);
	if (e != OK)
		return e;
	if (pread(fd, secret_bytes(output), secret_size(output), 0) !=
	    status.st_size)
		return ERR_IO;
	*out = TAKE(output);
	return OK;
}

static int
start(const char *const *argv, int input, int output, pid_t *pid)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char level[] = "SYSTEMD_LOG_LEVEL=err";
	char *environment[] = {path, level, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all;
	int problem;

	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	problem = posix_spawn_file_actions_adddup2(&files, input, 0);
	if (problem == 0)
		problem = posix_spawn_file_actions_adddup2(&files, output, 1);
	if (problem == 0)
		problem = posix_spawn_file_actions_addclosefrom_np(&files, 3);
	if (problem == 0)
		problem = posix_spawn(pid, argv[0], &files, &attributes,
		    (char *const *)(uintptr_t)argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return problem;
}

static enum err
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return ERR_IO;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK : ERR_IO;
}

enum err
program_run(const char *const *argv, const struct secret *input, size_t max,
    struct secret **output)
{
	auto_fd int in = memfd_create("input", MFD_CLOEXEC);
	auto_fd int out = memfd_create("output", MFD_CLOEXEC);
	enum err e = write_input(input, in);
	pid_t pid = 0;
	int problem;

	if (e != OK || out < 0)
		return ERR_IO;
	problem = start(argv, in, out, &pid);
	if (problem != 0)
		return problem == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	e = wait_for(pid);
	if (e == OK && output != NULL)
		e = read_output(out, max, output);
	return e;
}
