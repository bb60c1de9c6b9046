/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_ASKPASS_H
#define JWT_AGENT_CLI_ASKPASS_H

/*
 * Which prompts are ours, and which part of a token answers them. See
 * base/prompt.h.
 */

#include "base/secret.h"

#define ASKPASS_PART_MAX 100 /* tokens are smaller than that many parts */

/*
 * The part that a prompt asks for, from 1; 0 when the prompt is not ours. ssh
 * puts "(user@host) " before it, and white space at the end is left out.
 */
unsigned askpass_part(const char *prompt);

/* The bytes of this part, with ANSWER_MORE behind them when it is not the
 * last; ERR_NOT_FOUND when the token has no such part. */
MUST_USE enum err askpass_answer(
    const struct secret *token, unsigned part, struct secret **answer);

#endif
