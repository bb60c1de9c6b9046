/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/stencil.h"

#include <stdio.h>
#include <string.h>

#define MARK "{user}"
#define MARK_SIZE (sizeof(MARK) - 1)

const char *
stencil_problem(const char *text)
{
	const char *mark = strstr(text, MARK);
	const char *rest = mark != NULL ? mark + MARK_SIZE : text;

	if (text[0] == '\0')
		return "there is nothing in it";
	if (strstr(rest, MARK) != NULL)
		return "{user} stands in it twice";
	if (strpbrk(rest, "{}") != NULL ||
	    (mark != NULL && strcspn(text, "{}") != (size_t)(mark - text)))
		return "no braces but those of {user} may stand in it";
	return NULL;
}

enum err
stencil_read(const char *text, struct stencil *out)
{
	const char *mark = strstr(text, MARK);
	size_t size = mark != NULL ? (size_t)(mark - text) : strlen(text);

	out->before = strndup(text, size);
	if (mark != NULL)
		out->after = strdup(mark + MARK_SIZE);
	if (out->before == NULL || (mark != NULL && out->after == NULL)) {
		stencil_clear(out);
		return ERR_NO_MEMORY;
	}
	return OK;
}

void
stencil_clear(struct stencil *stencil)
{
	free(stencil->before);
	free(stencil->after);
	*stencil = (struct stencil){0};
}

bool
stencil_match(const struct stencil *stencil, const char *text,
    const char **part, size_t *size)
{
	size_t all = strlen(text);
	size_t before = strlen(stencil->before);
	size_t after = stencil->after != NULL ? strlen(stencil->after) : 0;

	if (stencil->after == NULL) {
		*part = text;
		*size = all;
		return strcmp(stencil->before, text) == 0;
	}
	/* {user} is one byte at least, so the two ends cannot overlap */
	if (all <= before + after ||
	    strncmp(text, stencil->before, before) != 0 ||
	    strcmp(text + all - after, stencil->after) != 0)
		return false;
	*part = text + before;
	*size = all - before - after;
	return true;
}

bool
stencil_fill(const struct stencil *stencil, const char *part, size_t size,
    char *out, size_t room)
{
	bool takes_part = stencil->after != NULL;
	int length;

	if (takes_part && (size == 0 || size >= room))
		return false;
	length = snprintf(out, room, "%s%.*s%s", stencil->before,
	    takes_part ? (int)size : 0, part, takes_part ? stencil->after : "");
	return length >= 0 && (size_t)length < room;
}
