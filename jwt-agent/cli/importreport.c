/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/importreport.h"

#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum err
importreport_begin(struct importreport *report)
{
	*report = (struct importreport){
	    .reasons = json_object(), .told = json_array()};
	return report->reasons != NULL && report->told != NULL ? OK
							       : ERR_NO_MEMORY;
}

void
importreport_clear(struct importreport *report)
{
	json_decref(report->reasons);
	json_decref(report->told);
	*report = (struct importreport){0};
}

static enum err
count(struct importreport *report, const char *reason)
{
	int64_t before =
	    json_integer_value(json_object_get(report->reasons, reason));

	report->lines++;
	report->skipped++;
	return json_object_set_new(
		   report->reasons, reason, json_integer(before + 1)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

enum err
importreport_skip(struct importreport *report, int64_t number,
    const char *reason, const char *detail)
{
	enum err e = count(report, reason);

	if (e != OK || json_array_size(report->told) == IMPORTREPORT_LINES_MAX)
		return e;
	return json_array_append_new(report->told,
		   json_pack("{sI ss ss}", "line", (json_int_t)number, "reason",
		       reason, "detail", detail)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

enum err
importreport_add(
    struct importreport *report, int64_t number, const json_t *result)
{
	const char *what = json_string_value(json_object_get(result, "result"));
	const char *reason =
	    json_string_value(json_object_get(result, "reason"));

	if (what == NULL)
		return ERR_PROTOCOL;
	if (strcmp(what, "skipped") == 0)
		return importreport_skip(report, number,
		    reason != NULL ? reason : "skipped",
		    member_text(result, "detail"));
	report->lines++;
	if (strcmp(what, "present") == 0)
		report->present++;
	else
		report->imported++;
	return OK;
}

static enum err
print_json(const struct importreport *report, bool dry_run)
{
	auto_json json_t *answer = json_pack("{sb sI sI sI sI sO sO}",
	    "dry_run", dry_run, "lines", (json_int_t)report->lines, "imported",
	    (json_int_t)report->imported, "present",
	    (json_int_t)report->present, "skipped", (json_int_t)report->skipped,
	    "reasons", report->reasons, "lines_skipped", report->told);

	return answer != NULL ? output_json(answer) : ERR_NO_MEMORY;
}

static void
print_told(const struct importreport *report, const struct call *call)
{
	const json_t *told;
	size_t i;

	json_array_foreach (report->told, i, told) {
		long long line =
		    json_integer_value(json_object_get(told, "line"));

		connection_complain(call, "line %lld: %s (%s)", line,
		    json_string_value(json_object_get(told, "detail")),
		    json_string_value(json_object_get(told, "reason")));
	}
	if (report->skipped > (int64_t)json_array_size(report->told))
		connection_complain(
		    call, "and more: %" PRId64 " in all", report->skipped);
}

enum err
importreport_print(const struct importreport *report, const struct call *call)
{
	bool dry_run = call_has(call, CLI_DRY_RUN);
	const char *reason;
	json_t *number;

	if (call_has(call, CLI_JSON))
		return print_json(report, dry_run);
	print_told(report, call);
	printf("%s%" PRId64 " lines: %" PRId64 " imported, %" PRId64
	       " there already, %" PRId64 " skipped\n",
	    dry_run ? "dry run, nothing was written; " : "", report->lines,
	    report->imported, report->present, report->skipped);
	json_object_foreach (report->reasons, reason, number)
		printf("  %s: %lld\n", reason,
		    (long long)json_integer_value(number));
	return OK;
}
