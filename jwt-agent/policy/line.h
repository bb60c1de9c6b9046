/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_LINE_H
#define JWT_AGENT_POLICY_LINE_H

/* A line of text that is put together from pieces in a bounded room, and is
 * cut at the end of a character when it gets too long. */

#include <stddef.h>

struct line {
	char *text; /* ends with a NUL once something was added */
	size_t size, used;
};

/* Adds UTF-8. Each control character and each byte that belongs to no
 * character becomes a question mark. */
void line_add(struct line *line, const char *text);

/* Adds printable ASCII, `limit` bytes of it at most. Each other character
 * becomes a question mark. */
void line_add_plain(struct line *line, const char *text, size_t limit);

#endif
