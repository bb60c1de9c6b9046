/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_IMPORTLINE_H
#define JWT_AGENT_CLI_IMPORTLINE_H

/*
 * One line of a file that is imported, as far as it can be judged before the
 * agent sees it. A line that carries a token or another secret is refused here
 * and never sent; nothing that is said about a line has a value of it in it.
 */

#include "base/fields.h"

#include <stdio.h>

/* Bytes of a line. */
#define IMPORTLINE_MAX (16 * 1024)
/* How deep its JSON may be. */
#define IMPORTLINE_DEPTH_MAX 8

struct importline {
	int64_t number;	    /* the first is 1 */
	json_t *json;	    /* NULL: it is refused */
	size_t size;	    /* bytes */
	const char *reason; /* a word, of a line that is refused */
	const char *detail;
};

void importline_clear(struct importline *line);

/*
 * Reads the next line that is not empty into `line`, which is all zero or holds
 * the one before. ERR_NOT_FOUND at the end, ERR_IO, ERR_NO_MEMORY.
 */
MUST_USE enum err importline_next(FILE *file, struct importline *line);

#endif
