/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/finding.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE '@'

static const struct {
	const char *name;
	enum finding_result result;
	const char *next;
} rows[] = {
#define F(id, name, result, next) {name, RESULT_##result, next},
    FINDINGS(F)
#undef F
};

const char *
finding_name(enum finding finding)
{
	return rows[finding].name;
}

enum finding_result
finding_result(enum finding finding)
{
	return rows[finding].result;
}

const char *
finding_result_name(enum finding_result result)
{
	static const char *const names[] = {
	    [RESULT_OK] = "ok",
	    [RESULT_SKIPPED] = "not checked",
	    [RESULT_WARNING] = "warning",
	    [RESULT_FAULT] = "fault",
	};

	return names[result];
}

char *
finding_next(enum finding finding, const char *object)
{
	const char *next = rows[finding].next;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (; *next != '\0'; next++)
		if (*next == PLACE)
			fputs(object, out);
		else
			putc(*next, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
