/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/reportpage.h"
#include "jwt-agent/cli/uses.h"
#include "jwt-agent/cli/week.h"
#include "jwt-agent/cli/when.h"
#include "varlink/admin.h"
#include "varlink/alert.h"
#include "varlink/audit.h"
#include "varlink/device.h"
#include "varlink/issuer.h"
#include "varlink/key.h"

#include <limits.h>
#include <time.h>
#include <unistd.h>

#define SINCE_PRESET "7d"

struct span {
	int64_t since, until;
};

static enum err
read_span(const struct call *call, struct span *span)
{
	const char *text = call->option[CLI_SINCE];

	span->until = time(NULL);
	return when_ask(call, text != NULL ? text : SINCE_PRESET, span->until,
	    &span->since);
}

static enum err
add_event(const json_t *event, void *context)
{
	week_add(context, event);
	return OK;
}

/* From the very first second on there is nothing before. */
static int64_t
first_second(const struct span *span)
{
	return span->since > 0 ? span->since : 1;
}

/* What the agent's clock has ahead of ours is not left out. */
static enum err
read_audit(const struct call *call, const struct span *span, struct week *week)
{
	const struct audit_request request = {.since = first_second(span)};

	return connection_stream(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Audit",
		.request_fields = audit_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "event", add_event, week);
}

struct counting {
	int64_t since;
	json_int_t count;
};

/* Also of those that were registered on first use. */
static enum err
count_device(const json_t *device, void *context)
{
	struct counting *counting = context;

	counting->count += json_integer_value(json_object_get(
			       device, "created")) >= counting->since;
	return OK;
}

static enum err
count_devices(const struct call *call, struct counting *counting)
{
	const struct device_list_request request = {.user = NULL};

	return connection_stream(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.List",
		.request_fields = device_list_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "device", count_device, counting);
}

static json_t *
outcomes_json(const struct outcomes *ends)
{
	double success = outcomes_success(ends);

	return json_pack("{sI sI sI so}", "granted", (json_int_t)ends->granted,
	    "denied", (json_int_t)ends->denied, "fault",
	    (json_int_t)ends->fault, "success",
	    success >= 0 ? json_real(success) : json_null());
}

static enum err
note_firing(const json_t *alert, void *context)
{
	if (!member_is(alert, "state", "firing"))
		return OK;
	return json_array_append(context, (json_t *)(uintptr_t)alert) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
note_keys(const json_t *issuer, void *context)
{
	if (member_is(issuer, "state", "ok") ||
	    member_is(issuer, "state", "ended"))
		return OK;
	return json_array_append_new(context,
		   json_pack("{sO sO sO*}", "key",
		       json_object_get(issuer, "name"), "state",
		       json_object_get(issuer, "state"), "problem",
		       json_object_get(issuer, "problem"))) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
take_list(const struct call *call, const char *method, const char *entry,
    client_entry take, json_t *list)
{
	return connection_stream(call,
	    &(struct client_call){.method = method, .fd = -1}, entry, take,
	    list);
}

/* {job, state, detail} of those that are wanted. */
static json_t *
upkeep_json(const json_t *jobs)
{
	json_t *list = json_array(), *job;
	size_t i;

	json_array_foreach (jobs, i, job) {
		const json_t *outcome = json_object_get(job, "outcome");
		bool overdue = json_is_true(json_object_get(job, "overdue"));
		const char *state = json_string_value(outcome);

		if (!json_is_true(json_object_get(job, "wanted")))
			continue;
		if (overdue)
			state = "overdue";
		json_array_append_new(list,
		    json_pack("{sO ss sO*}", "job", json_object_get(job, "job"),
			"state", state != NULL ? state : "not run yet",
			"detail", json_object_get(job, "detail")));
	}
	return list;
}

static enum err
ask_upkeep(const struct call *call, json_t *report)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	enum err e = connection_status(call, &reply);

	if (e != OK)
		return e;
	return json_object_set_new(
		   report, "upkeep", upkeep_json(reply.upkeep)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
add_uses(const struct call *call, const struct span *span, json_t *report,
    const char *member, enum uses section)
{
	auto_json json_t *rows = NULL;
	enum err e = list_uses(call, section, first_second(span), &rows);

	if (e != OK)
		return e;
	return json_object_set(report, member, rows) == 0 ? OK : ERR_NO_MEMORY;
}

/* What is so now. */
static enum err
add_state(const struct call *call, const struct span *span, json_t *report)
{
	json_t *firing = json_array(), *keys = json_array();
	enum err e = OK;

	if (json_object_set_new(report, "alerts_firing", firing) != 0 ||
	    json_object_set_new(report, "keys_due", keys) != 0)
		return ERR_NO_MEMORY;
	e = take_list(
	    call, "io.jwtagent.Alert.List", "alert", note_firing, firing);
	if (e == OK)
		e = take_list(
		    call, "io.jwtagent.Issuer.List", "issuer", note_keys, keys);
	if (e == OK)
		e = add_uses(call, span, report, "ending", USES_DATED);
	if (e == OK)
		e = add_uses(call, span, report, "fallbacks", USES_FALLBACKS);
	return e == OK ? ask_upkeep(call, report) : e;
}

static enum err
make(const struct span *span, struct week *week, json_int_t devices,
    json_t **out)
{
	char host[HOST_NAME_MAX + 1] = "";

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	*out = json_pack("{ss sI sI so so so so so so so sI sI so}", "host",
	    host, "since", (json_int_t)span->since, "until",
	    (json_int_t)span->until, "logins", outcomes_json(&week->logins),
	    "refreshes", outcomes_json(&week->refreshes), "refusals",
	    tally_json(&week->refusals, "reason"), "services",
	    tally_json(&week->services, "service"), "revokes",
	    tally_json(&week->revokes, "event"), "oddities",
	    tally_json(&week->oddities, "event"), "changes",
	    tally_json(&week->changes, "event"), "new_devices", devices,
	    "token_reuse", (json_int_t)week->reuse, "alerts_fired",
	    tally_json(&week->fired, "alert"));
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

int
cli_report(const struct call *call)
{
	auto_json json_t *report = NULL;
	struct week week = {.reuse = 0};
	struct span span;
	struct counting devices = {.count = 0};
	enum err e = read_span(call, &span);

	if (e == OK)
		e = read_audit(call, &span, &week);
	devices.since = span.since;
	if (e == OK)
		e = count_devices(call, &devices);
	if (e == OK)
		e = make(&span, &week, devices.count, &report);
	if (e == OK)
		e = add_state(call, &span, report);
	if (e != OK)
		return err_exit(e);
	return err_exit(call_has(call, CLI_JSON) ? output_json(report)
						 : reportpage_print(report));
}
