/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/check_report.h"

#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/admin.h"
#include "varlink/login.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* How many findings of a table are shown; the others are counted. */
#define SHOWN_MAX 100

static json_t *
table_of(struct check_report *report, const char *name)
{
	json_t *last =
	    json_array_get(report->tables, json_array_size(report->tables) - 1);

	if (member_is(last, "table", name))
		return last;
	last = json_pack("{ss si si s[]}", "table", name, "entries", 0,
	    "problems", 0, "findings");
	return json_array_append_new(report->tables, last) == 0 ? last : NULL;
}

static enum err
add_number(json_t *table, const char *member, int64_t more)
{
	int64_t sum = json_integer_value(json_object_get(table, member)) + more;

	return json_object_set_new(table, member, json_integer(sum)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
add_findings(json_t *table, const json_t *findings)
{
	json_t *list = json_object_get(table, "findings"), *finding;
	size_t i;

	json_array_foreach (findings, i, finding)
		if (json_array_size(list) < SHOWN_MAX &&
		    json_array_append(list, finding) != 0)
			return ERR_NO_MEMORY;
	return OK;
}

static void
show_progress(struct check_report *report, const struct check_view *step)
{
	report->entries += step->entries;
	if (report->progress)
		fprintf(stderr, "\r%-24s %12" PRId64 "%s", step->table,
		    report->entries, step->last ? "\r\033[K" : "");
}

enum err
check_report_add(struct check_report *report, const struct check_view *step)
{
	json_t *table = table_of(report, step->table);
	enum err e = table != NULL ? OK : ERR_NO_MEMORY;

	if (e == OK)
		e = add_number(table, "entries", step->entries);
	if (e == OK)
		e = add_number(table, "problems", step->problems);
	if (e == OK)
		e = add_findings(table, step->findings);
	report->problems += step->problems;
	show_progress(report, step);
	return e;
}

static enum err
take_step(const json_t *entry, void *context)
{
	auto_clear(check_view) struct check_view step = {0};
	enum err e = fields_decode(check_view_fields(), entry, &step, NULL);

	if (e != OK)
		return e == ERR_INVALID_PARAMETER ? ERR_PROTOCOL : e;
	return check_report_add(context, &step);
}

/* A line for each, below the tables. */
static void
print_findings(const json_t *table)
{
	const json_t *findings = json_object_get(table, "findings"), *finding;
	int64_t more = json_integer_value(json_object_get(table, "problems")) -
	    (int64_t)json_array_size(findings);
	const char *name = json_string_value(json_object_get(table, "table"));
	size_t i;

	json_array_foreach (findings, i, finding) {
		const char *rule = "", *key = "", *problem = "";

		(void)json_unpack((json_t *)(uintptr_t)finding, "{ss ss ss}",
		    "rule", &rule, "key", &key, "problem", &problem);
		printf("%s: %s %s (%s)\n", name, key, problem, rule);
	}
	if (more > 0)
		printf("%s: and %" PRId64 " more\n", name, more);
}

enum err
check_report_print(const struct check_report *report)
{
	static const struct column columns[] = {
	    {"TABLE", "table", COLUMN_PLAIN},
	    {"ENTRIES", "entries", COLUMN_PLAIN},
	    {"PROBLEMS", "problems", COLUMN_PLAIN},
	};
	enum err e = output_table(
	    columns, sizeof(columns) / sizeof(*columns), report->tables);
	const json_t *table;
	size_t i;

	if (e != OK)
		return e;
	if (report->problems > 0)
		putchar('\n');
	json_array_foreach (report->tables, i, table)
		print_findings(table);
	return OK;
}

void
check_report_clear(struct check_report *report)
{
	json_decref(report->tables);
	report->tables = NULL;
}

enum err
check_report_begin(const struct call *call, struct check_report *report)
{
	report->tables = json_array();
	report->progress =
	    isatty(STDERR_FILENO) == 1 && !call_has(call, CLI_JSON);
	return report->tables != NULL ? OK : ERR_NO_MEMORY;
}

enum err
check_report_ask(
    const struct call *call, const char *method, struct check_report *report)
{
	struct empty request;
	enum err e = check_report_begin(call, report);

	if (e != OK)
		return e;
	return connection_stream(call,
	    &(struct client_call){
		.method = method,
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "step", take_step, report);
}
