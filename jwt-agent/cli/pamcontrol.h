/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_PAMCONTROL_H
#define JWT_AGENT_CLI_PAMCONTROL_H

/*
 * What a stack makes of its modules' answers: the control field of a line,
 * pam.d(5), and the walk through a stack, both as libpam does them. Modules
 * are not run; the caller says what each would answer.
 */

#include "jwt-agent/cli/pamfile.h"

/* The answers that our questions need. */
enum pam_answer {
	PAM_ANSWER_SUCCESS,
	PAM_ANSWER_AUTH_ERR,
	PAM_ANSWER_AUTHINFO_UNAVAIL,
	PAM_ANSWER_ACCT_EXPIRED,
	PAM_ANSWER_IGNORE,
	PAM_ANSWER_MODULE_UNKNOWN, /* there is no such file */
};

bool pam_control_valid(const char *control);

typedef enum pam_answer (*pam_oracle)(
    const struct pam_line *line, void *context);

/*
 * Walks through one phase. True when the stack grants. A jump past the end
 * fails, as in libpam.
 */
bool pam_stack_grants(const struct pam_stack *stack, enum pam_phase phase,
    pam_oracle oracle, void *context);

#endif
