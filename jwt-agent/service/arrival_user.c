/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/arrival.h"
#include "jwt-agent/service/mark.h"

#include <inttypes.h>
#include <stdio.h>

static enum err
find_mark(
    struct arrival *arrival, const struct user_line *line, const char *value)
{
	auto_clear(revoked_record) struct revoked_record old = {0};
	enum err e = revoked_get(
	    arrival->call->txn, REVOKED_USER, value, arrival->call->now, &old);

	if (line->not_before == 0 ||
	    (e == OK && old.before >= line->not_before))
		arrival->result = ARRIVAL_PRESENT;
	else
		arrival->result = ARRIVAL_IMPORTED;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Of a user there is nothing to keep but the mark. */
enum err
arrival_user(struct arrival *arrival, const void *decoded)
{
	const struct user_line *line = decoded;
	char value[24];
	const struct revoked_record mark = {
	    .before = line->not_before,
	    .until = arrival->call->now + MARK_REFRESH_LIFETIME + MARK_SLACK,
	    .reason =
		(char *)(uintptr_t)arrival_preset(line->reason, ARRIVAL_REASON),
	};
	enum err e;

	arrival_check(arrival, user_line_fields(), line, line->format);
	if (!arrival_is_skipped(arrival))
		arrival_check_person(arrival, line->user, line->uid);
	if (arrival_is_skipped(arrival))
		return OK;
	snprintf(value, sizeof(value), "%" PRId64, arrival->call->subject);
	e = find_mark(arrival, line, value);
	if (!arrival_is_to_be_written(arrival, e))
		return e;
	return revoked_put(arrival->call->txn, REVOKED_USER, value, &mark);
}
