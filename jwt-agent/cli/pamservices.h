/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_PAMSERVICES_H
#define JWT_AGENT_CLI_PAMSERVICES_H

/* Every file of the PAM folder and what was read from it. */

#include "jwt-agent/cli/pamfile.h"

#include <dirent.h>

#define PAM_SERVICES_MAX 500

struct pam_services {
	struct dirent **entry;
	struct pam_stack **stack; /* NULL where it could not be read */
	struct pam_error *error;
	int count;
};

/* Fills what is all zero, and is to be cleared also when it fails: ERR_IO with
 * errno, ERR_NO_MEMORY. */
MUST_USE enum err
pam_services_read(struct pam_services *services, const char *folder);
void pam_services_clear(struct pam_services *services);

/* Whether others are made of it: such a part is judged where it is used. */
bool
pam_services_include(const struct pam_services *services, const char *name);

#endif
