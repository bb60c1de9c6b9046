/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/step.h"
#include "jwt-agent/policy/line.h"

#include <string.h>

void
step_found_absent(struct trail *trail)
{
	if (trail != NULL && trail->count > 0)
		/* without quotes, for "absent" may be a value, too */
		strcpy(trail->steps[trail->count - 1].found, "absent");
}

void
step_found(struct trail *trail, const struct requirement_value *value)
{
	if (value->is_there)
		trail_found(trail, value->text);
	else
		step_found_absent(trail);
}

void
step_wanted(struct trail *trail, const char *const *item, size_t count)
{
	char text[TRAIL_VALUE_SIZE] = "";
	struct line line = {.text = text, .size = sizeof(text)};

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			line_add(&line, ", ");
		line_add(&line, item[i]);
	}
	trail_wanted(trail, "%s", text);
}
