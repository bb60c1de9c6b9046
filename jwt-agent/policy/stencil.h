/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_STENCIL_H
#define JWT_AGENT_POLICY_STENCIL_H

/* A text in which {user} may stand once, for one or more bytes. */

#include "base/autofree.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is none. */
struct stencil {
	char *before; /* {user}, or the whole text */
	char *after;  /* {user}; NULL: it does not occur */
};

/* NULL when the text is well formed; else what is wrong with it: it is empty,
 * has a brace that does not belong to {user}, or {user} twice. */
const char *stencil_problem(const char *text);

/* Of a text that is well formed; `out` is all zero. ERR_NO_MEMORY. */
MUST_USE enum err stencil_read(const char *text, struct stencil *out);

void stencil_clear(struct stencil *stencil);

/* Whether the whole of `text` is of this form. Gives what {user} stands for,
 * or all of it when {user} does not occur. */
bool stencil_match(const struct stencil *stencil, const char *text,
    const char **part, size_t *size);

/* Writes the text with `part` for {user}. False when it does not fit, or when
 * {user} occurs and would stand for nothing. */
bool stencil_fill(const struct stencil *stencil, const char *part, size_t size,
    char *out, size_t room);

#endif
