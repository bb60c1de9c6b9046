/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/handover.h"

#include "base/member.h"
#include "jwt-agent/cli/alertdetail.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/delivery.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum err
handover_check(const struct call *call, const char *program)
{
	if (program[0] != '/') {
		connection_complain(
		    call, "--exec takes the absolute path of a program");
		return ERR_USAGE;
	}
	if (access(program, X_OK) == 0)
		return OK;
	connection_complain(call, "%s: %s", program, strerror(errno));
	return ERR_USAGE;
}

/* The event with what its detail says of the alert, in a file without a
 * name: whoever does not read it holds nobody up. */
static enum err
write_event(const json_t *event, const struct alert_detail *detail, int *out)
{
	auto_json json_t *copy = json_copy((json_t *)(uintptr_t)event);
	auto_fd int file = memfd_create("event", MFD_CLOEXEC);

	if (copy == NULL || file < 0)
		return copy == NULL ? ERR_NO_MEMORY : ERR_IO;
	if (detail->name[0] != '\0' &&
	    json_object_set_new(copy, "alert", alert_detail_json(detail)) != 0)
		return ERR_NO_MEMORY;
	if (json_dumpfd(copy, file, JSON_COMPACT) != 0 ||
	    write(file, "\n", 1) != 1 || lseek(file, 0, SEEK_SET) != 0)
		return ERR_IO;
	*out = TAKE_FD(file);
	return OK;
}

/* In a group of its own, so that all of it can be killed. */
static void
become(const char *program, const char *event, const char *alert, int input)
{
	char *const words[] = {(char *)(uintptr_t)program,
	    (char *)(uintptr_t)event,
	    alert[0] != '\0' ? (char *)(uintptr_t)alert : NULL, NULL};
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(input, STDIN_FILENO) == STDIN_FILENO)
		execv(program, words);
	_exit(127);
}

static void
say_end(int status, bool late, struct handover_end *end)
{
	if (late)
		snprintf(end->text, sizeof(end->text),
		    "took longer than %d s and was killed", DELIVERY_SECONDS);
	else if (WIFSIGNALED(status))
		snprintf(end->text, sizeof(end->text), "ended by signal %d",
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		snprintf(end->text, sizeof(end->text), "ended with code %d",
		    WEXITSTATUS(status));
}

/* Whether it ended in time. */
static bool
ends_in_time(pid_t child)
{
	auto_fd int pidfd = pidfd_open(child, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	int count;

	if (pidfd < 0)
		return false;
	do
		count = poll(&ended, 1, DELIVERY_SECONDS * 1000);
	while (count < 0 && errno == EINTR);
	return count > 0;
}

static enum err
wait_for(pid_t child, struct handover_end *end)
{
	bool late = !ends_in_time(child);
	int status = 0;

	/* what it has left behind, too */
	kill(-child, SIGKILL);
	if (late)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return ERR_IO;
	say_end(status, late, end);
	return OK;
}

enum err
handover_run(const char *program, const json_t *event, struct handover_end *end)
{
	const char *name = member_text(event, "event");
	struct alert_detail detail = {.name = ""};
	auto_fd int input = -1;
	enum err e;
	pid_t child;

	*end = (struct handover_end){""};
	if (strncmp(name, "alert-", strlen("alert-")) == 0)
		alert_detail_read(member_text(event, "detail"), &detail);
	e = write_event(event, &detail, &input);
	if (e != OK)
		return e;
	child = fork();
	if (child < 0)
		return ERR_IO;
	if (child == 0)
		become(program, name, detail.name, input);
	setpgid(child, child); /* whoever of the two comes first */
	return wait_for(child, end);
}
