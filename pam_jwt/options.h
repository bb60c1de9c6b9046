/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_OPTIONS_H
#define PAM_JWT_OPTIONS_H

/*
 * The module's arguments, as they stand in the service's file in /etc/pam.d.
 */

#include "base/autofree.h"

#include <stdbool.h>
#include <stdint.h>

#include <security/pam_modules.h>

#define TIMEOUT_MAX 300 /* seconds */
#define PROMPT_MAX 128

struct module_options {
	char *socket;	  /* of the agent */
	char *agent_user; /* who beside root may serve that socket */
	char *prompt;
	int64_t timeout; /* seconds for all that is asked in one PAM call */
	bool try_first_pass;
	bool use_first_pass;
	bool observe;
	bool debug;
};

/*
 * Fills a struct that is all zero. PAM_SERVICE_ERR when an argument is
 * unknown or malformed, PAM_BUF_ERR when memory is out; both are logged.
 */
MUST_USE int module_options_read(pam_handle_t *pamh, int argc,
    const char **argv, struct module_options *options);

void module_options_clear(struct module_options *options);

#endif
