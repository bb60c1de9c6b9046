/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/selector.h"

#include "base/err.h"
#include "jwt-agent/observe/message.h"

#include <string.h>

/* One part, up to its colon. */
static bool
part_has(const char *part, size_t size, const char *text)
{
	if (size > 0 && part[size - 1] == '*')
		return strncmp(part, text, size - 1) == 0;
	return strncmp(part, text, size) == 0 && text[size] == '\0';
}

/* Whom a rollout leaves out is denied a login, but nothing is wrong: only who
 * asks for that reason means it. */
static bool
is_left_out(const struct happening *happening, size_t parts)
{
	return parts == 2 &&
	    strcmp(happening->reason, err_name(ERR_STAND_ASIDE)) == 0;
}

static bool
selector_has(const char *selector, const struct happening *happening)
{
	const char *const texts[] = {
	    happening->event, happening->outcome, happening->reason};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t size = strcspn(selector, ":");

		if (!part_has(selector, size, texts[i]))
			return false;
		selector += size;
		if (*selector == '\0')
			return !is_left_out(happening, i + 1);
		selector++;
	}
	return true;
}

bool
selectors_have(const struct texts *selectors, const struct happening *happening)
{
	for (size_t i = 0; i < selectors->count; i++)
		if (selector_has(selectors->item[i], happening))
			return true;
	return false;
}

bool
selector_names(const char *selector, const char *event)
{
	return part_has(selector, strcspn(selector, ":"), event);
}

bool
selector_is_possible(const char *selector)
{
	const struct message *message;

	for (size_t i = 0; (message = message_at(i)) != NULL; i++)
		if (selector_names(selector, message->event))
			return true;
	return false;
}
