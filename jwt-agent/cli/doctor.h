/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_DOCTOR_H
#define JWT_AGENT_CLI_DOCTOR_H

/*
 * What locks people out, found before it does. A check is one row in doctor.c
 * and one function that says what it found; what can be found is a row of
 * finding.h. It asks the agent and systemd where they answer, and gets by
 * without either. With another root than "/" it looks at a system that does
 * not run, and at its files only.
 */

#include "base/err.h"
#include "jwt-agent/cli/finding.h"
#include "jwt-agent/config/config.h"

#include <jansson.h>
#include <limits.h>
#include <sys/types.h>

struct doctor {
	const char *root; /* "" for the system that runs */
	char config_path[PATH_MAX];
	bool config_named;     /* by --config: the file must be there */
	struct config *config; /* NULL when it could not be loaded */
	char pam_dir[PATH_MAX];
	char sshd_config[PATH_MAX];
	bool sshd_named;       /* by --sshd-config */
	bool answers;	       /* the agent does */
	char store_fault[256]; /* why it takes no writes; "": it does */
	const char *check;     /* the one that runs */
	json_t *findings;
	bool fault;
};

/* A path below the root. */
void
doctor_path(const struct doctor *doctor, const char *path, char out[PATH_MAX]);

/* What was found about `object`: a file, a unit. */
__attribute__((format(printf, 4, 5))) void doctor_find(struct doctor *doctor,
    enum finding finding, const char *object, const char *format, ...);

__attribute__((format(printf, 2, 3))) void
doctor_ok(struct doctor *doctor, const char *format, ...);
__attribute__((format(printf, 2, 3))) void
doctor_skip(struct doctor *doctor, const char *format, ...);

/* Whether files of this uid may hold what the agent trusts: root's, the
 * agent's, and ours. */
bool doctor_trusts(const struct doctor *doctor, uid_t uid);

void check_clock(struct doctor *doctor);
void check_config(struct doctor *doctor);
void check_contents(struct doctor *doctor);
void check_disk(struct doctor *doctor);
void check_master_key(struct doctor *doctor);
void check_module(struct doctor *doctor);
void check_packages(struct doctor *doctor);
void check_pam(struct doctor *doctor);
void check_socket(struct doctor *doctor);
void check_sshd(struct doctor *doctor);
void check_store(struct doctor *doctor);
void check_units(struct doctor *doctor);

#endif
