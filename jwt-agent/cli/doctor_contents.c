/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"
#include "jwt-agent/cli/stopped_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whoever reads the store becomes its owner for good, and may die of a damaged
 * one: a process of its own. It leaves the error as its exit status. */
static _Noreturn void
look_and_exit(const struct config *config, struct store_error *why)
{
	auto_clear(inspection) struct inspection inspection = {.seal = NULL};

	_exit((int)stopped_store_open(&inspection, config, why));
}

static enum err
wait_for(pid_t child, struct store_error *why)
{
	int status;

	while (waitpid(child, &status, 0) != child)
		if (errno != EINTR)
			return store_refuse(why, ERR_IO, "%s", strerror(errno));
	why->text[sizeof(why->text) - 1] = '\0';
	if (WIFSIGNALED(status))
		return store_refuse(why, ERR_STORE_DAMAGED,
		    "reading the store ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	return (enum err)WEXITSTATUS(status);
}

static enum err
look_inside(const struct config *config, struct store_error *out)
{
	struct store_error *why = mmap(NULL, sizeof(*why),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	enum err e = ERR_IO;
	pid_t child;

	if (why == MAP_FAILED)
		return store_refuse(out, e, "%s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child == 0)
		look_and_exit(config, why);
	e = child > 0 ? wait_for(child, why)
		      : store_refuse(why, e, "%s", strerror(errno));
	*out = *why;
	munmap(why, sizeof(*why));
	return e;
}

static void
judge(struct doctor *doctor, enum err e, const char *sentence)
{
	const struct config *config = doctor->config;

	if (e == OK)
		doctor_ok(doctor, "%s can be read", config->store);
	else if (e == ERR_STORE_NEWER)
		doctor_find(
		    doctor, FOUND_STORE_NEWER, config->store, "%s", sentence);
	else if (e == ERR_STORE_DAMAGED || e == ERR_STORE)
		doctor_find(
		    doctor, FOUND_STORE_DAMAGED, config->store, "%s", sentence);
	else if (e == ERR_CRYPTO)
		doctor_find(doctor, FOUND_MASTER_KEY_WRONG, config->master_key,
		    "%s", sentence);
	else
		doctor_skip(doctor, "%s", sentence);
}

/* An agent that answers has opened it. */
void
check_contents(struct doctor *doctor)
{
	struct store_error why = {""};

	if (doctor->config == NULL)
		doctor_skip(doctor, "no configuration");
	else if (doctor->root[0] != '\0')
		doctor_skip(doctor, "the system does not run");
	else if (doctor->answers)
		doctor_ok(doctor, "the agent reads it");
	else if (geteuid() != 0)
		doctor_skip(doctor, "only root can look into the store");
	else if (access(doctor->config->store, F_OK) != 0)
		doctor_skip(doctor, "there is no store yet");
	else {
		enum err e = look_inside(doctor->config, &why);

		judge(doctor, e, why.text);
	}
}
