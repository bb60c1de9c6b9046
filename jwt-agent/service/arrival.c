/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/arrival.h"

#include "jwt-agent/policy/utf8.h"
#include "jwt-agent/service/origin.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A clock may be so far ahead of ours. */
#define FUTURE_SLACK (5 * 60)
#define FOREIGN_ID_MAX 256

__attribute__((format(printf, 3, 4))) enum err
arrival_skip(
    struct arrival *arrival, const char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(arrival->detail, sizeof(arrival->detail), format, arguments);
	va_end(arguments);
	arrival->result = ARRIVAL_SKIPPED;
	arrival->reason = reason;
	return OK;
}

bool
arrival_is_skipped(const struct arrival *arrival)
{
	return arrival->reason != NULL;
}

static bool
is_plain(const char *text)
{
	uint32_t character;
	size_t size;

	for (; *text != '\0'; text += size) {
		size = utf8_next(text, &character);
		if (size == 0 || utf8_is_control(character))
			return false;
	}
	return true;
}

/* Every text is shown on terminals some day. */
static void
check_texts(
    struct arrival *arrival, const struct fields *fields, const void *line)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->field[i];
		const char *text = NULL;

		if (field->kind == FIELD_str || field->kind == FIELD_opt_str)
			text =
			    *(char *const *)(const void *)((const char *)line +
				field->offset);
		if (text != NULL && !is_plain(text))
			(void)!arrival_skip(arrival, "control-character",
			    "%s has control characters", field->name);
	}
}

static bool
is_time(const char *name)
{
	static const char *const times[] = {"created", "seen", "revoked",
	    "opened", "activity", "ended", "not_before", NULL};

	for (size_t i = 0; times[i] != NULL; i++)
		if (strcmp(times[i], name) == 0)
			return true;
	return false;
}

static void
check_times(
    struct arrival *arrival, const struct fields *fields, const void *line)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->field[i];
		int64_t time;

		if (!is_time(field->name))
			continue;
		time = *(const int64_t *)(const void *)((const char *)line +
		    field->offset);
		if (time < 0 || (field->kind == FIELD_num && time == 0))
			(void)!arrival_skip(arrival, "bad-time",
			    "%s is not after 1970", field->name);
		if (time > arrival->call->now + FUTURE_SLACK)
			(void)!arrival_skip(arrival, "future",
			    "%s is in the future; it is in seconds",
			    field->name);
	}
}

void
arrival_check(struct arrival *arrival, const struct fields *fields,
    const void *line, int64_t format)
{
	if (format != 0 && format != TRANSFER_FORMAT)
		(void)!arrival_skip(arrival, "format",
		    "format is one that this jwt-agent does not know");
	if (!arrival_is_skipped(arrival))
		check_texts(arrival, fields, line);
	if (!arrival_is_skipped(arrival))
		check_times(arrival, fields, line);
}

/*
 * An id of our own stays; what another system calls something becomes one, the
 * same each time.
 */
enum err
arrival_id(struct arrival *arrival, const char *kind, const char *foreign,
    int64_t created, char id[ID_SIZE + 1])
{
	char hash[ORIGIN_HASH_SIZE + 1];
	uint8_t bytes[BASE64URL_BYTES_MAX(ORIGIN_HASH_SIZE)];
	size_t size = 0;
	enum err e;

	if (id_valid(foreign)) {
		snprintf(id, ID_SIZE + 1, "%s", foreign);
		return OK;
	}
	if (foreign[0] == '\0' || strlen(foreign) > FOREIGN_ID_MAX)
		return arrival_skip(arrival, "bad-id",
		    "an id takes 1 to %d bytes", FOREIGN_ID_MAX);
	e = origin_of_text("import", kind, foreign, hash);
	if (e == OK)
		e = base64url_decode(bytes, &size, hash, strlen(hash));
	if (e == OK)
		id_of(created * 1000, bytes, id);
	return e;
}

static enum err
copy(char **member, const char *text)
{
	if (text == NULL)
		return OK;
	*member = strdup(text);
	return *member != NULL ? OK : ERR_NO_MEMORY;
}

enum err
arrival_copy(const struct text_pair *pairs, size_t count)
{
	enum err e = OK;

	for (size_t i = 0; i < count && e == OK; i++)
		e = copy(pairs[i].member, pairs[i].text);
	return e;
}

void
arrival_check_person(struct arrival *arrival, const char *user, int64_t uid)
{
	int64_t subject = arrival->call->subject;

	if (strcmp(user, arrival->user) != 0)
		(void)!arrival_skip(arrival, "other-user",
		    "the line is of another user than the call");
	else if (subject < 0)
		(void)!arrival_skip(arrival, "unknown-user",
		    "the directory does not know the user");
	else if (uid != 0 && uid != subject)
		(void)!arrival_skip(arrival, "uid-differs",
		    "the user's uid is %" PRId64 " here", subject);
}

bool
arrival_is_to_be_written(const struct arrival *arrival, enum err e)
{
	return e == OK && !arrival_is_skipped(arrival) && !arrival->dry_run &&
	    arrival->result == ARRIVAL_IMPORTED;
}

const char *
arrival_preset(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}
