/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_ANSWER_H
#define PAM_JWT_ANSWER_H

/*
 * Gets the token or the login code: from a module above, or by prompting, in
 * one piece or in parts.
 */

#include "pam_jwt/context.h"

/* What is longer than the longest token (16 KiB) is sent this far, so that
 * the agent refuses and records it. */
#define ANSWER_TOKEN_MAX (16 * 1024 + 1)
#define ANSWER_PARTS_MAX 40

struct answer {
	struct secret *token;
	size_t cut; /* the size at which the client cut it; 0: it did not */
	bool code;  /* it is a login code, by its form */
};

void answer_clear(struct answer *answer);

/*
 * PAM_SUCCESS with a token, which then stands in no PAM item. PAM_AUTH_ERR
 * when the answer is not a token: it is then in PAM_AUTHTOK for the next
 * module and nowhere else. PAM_CONV_ERR, PAM_BUF_ERR.
 */
MUST_USE int answer_get(const struct context *context, struct answer *answer);

/*
 * Leaves an answer in PAM_AUTHTOK for the next module after all: a password
 * may have the form of a code.
 */
MUST_USE int
answer_leave(const struct context *context, const struct answer *answer);

#endif
