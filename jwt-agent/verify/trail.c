/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/trail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The step that was opened last; a trail that is full keeps what it has. */
static struct trail_step *
last_of(struct trail *trail)
{
	if (trail == NULL || trail->count == 0)
		return NULL;
	return &trail->steps[trail->count - 1];
}

void
trail_open(struct trail *trail, const char *step)
{
	if (trail == NULL || trail->count == TRAIL_STEPS_MAX)
		return;
	memset(&trail->steps[trail->count], 0, sizeof(*trail->steps));
	trail->steps[trail->count++].step = step;
}

void
trail_note(struct trail *trail, const char *format, ...)
{
	struct trail_step *step = last_of(trail);
	va_list arguments;
	size_t used;

	if (step == NULL)
		return;
	used = strlen(step->detail);
	va_start(arguments, format);
	vsnprintf(step->detail + used, sizeof(step->detail) - used, format,
	    arguments);
	va_end(arguments);
}

static bool
is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void
trail_quote(struct trail *trail, const char *text)
{
	if (last_of(trail) == NULL)
		return;
	trail_note(trail, "\"");
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (i == TRAIL_QUOTE_MAX) {
			trail_note(trail, "...");
			break;
		}
		if (is_plain(text[i]))
			trail_note(trail, "%c", text[i]);
		else
			trail_note(trail, "\\x%02x", (unsigned char)text[i]);
	}
	trail_note(trail, "\"");
}

void
trail_close(struct trail *trail, enum err outcome)
{
	struct trail_step *step = last_of(trail);

	if (step == NULL)
		return;
	step->ok = outcome == OK;
	if (!step->ok && step->detail[0] == '\0')
		trail_note(trail, "%s", err_text(outcome));
}
