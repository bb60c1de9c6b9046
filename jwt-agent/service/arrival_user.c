/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/arrival.h"
#include "jwt-agent/service/attribute.h"
#include "jwt-agent/service/mark.h"
#include "lmdb-store/user.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

static enum err
take_mark(struct arrival *arrival, const struct user_line *line)
{
	char value[24];
	const struct revoked_record mark = {
	    .before = line->not_before,
	    .until = arrival->call->now + MARK_REFRESH_LIFETIME + MARK_SLACK,
	    .reason =
		(char *)(uintptr_t)arrival_preset(line->reason, ARRIVAL_REASON),
	};
	enum err e;

	snprintf(value, sizeof(value), "%" PRId64, arrival->call->subject);
	e = find_mark(arrival, line, value);
	if (!arrival_is_to_be_written(arrival, e))
		return e;
	return revoked_put(arrival->call->txn, REVOKED_USER, value, &mark);
}

/* Those that the user does not have: what is there stays as it is. */
static enum err
find_new(struct arrival *arrival, const json_t *attributes, json_t **out)
{
	auto_clear(user_record) struct user_record user = {0};
	auto_json json_t *set = json_object();
	enum err e =
	    user_get(arrival->call->txn, arrival->call->subject, &user);
	const char *name;
	json_t *value;

	if (e != OK)
		return e;
	json_object_foreach ((json_t *)(uintptr_t)attributes, name, value) {
		if (json_is_null(value))
			return arrival_skip(arrival, "bad-attribute",
			    "an attribute is not null");
		if (json_object_get(user.attributes, name) == NULL &&
		    json_object_set(set, name, value) != 0)
			return ERR_NO_MEMORY;
	}
	if (set == NULL)
		return ERR_NO_MEMORY;
	*out = TAKE(set);
	return OK;
}

/* What cannot be set is refused here, too. */
static enum err
take_attributes(struct arrival *arrival, const struct user_line *line)
{
	auto_json json_t *set = NULL, *all = NULL;
	struct call *call = arrival->call;
	enum err e = line->attributes == NULL
	    ? OK
	    : find_new(arrival, line->attributes, &set);

	if (e != OK || json_object_size(set) == 0)
		return e;
	e = attribute_put(call, line->user, set, arrival->dry_run, &all);
	if (e != ERR_INVALID_PARAMETER) {
		arrival->result = ARRIVAL_IMPORTED;
		return e;
	}
	(void)!arrival_skip(arrival, "bad-attribute", "%s", call->event.detail);
	free(TAKE(call->event.detail));
	return OK;
}

/* Of a user there is nothing to keep but the mark and the attributes; these
 * come first, as a line that is skipped leaves nothing. */
enum err
arrival_user(struct arrival *arrival, const void *decoded)
{
	const struct user_line *line = decoded;
	enum arrival_result attributes;
	enum err e;

	arrival_check(arrival, user_line_fields(), line, line->format);
	if (!arrival_is_skipped(arrival))
		arrival_check_person(arrival, line->user, line->uid);
	if (arrival_is_skipped(arrival))
		return OK;
	arrival->result = ARRIVAL_PRESENT;
	e = take_attributes(arrival, line);
	if (e != OK || arrival_is_skipped(arrival))
		return e;
	attributes = arrival->result;
	e = take_mark(arrival, line);
	if (attributes == ARRIVAL_IMPORTED)
		arrival->result = attributes;
	return e;
}
