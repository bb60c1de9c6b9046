/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_PAMFILE_H
#define JWT_AGENT_CLI_PAMFILE_H

/*
 * Reads the stack of a PAM service as libpam does, pam.d(5): @include,
 * include and substack, lines continued with a backslash, arguments in
 * brackets. Nothing is run.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define PAM_LINES_MAX 1000
#define PAM_DEPTH_MAX 32 /* libpam's own limit */
#define PAM_TEXT_MAX 4096

enum pam_phase {
	PAM_PHASE_AUTH,
	PAM_PHASE_ACCOUNT,
	PAM_PHASE_PASSWORD,
	PAM_PHASE_SESSION,
	PAM_PHASE_COUNT,
};

struct pam_line {
	enum pam_phase phase;
	unsigned level; /* of substacks; their own line has the outer level */
	unsigned number;
	char *file;
	char *control;
	char *module; /* what a substack names, when control is substack */
	char *arguments;
	bool missing_is_fine; /* a leading dash */
};

struct pam_stack {
	struct pam_line *line;
	size_t count;
	char **included; /* names of the files that it is made of */
	size_t included_count;
};

/* A sentence that begins with "FILE:LINE: ". */
struct pam_error {
	char text[512];
};

/*
 * ERR_NOT_FOUND when the service has no file, ERR_CONFIG with `error` filled
 * when libpam would refuse it.
 */
MUST_USE enum err pam_stack_read(struct pam_stack **out, const char *folder,
    const char *service, struct pam_error *error);

/* NULL is fine. */
void pam_stack_free(struct pam_stack *stack);
DEFINE_AUTO_FREE(pam_stack)

/* Whether the line names this module, with or without a folder. */
bool pam_line_is(const struct pam_line *line, const char *module);

/* Whether the line has this word among its arguments. */
bool pam_line_has(const struct pam_line *line, const char *argument);

#endif
