/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/week.h"

#include "base/member.h"
#include "jwt-agent/cli/alertdetail.h"

#include <string.h>

static bool
is(const char *text, const char *word)
{
	return strcmp(text, word) == 0;
}

static bool
begins(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* 1, but of the sum of a flood. */
static int64_t
weight(const json_t *event)
{
	int64_t count = json_integer_value(json_object_get(event, "count"));

	return count > 0 ? count : 1;
}

static void
add_end(struct outcomes *ends, const char *outcome, int64_t count)
{
	if (is(outcome, "granted"))
		ends->granted += count;
	else if (is(outcome, "denied"))
		ends->denied += count;
	else
		ends->fault += count;
}

static void
add_login(struct week *week, const json_t *event)
{
	const char *outcome = member_text(event, "outcome");
	const char *service = member_text(event, "service");

	add_end(&week->logins, outcome, weight(event));
	if (!is(outcome, "granted"))
		tally_add(&week->refusals, member_text(event, "reason"),
		    weight(event));
	else if (service[0] != '\0')
		tally_add(&week->services, service, 1);
}

static void
add_fired(struct week *week, const json_t *event)
{
	struct alert_detail detail;

	alert_detail_read(member_text(event, "detail"), &detail);
	tally_add(&week->fired, detail.name, 1);
}

/* What ends tokens or sessions for somebody. */
static bool
is_revoke(const char *name)
{
	static const char *const revokes[] = {"device-revoke", "token-revoke",
	    "issuer-revoke", "user-logout", "user-forget", "session-terminate"};

	for (size_t i = 0; i < sizeof(revokes) / sizeof(*revokes); i++)
		if (is(name, revokes[i]))
			return true;
	return false;
}

static bool
is_change(const char *name)
{
	return begins(name, "flag-") || begins(name, "key-rotate") ||
	    is(name, "config-changed") || is(name, "rollout-undo");
}

static void
add_granted(struct week *week, const char *name)
{
	if (is_revoke(name))
		tally_add(&week->revokes, name, 1);
	else if (is_change(name))
		tally_add(&week->changes, name, 1);
}

void
week_add(struct week *week, const json_t *event)
{
	const char *name = member_text(event, "event");
	const char *outcome = member_text(event, "outcome");

	if (is(name, "login"))
		add_login(week, event);
	else if (is(name, "refresh") || is(name, "change-token"))
		add_end(&week->refreshes, outcome, weight(event));
	else if (begins(name, "odd-") || is(name, "code-guessing"))
		tally_add(&week->oddities, name, weight(event));
	else if (is(name, "token-reuse"))
		week->reuse += weight(event);
	else if (is(name, "alert-fired"))
		add_fired(week, event);
	else if (is(outcome, "granted"))
		add_granted(week, name);
}

double
outcomes_success(const struct outcomes *ends)
{
	int64_t all = ends->granted + ends->denied + ends->fault;

	return all > 0 ? (double)ends->granted * 100 / (double)all : -1;
}
