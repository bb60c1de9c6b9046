/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/import.h"

#include "jwt-agent/service/arrival.h"

#include <stdio.h>
#include <string.h>

static const struct line_kind {
	const char *type;
	const struct fields *(*fields)(void);
	enum err (*arrive)(struct arrival *arrival, const void *decoded);
} kinds[] = {
    {TRANSFER_USER, user_line_fields, arrival_user},
    {TRANSFER_DEVICE, device_line_fields, arrival_device},
    {TRANSFER_SESSION, session_line_fields, arrival_session},
};

union decoded {
	struct user_line user;
	struct device_line device;
	struct session_line session;
};

static enum err
import_kind(
    struct arrival *arrival, const struct line_kind *kind, const json_t *line)
{
	union decoded decoded = {0};
	struct field_error error = {"", ""};
	enum err e = fields_decode(kind->fields(), line, &decoded, &error);

	if (e == ERR_INVALID_PARAMETER)
		return arrival_skip(arrival, "bad-member", "%s %s",
		    error.member, error.problem);
	if (e == OK)
		e = kind->arrive(arrival, &decoded);
	fields_clear(kind->fields(), &decoded);
	return e;
}

static enum err
import_line(struct arrival *arrival, const json_t *line)
{
	const char *type = json_string_value(json_object_get(line, "type"));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (type != NULL && strcmp(kinds[i].type, type) == 0)
			return import_kind(arrival, &kinds[i], line);
	return arrival_skip(
	    arrival, "bad-type", "type is one of user, device and session");
}

struct tally {
	json_t *results;
	int64_t counts[ARRIVAL_SKIPPED + 1];
};

static enum err
add_result(struct tally *tally, const struct arrival *arrival)
{
	static const char *const results[] = {
	    [ARRIVAL_IMPORTED] = "imported",
	    [ARRIVAL_PRESENT] = "present",
	    [ARRIVAL_SKIPPED] = "skipped",
	};
	const char *detail =
	    arrival->detail[0] != '\0' ? arrival->detail : NULL;
	json_t *result =
	    json_pack("{ss ss* ss*}", "result", results[arrival->result],
		"reason", arrival->reason, "detail", detail);

	tally->counts[arrival->result]++;
	return json_array_append_new(tally->results, result) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
take_lines(struct call *call, const struct import_request *request,
    struct tally *tally)
{
	const json_t *line;
	enum err e = OK;
	size_t i;

	json_array_foreach (request->lines, i, line) {
		struct arrival arrival = {.call = call,
		    .user = request->user,
		    .dry_run = request->dry_run};

		e = import_line(&arrival, line);
		if (e == OK)
			e = add_result(tally, &arrival);
		if (e != OK)
			return e;
	}
	return OK;
}

static void
note_counts(struct call *call, bool dry_run, const struct tally *tally)
{
	char text[128];

	snprintf(text, sizeof(text),
	    "%s%lld imported, %lld present, %lld skipped",
	    dry_run ? "dry run: " : "",
	    (long long)tally->counts[ARRIVAL_IMPORTED],
	    (long long)tally->counts[ARRIVAL_PRESENT],
	    (long long)tally->counts[ARRIVAL_SKIPPED]);
	call_note(&call->event.detail, text);
}

enum err
admin_import(struct call *call, const struct import_request *request,
    struct import_reply *reply)
{
	auto_json json_t *results = json_array();
	struct tally tally = {.results = results};
	enum err e;

	call_note(&call->event.user, request->user);
	call->event.uid = call->subject >= 0 ? call->subject : -1;
	if (json_array_size(request->lines) > IMPORT_LINES_MAX) {
		call_note(&call->event.detail, "lines are more than 64");
		return ERR_INVALID_PARAMETER;
	}
	e = results != NULL ? take_lines(call, request, &tally) : ERR_NO_MEMORY;
	if (e != OK)
		return e;
	note_counts(call, request->dry_run, &tally);
	reply->results = TAKE(results);
	return OK;
}
