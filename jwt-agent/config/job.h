/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_JOB_H
#define JWT_AGENT_CONFIG_JOB_H

/*
 * Upkeep: what is done again and again while the agent runs, one row each. The
 * command does it (cli/upkeep.c), as systemd's timers ask; the agent keeps when
 * it was done and what came of it.
 */

#include "jwt-agent/config/config.h"

#define JOB_DAY (24 * 60 * 60)

/* id, name, seconds between two runs, what it does */
#define JOBS(J)                                                                \
	J(SWEEP, "sweep", JOB_DAY, "remove what has come to its end")          \
	J(BACKUP, "backup", JOB_DAY, "back the store up and check the backup") \
	J(AUDIT_CHECK, "audit-check", JOB_DAY,                                 \
	    "verify the audit and keep a signed head")                         \
	J(REPORT, "report", 7 * JOB_DAY, "tell what the week was like")        \
	J(KEY_ROTATION, "key-rotation", JOB_DAY,                               \
	    "look whether the signing key is due")

enum job {
#define J(id, name, interval, help) JOB_##id,
	JOBS(J)
#undef J
	JOB_COUNT
};

/* One that was not done for so many of its intervals is overdue. */
#define JOB_OVERDUE_INTERVALS 2

const char *job_name(enum job job);
const char *job_help(enum job job);
int64_t job_interval(enum job job);

/* False when there is none of this name. */
bool job_find(const char *name, enum job *job);

/* Whether the configuration asks for it: a backup needs backup_dir=, and a
 * rotation key_max_age=. */
bool job_is_wanted(const struct config *config, enum job job);

#endif
