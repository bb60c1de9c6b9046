/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_PROMPT_H
#define PAM_JWT_PROMPT_H

/*
 * The conversation with the person who logs in.
 */

#include "pam_jwt/context.h"

/* An answer: `auto_free(response) char *answer = NULL;` wipes it. */
void response_free(char *response);

static inline void
response_auto_free(char **response)
{
	response_free(*response);
}

/*
 * Asks without echo. PAM_CONV_ERR when the application has no conversation,
 * or it fails, or it gives no answer.
 */
MUST_USE int
prompt_ask(const struct context *context, const char *prompt, char **answer);

/* Shows why not. Nobody can be told when that fails. */
void prompt_error(const struct context *context, const char *text);

/* Shows a line whose argument is wiped afterwards. PAM_CONV_ERR. */
__attribute__((format(printf, 2, 3))) MUST_USE int
prompt_info(const struct context *context, const char *format, ...);

#endif
