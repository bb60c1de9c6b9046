/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_DOCTOR_H
#define JWT_AGENT_CLI_DOCTOR_H

/*
 * What locks people out, found before it does. A check is one row in doctor.c
 * and one function that says what it found, each time with a sentence and,
 * where something is to be done, with what to type.
 */

#include "base/err.h"
#include "jwt-agent/config/config.h"

#include <jansson.h>

enum finding {
	FINDING_OK,
	FINDING_SKIPPED, /* not checked, and why */
	FINDING_WARNING,
	FINDING_FAULT,
};

struct doctor {
	const char *config_path;
	bool config_named;     /* by --config: the file must be there */
	struct config *config; /* NULL when it could not be loaded */
	const char *pam_dir;
	const char *sshd_config;
	bool sshd_named;   /* by --sshd-config */
	const char *check; /* the one that runs */
	json_t *findings;
	bool fault;
};

/* `next` is what to type, "" for nothing. */
__attribute__((format(printf, 4, 5))) void doctor_say(struct doctor *doctor,
    enum finding finding, const char *next, const char *format, ...);

void check_clock(struct doctor *doctor);
void check_config(struct doctor *doctor);
void check_master_key(struct doctor *doctor);
void check_pam(struct doctor *doctor);
void check_socket(struct doctor *doctor);
void check_sshd(struct doctor *doctor);
void check_store(struct doctor *doctor);

#endif
