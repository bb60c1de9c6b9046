/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/selector.h"

#include "base/err.h"
#include "jwt-agent/observe/message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LIST_SIZE 160 /* of the names of some reasons */

/* What stands between two colons. A part that is not there has no text, and
 * means everything. */
struct part {
	const char *text;
	size_t size;
};

struct parts {
	struct part event, outcome, reason;
	const char *rest; /* NULL, or what a selector has no place for */
};

static struct part
take_part(const char **rest)
{
	struct part part = {*rest, 0};

	if (part.text == NULL)
		return part;
	part.size = strcspn(part.text, ":");
	*rest = part.text[part.size] == ':' ? part.text + part.size + 1 : NULL;
	return part;
}

static struct parts
split(const char *selector)
{
	struct parts parts = {.rest = selector};

	parts.event = take_part(&parts.rest);
	parts.outcome = take_part(&parts.rest);
	parts.reason = take_part(&parts.rest);
	return parts;
}

static bool
part_means(const struct part *part, const char *word)
{
	if (part->text == NULL)
		return true;
	if (part->size > 0 && part->text[part->size - 1] == '*')
		return strncmp(part->text, word, part->size - 1) == 0;
	return strncmp(part->text, word, part->size) == 0 &&
	    word[part->size] == '\0';
}

/* Whom a rollout leaves out is denied a login, but nothing is wrong: only who
 * asks for that reason means it. */
static bool
is_left_out(const struct parts *parts, const struct happening *happening)
{
	return parts->outcome.text != NULL && parts->reason.text == NULL &&
	    strcmp(happening->reason, err_name(ERR_STAND_ASIDE)) == 0;
}

static bool
selector_has(const char *selector, const struct happening *happening)
{
	struct parts parts = split(selector);

	return part_means(&parts.event, happening->event) &&
	    part_means(&parts.outcome, happening->outcome) &&
	    part_means(&parts.reason, happening->reason) &&
	    !is_left_out(&parts, happening);
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
	struct parts parts = split(selector);

	return part_means(&parts.event, event);
}

static enum err
check_event(const struct part *event, struct option_error *error)
{
	const struct message *message;

	for (size_t i = 0; (message = message_at(i)) != NULL; i++)
		if (part_means(event, message->event))
			return OK;
	return option_refuse(
	    error, "there is no event \"%.*s\"", (int)event->size, event->text);
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
	struct parts parts = split(selector);
	enum err e = check_event(&parts.event, error);

	if (e == OK)
		e = check_outcome(&parts.outcome, &parts.reason, error);
	if (e == OK && parts.rest != NULL)
		e = option_refuse(error,
		    "nothing comes behind the reason, so no \"%s\"",
		    parts.rest);
	return e;
}
