/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/selector.h"

#include "base/err.h"
#include "jwt-agent/observe/message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LIST_SIZE 160 /* of the names of some reasons */

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

static enum err
check_event(const char *event, size_t size, struct option_error *error)
{
	const struct message *message;

	for (size_t i = 0; (message = message_at(i)) != NULL; i++)
		if (part_has(event, size, message->event))
			return OK;
	return option_refuse(
	    error, "there is no event \"%.*s\"", (int)size, event);
}

/* The first part of a selector and what is left of it. */
struct part {
	const char *text;
	size_t size;
};

static struct part
next_part(const struct part *before)
{
	const char *end = before->text + before->size;
	const char *text = *end == ':' ? end + 1 : end;

	return (struct part){text, strcspn(text, ":")};
}

static bool
part_means(const struct part *part, const char *word)
{
	return part->size == 0 || part_has(part->text, part->size, word);
}

/* Of the reasons that go with the outcome, those with the same first letter:
 * all of them would be a page. */
static void
list_reasons(const struct part *outcome, char first, char text[LIST_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ERR_COUNT && used < LIST_SIZE; i++) {
		const char *name = err_name((enum err)i);

		if (tolower((unsigned char)*name) ==
			tolower((unsigned char)first) &&
		    part_means(outcome, err_outcome((enum err)i)))
			used += (size_t)snprintf(text + used, LIST_SIZE - used,
			    "%s%s", used > 0 ? ", " : ": there is ", name);
	}
}

static enum err
refuse_reason(const struct part *outcome, const struct part *reason,
    struct option_error *error)
{
	char list[LIST_SIZE];

	list_reasons(outcome, *reason->text, list);
	return option_refuse(error,
	    "there is no reason \"%.*s\" of the outcome \"%.*s\"%s",
	    (int)reason->size, reason->text, (int)outcome->size, outcome->text,
	    list);
}

/* An outcome has reasons of its own: nothing is granted as it has expired. */
static enum err
check_outcome(const struct part *outcome, const struct part *reason,
    struct option_error *error)
{
	bool possible = false;

	for (size_t i = 0; i < ERR_COUNT; i++) {
		if (!part_means(outcome, err_outcome((enum err)i)))
			continue;
		if (part_means(reason, err_name((enum err)i)))
			return OK;
		possible = true;
	}
	if (possible)
		return refuse_reason(outcome, reason, error);
	return option_refuse(error,
	    "there is no outcome \"%.*s\": there is granted, denied, fault",
	    (int)outcome->size, outcome->text);
}

enum err
selector_check(const char *selector, struct option_error *error)
{
	struct part event = {selector, strcspn(selector, ":")};
	struct part outcome = next_part(&event);
	struct part reason = next_part(&outcome);
	enum err e = check_event(event.text, event.size, error);

	return e == OK ? check_outcome(&outcome, &reason, error) : e;
}
