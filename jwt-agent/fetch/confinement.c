/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/confinement.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
leave_root(void)
{
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 &&
	    setresgid(CONFINEMENT_NOBODY, CONFINEMENT_NOBODY,
		CONFINEMENT_NOBODY) == 0 &&
	    setresuid(CONFINEMENT_NOBODY, CONFINEMENT_NOBODY,
		CONFINEMENT_NOBODY) == 0;
}

static bool
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	    syscall(SYS_capset, &header, none) == 0;
}

/* What the loader has mapped is counted too, so it is added. */
static rlim_t
memory_limit(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file != NULL) {
		if (fscanf(file, "%lu", &pages) != 1)
			pages = 0;
		fclose(file);
	}
	return pages * (rlim_t)sysconf(_SC_PAGESIZE) + CONFINEMENT_MEMORY;
}

static bool
limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit old, new = {most, most};

	if (getrlimit(resource, &old) != 0)
		return false;
	if (old.rlim_max < most)
		new = (struct rlimit){old.rlim_max, old.rlim_max};
	return setrlimit(resource, &new) == 0;
}

enum err
confine(unsigned int seconds, struct problem *problem)
{
	alarm(seconds);
	/* the kernel forgets the last two when the user changes */
	if (leave_root() && drop_capabilities() &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    limit(RLIMIT_CORE, 0) && limit(RLIMIT_AS, memory_limit()) &&
	    limit(RLIMIT_NOFILE, CONFINEMENT_FILES) &&
	    prctl(PR_SET_DUMPABLE, 0) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		return OK;
	return problem_say(problem,
	    "the fetcher could not give up its privileges: %s",
	    strerror(errno));
}
