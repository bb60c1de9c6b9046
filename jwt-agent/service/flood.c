/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/flood.h"

#include "base/timetext.h"
#include "lmdb-store/flood.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define USERS_TEXT_SIZE 48

static void
count_users(const struct flood_record *flood, char text[USERS_TEXT_SIZE])
{
	size_t users = json_array_size(flood->users);

	text[0] = '\0';
	if (users > 0)
		snprintf(text, USERS_TEXT_SIZE, ", of %s%zu user%s",
		    flood->more_users ? "more than " : "", users,
		    users == 1 ? "" : "s");
}

static char *
describe(const struct flood_record *flood)
{
	char first[TIMETEXT_SIZE], last[TIMETEXT_SIZE];
	char users[USERS_TEXT_SIZE];
	char *text = NULL;

	timetext(flood->first, first);
	timetext(flood->last, last);
	count_users(flood, users);
	if (asprintf(&text, "%" PRId64 " more like this, %s to %s%s",
		flood->count, first, last, users) < 0)
		return NULL;
	return text;
}

/* Hands the window's texts over to the event. */
static enum err
sum_up(struct call *call, struct flood_record *flood)
{
	struct audit_record event = {.uid = -1,
	    .caller_uid = flood->caller_uid,
	    .count = flood->count,
	    .outcome = strdup("denied"),
	    .detail = describe(flood)};
	bool made = event.outcome != NULL && event.detail != NULL;

	if (!made) {
		audit_record_clear(&event);
		return ERR_NO_MEMORY;
	}
	event.event = TAKE(flood->event);
	event.reason = TAKE(flood->reason);
	event.service = TAKE(flood->service);
	event.rhost = TAKE(flood->network);
	return call_record(call, &event);
}

static enum err
end_first(struct call *call, int64_t until)
{
	auto_clear(flood_record) struct flood_record flood = {0};
	enum err e = flood_first_due(call->txn, until, &flood);

	if (e == OK)
		e = flood_remove(call->txn, &flood);
	return e == OK && flood.count > 0 ? sum_up(call, &flood) : e;
}

enum err
flood_end(struct call *call, int64_t until, size_t limit, size_t *done)
{
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK)
		e = end_first(call, until);
	return e == ERR_NOT_FOUND ? OK : e;
}
