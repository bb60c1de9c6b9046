/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/trail.h"
#include "base/date.h"
#include "jwt-agent/verify/quote.h"

#include <inttypes.h>
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

void
trail_quote(struct trail *trail, const char *text)
{
	struct trail_step *step = last_of(trail);

	if (step != NULL)
		quote_append(step->detail, sizeof(step->detail), text);
}

void
trail_rule(struct trail *trail, const char *section, const char *key)
{
	struct trail_step *step = last_of(trail);

	if (step != NULL)
		step->rule = (struct trail_rule){section, key};
}

void
trail_found(struct trail *trail, const char *text)
{
	struct trail_step *step = last_of(trail);

	if (step == NULL)
		return;
	step->found[0] = '\0';
	quote_append(step->found, sizeof(step->found), text);
}

void
trail_found_number(struct trail *trail, int64_t number)
{
	struct trail_step *step = last_of(trail);

	if (step != NULL)
		snprintf(step->found, sizeof(step->found), "%" PRId64, number);
}

void
trail_wanted(struct trail *trail, const char *format, ...)
{
	struct trail_step *step = last_of(trail);
	va_list arguments;

	if (step == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(step->wanted, sizeof(step->wanted), format, arguments);
	va_end(arguments);
}

bool
trail_until(struct trail *trail, const char *what, const char *name,
    int64_t over, int64_t now)
{
	char date[DATE_SIZE];

	date_text(over, date);
	trail_found(trail, name);
	trail_wanted(trail, "before %s", date);
	trail_note(trail, "%s ", what);
	trail_quote(trail, name);
	trail_note(trail, now < over ? " ends %s" : " ended %s", date);
	return now < over;
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
