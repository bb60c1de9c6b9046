/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#define PROC_FILE_MAX 4096
#define STAT_START_FIELD 22 /* proc(5): starttime of /proc/PID/stat */

static enum err
read_file(const char *path, char text[PROC_FILE_MAX])
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t got = 1;

	while (fd >= 0 && got > 0 && used < PROC_FILE_MAX - 1) {
		got = read(fd, text + used, PROC_FILE_MAX - 1 - used);
		if (got > 0)
			used += (size_t)got;
	}
	text[used] = '\0';
	return used > 0 ? OK : ERR_NOT_FOUND;
}

static enum err
pid_of(int pidfd, int64_t *pid)
{
	char path[64], text[PROC_FILE_MAX];
	const char *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (read_file(path, text) != OK)
		return ERR_INVALID_PARAMETER;
	line = strstr(text, "\nPid:");
	if (line == NULL || sscanf(line, "\nPid: %" SCNd64, pid) != 1 ||
	    *pid <= 0)
		return ERR_INVALID_PARAMETER;
	return OK;
}

/* The name in field 2 may hold spaces and brackets: count from its end. */
static enum err
start_of(int64_t pid, int64_t *start)
{
	char path[64], text[PROC_FILE_MAX];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	if (read_file(path, text) != OK)
		return ERR_NOT_FOUND;
	at = strrchr(text, ')');
	for (int field = 2; at != NULL && field < STAT_START_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL || sscanf(at, " %" SCNd64, start) != 1)
		return ERR_NOT_FOUND;
	return OK;
}

enum err
process_identify(int pidfd, struct leader *out)
{
	int64_t pid = 0, start = 0;
	enum err e = pid_of(pidfd, &pid);

	if (e == OK && start_of(pid, &start) != OK)
		e = ERR_INVALID_PARAMETER;
	if (e != OK)
		return e;
	out->pid = pid;
	out->start = start;
	return OK;
}

/* Opened first and compared then: the pidfd pins the process, so that the
 * start time read is that of the process that it stands for. */
enum err
process_find(int64_t pid, int64_t start, struct leader *out)
{
	auto_fd int pidfd = pidfd_open((pid_t)pid, 0);
	struct leader found = {.fd = -1};

	if (pidfd < 0 || process_identify(pidfd, &found) != OK ||
	    found.start != start)
		return ERR_NOT_FOUND;
	found.fd = TAKE_FD(pidfd);
	*out = found;
	return OK;
}

void
process_boot_id(char id[BOOT_ID_SIZE + 1])
{
	char text[PROC_FILE_MAX];

	id[0] = '\0';
	if (read_file("/proc/sys/kernel/random/boot_id", text) == OK)
		snprintf(id, BOOT_ID_SIZE + 1, "%.*s", (int)strcspn(text, "\n"),
		    text);
}
