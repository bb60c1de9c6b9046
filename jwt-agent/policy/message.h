/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_MESSAGE_H
#define JWT_AGENT_POLICY_MESSAGE_H

/*
 * The text of `deny_message=`: {claim} stands for what the token has there,
 * as claims_find() finds it.
 */

#include "jwt-agent/verify/claims.h"

#define POLICY_TEXT_SIZE 256 /* with NUL */
#define POLICY_TEXT_NONE "(none)"
#define POLICY_TEXT_VALUE_MAX 128 /* bytes that one claim may take */

/* NULL when the form is well formed; else what is wrong with it. */
const char *policy_deny_problem(const char *form);

/*
 * Strings, numbers, true and false are put in place of their {claim}, and
 * POLICY_TEXT_NONE in place of any other value and of a claim that is not there. Of a value only printable
 * ASCII leaves, each other character as one `?`; what it contains is never
 * expanded. The text is cut at a character's end. Without memory a value is
 * left out.
 */
void policy_deny_text(
    const char *form, const struct claims *claims, char text[POLICY_TEXT_SIZE]);

#endif
