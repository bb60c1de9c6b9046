/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/check_report.h"
#include "varlink/audit.h"
#include "varlink/login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
cli_audit_head(const struct call *call)
{
	auto_clear(audit_head_reply) struct audit_head_reply reply = {0};
	auto_json json_t *json = NULL;
	struct empty request;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.AuditHead",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = audit_head_reply_fields(),
		.reply = &reply,
	    });

	if (e == OK && !call_has(call, CLI_JSON))
		return puts(reply.head) == EOF ? err_exit(ERR_IO) : 0;
	if (e == OK)
		e = output_encode(audit_head_reply_fields(), &reply, &json);
	return err_exit(e == OK ? output_json(json) : e);
}

/* One head is held against the audit, and said so. */
static enum err
hold(const struct call *call, char *head, json_t *results)
{
	const struct audit_hold_request request = {.head = head};
	auto_clear(audit_hold_reply) struct audit_hold_reply reply = {0};
	auto_json json_t *result = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.AuditHold",
		.request_fields = audit_hold_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = audit_hold_reply_fields(),
		.reply = &reply,
	    });

	if (e == OK)
		e = output_encode(audit_hold_reply_fields(), &reply, &result);
	if (e == OK && json_array_append(results, result) != 0)
		e = ERR_NO_MEMORY;
	return e;
}

static enum err
hold_lines(const struct call *call, FILE *file, json_t *results)
{
	char line[FIELD_STR_MAX + 2];
	enum err e = OK;

	while (e == OK && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] != '\0')
			e = hold(call, line, results);
	}
	return e == OK && ferror(file) ? ERR_IO : e;
}

static enum err
hold_file(const struct call *call, const char *path, json_t *results)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	enum err e;

	if (file == NULL) {
		connection_complain(call, "%s: %s", path, strerror(errno));
		return ERR_USAGE;
	}
	e = hold_lines(call, file, results);
	if (file != stdin)
		fclose(file);
	if (e == OK && json_array_size(results) == 0) {
		connection_complain(call, "%s: has no head", path);
		return ERR_USAGE;
	}
	return e;
}

/* How many do not hold. */
static size_t
count_broken(const json_t *heads)
{
	const json_t *head;
	size_t i, broken = 0;

	json_array_foreach (heads, i, head)
		broken += !json_is_true(json_object_get(head, "holds"));
	return broken;
}

static void
print_heads(const json_t *heads)
{
	const json_t *head;
	size_t i;

	json_array_foreach (heads, i, head) {
		const char *problem =
		    json_string_value(json_object_get(head, "problem"));

		printf("head of event %" JSON_INTEGER_FORMAT ": %s\n",
		    json_integer_value(json_object_get(head, "seq")),
		    problem != NULL ? problem : "holds");
	}
}

static enum err
print(const struct call *call, const struct check_report *report, json_t *heads)
{
	auto_json json_t *all = NULL;
	enum err e;

	if (!call_has(call, CLI_JSON)) {
		e = check_report_print(report);
		print_heads(heads);
		return e;
	}
	all = json_pack("{sO sO}", "tables", report->tables, "heads", heads);
	return all != NULL ? output_json(all) : ERR_NO_MEMORY;
}

int
cli_audit_verify(const struct call *call)
{
	auto_clear(check_report) struct check_report report = {0};
	auto_json json_t *heads = json_array();
	const char *path = call->option[CLI_HEAD];
	enum err e =
	    check_report_ask(call, "io.jwtagent.Admin.AuditVerify", &report);

	if (e == OK && path != NULL)
		e = hold_file(call, path, heads);
	if (e == OK)
		e = print(call, &report, heads);
	if (e == OK && (report.problems > 0 || count_broken(heads) > 0))
		e = ERR_STORE;
	return err_exit(e);
}
