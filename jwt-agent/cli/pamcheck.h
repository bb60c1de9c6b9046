/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_PAMCHECK_H
#define JWT_AGENT_CLI_PAMCHECK_H

/*
 * Judges a PAM stack that names pam_jwt.so by walking through it: with a good
 * token, with the agent stopped, with the module gone, with neither token nor
 * password. Pure.
 */

#include "jwt-agent/cli/finding.h"
#include "jwt-agent/cli/pamfile.h"

#define PAMCHECK_MODULE "pam_jwt.so"

struct pam_verdict {
	enum finding finding;
	const char *sentence;
};

#define PAM_VERDICTS_MAX 12

/* Whether any line of this phase names the module. */
bool pamcheck_names(const struct pam_stack *stack, enum pam_phase phase);

/*
 * How many verdicts there are; 0: the stack is as it should be. Where the
 * service is not `interactive`, programs log in, which have no password to go
 * on with.
 */
size_t pamcheck_judge(const struct pam_stack *stack, bool interactive,
    struct pam_verdict verdicts[PAM_VERDICTS_MAX]);

#endif
