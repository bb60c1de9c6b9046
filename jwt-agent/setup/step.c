/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/step.h"

#include <stdarg.h>
#include <stdio.h>

#define NOTE_MAX 512

static const char *const outcomes[] = {
    [SETUP_KEPT] = "kept",
    [SETUP_MADE] = "made",
    [SETUP_WANTED] = "would be made",
    [SETUP_LATER] = "left to the agent",
    [SETUP_FAILED] = "failed",
};

void
setup_say(struct setup *setup, const char *step, enum setup_outcome outcome,
    const char *object, const char *format, ...)
{
	char note[NOTE_MAX];
	json_t *line;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(note, sizeof(note), format, arguments);
	va_end(arguments);
	if (outcome == SETUP_FAILED && setup->worst == OK)
		setup->worst = ERR_IO;
	line = json_pack("{ss ss ss ss}", "step", step, "outcome",
	    outcomes[outcome], "object", object, "note", note);
	if (line == NULL || json_array_append_new(setup->steps, line) != 0)
		setup->worst = ERR_NO_MEMORY;
}
