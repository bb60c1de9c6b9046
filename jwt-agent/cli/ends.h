/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_ENDS_H
#define JWT_AGENT_CLI_ENDS_H

/* The answers of the methods that end sessions. */

#include "base/fields.h"
#include "jwt-agent/cli/command.h"

/* What became of them; see varlink/session.h. */
struct ends {
	int64_t sessions_ended;
	int64_t already_gone;
	int64_t not_permitted;
};

#define ENDS_OF(reply)                                                         \
	&(struct ends)                                                         \
	{                                                                      \
		(reply)->sessions_ended, (reply)->already_gone,                \
		    (reply)->not_permitted                                     \
	}

/*
 * Prints the answer: with --json as it came, else the sentence and what became
 * of the sessions behind it. The exit code, which is 1 when a process could not
 * be signalled.
 */
__attribute__((format(printf, 5, 6))) int
ends_answer(const struct call *call, const struct fields *fields,
    const void *reply, const struct ends *ends, const char *format, ...);

#endif
