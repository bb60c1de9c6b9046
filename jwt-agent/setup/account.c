/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/program.h"
#include "jwt-agent/setup/step.h"
#include "varlink/socket.h"

#include <grp.h>
#include <pwd.h>

#define STEP "user"
#define GROUP_STEP "group"

/* As the file in sysusers.d says, else by hand. */
static void
make_user(const char *home)
{
	const char *sysusers[] = {
	    "/usr/bin/systemd-sysusers", "jwt-agent.conf", NULL};
	const char *useradd[] = {"/usr/sbin/useradd", "--system",
	    "--user-group", "--home-dir", home, "--no-create-home", "--shell",
	    "/usr/sbin/nologin", DEFAULT_AGENT_USER, NULL};

	if (program_run(sysusers, NULL, 0, NULL) == OK &&
	    getpwnam(DEFAULT_AGENT_USER) != NULL)
		return;
	if (program_run(useradd, NULL, 0, NULL) != OK)
		return;
}

static void
make_group(const char *name)
{
	const char *groupadd[] = {"/usr/sbin/groupadd", "--system", name, NULL};

	if (program_run(groupadd, NULL, 0, NULL) != OK)
		return;
}

static bool
find_user(struct setup *setup)
{
	const struct passwd *user = getpwnam(DEFAULT_AGENT_USER);

	if (user == NULL)
		return false;
	setup->uid = user->pw_uid;
	setup->gid = user->pw_gid;
	return true;
}

static void
user(struct setup *setup)
{
	enum setup_outcome outcome = SETUP_KEPT;

	if (!find_user(setup)) {
		if (!setup->dry_run)
			make_user("/var/lib/jwt-agent");
		outcome = setup->dry_run ? SETUP_WANTED
		    : find_user(setup)	 ? SETUP_MADE
					 : SETUP_FAILED;
	}
	if (outcome != SETUP_WANTED && setup->uid == 0)
		outcome = SETUP_FAILED;
	setup_say(setup, STEP, outcome, DEFAULT_AGENT_USER, "%s",
	    outcome != SETUP_FAILED ? ""
		: setup->uid == 0   ? "its uid is that of root"
				    : "useradd(8) could not make it");
}

static void
group(struct setup *setup)
{
	const char *name = setup->config->admin_group;
	enum setup_outcome outcome = SETUP_KEPT;

	if (getgrnam(name) == NULL) {
		if (!setup->dry_run)
			make_group(name);
		outcome = setup->dry_run     ? SETUP_WANTED
		    : getgrnam(name) != NULL ? SETUP_MADE
					     : SETUP_FAILED;
	}
	setup_say(setup, GROUP_STEP, outcome, name, "%s",
	    outcome != SETUP_FAILED ? "" : "groupadd(8) could not make it");
}

void
setup_account(struct setup *setup)
{
	user(setup);
	group(setup);
}
