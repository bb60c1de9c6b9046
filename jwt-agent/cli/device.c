/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/device.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/ends.h"
#include "jwt-agent/cli/output.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

int
cli_device_list(const struct call *call)
{
	static const struct column columns[] = {
	    {"DEVICE", "device", COLUMN_PLAIN},
	    {"USER", "user", COLUMN_PLAIN},
	    {"NAME", "name", COLUMN_PLAIN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"CREATED", "created", COLUMN_TIME},
	    {"LAST LOGIN", "seen", COLUMN_TIME},
	    {"FROM", "seen_rhost", COLUMN_PLAIN},
	    {"SESSIONS", "sessions", COLUMN_PLAIN},
	};
	const struct device_list_request request = {
	    .user = call->option[CLI_USER]};
	auto_json json_t *devices = NULL;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.List",
		.request_fields = device_list_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "device", device_view_fields(), &devices);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(devices));
	return err_exit(output_table(columns, COUNT(columns), devices));
}

static enum err
print_record(const json_t *device)
{
	static const struct column columns[] = {
	    {"device", "device", COLUMN_PLAIN},
	    {"user", "user", COLUMN_PLAIN},
	    {"uid", "uid", COLUMN_PLAIN},
	    {"name", "name", COLUMN_PLAIN},
	    {"state", "state", COLUMN_PLAIN},
	    {"created", "created", COLUMN_TIME},
	    {"last login", "seen", COLUMN_TIME},
	    {"from", "seen_rhost", COLUMN_PLAIN},
	    {"service", "seen_service", COLUMN_PLAIN},
	    {"terminal", "seen_tty", COLUMN_PLAIN},
	    {"revoked", "revoked", COLUMN_TIME},
	    {"reason", "revoked_reason", COLUMN_PLAIN},
	    {"tokens from", "issuer", COLUMN_PLAIN},
	    {"generation", "generation", COLUMN_PLAIN},
	    {"refresh ends", "refresh_expires", COLUMN_TIME},
	    {"sessions", "sessions", COLUMN_PLAIN},
	    {"key", "jkt", COLUMN_PLAIN},
	    {"claims", "claims", COLUMN_PLAIN},
	};

	return output_record(columns, COUNT(columns), device);
}

static enum err
print_history(const json_t *device)
{
	static const struct column columns[] = {
	    {"SESSION", "session", COLUMN_PLAIN},
	    {"SERVICE", "service", COLUMN_PLAIN},
	    {"FROM", "rhost", COLUMN_PLAIN},
	    {"TTY", "tty", COLUMN_PLAIN},
	    {"LOGIN", "created", COLUMN_TIME},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"ENDED", "ended", COLUMN_TIME},
	    {"REASON", "reason", COLUMN_PLAIN},
	};
	const json_t *history = json_object_get(device, "history");

	if (json_array_size(history) == 0)
		return OK;
	puts("\nlast sessions:");
	return output_table(columns, COUNT(columns), history);
}

static enum err
print_oddities(const json_t *device)
{
	static const struct column columns[] = {
	    {"TIME", "time", COLUMN_TIME},
	    {"EVENT", "event", COLUMN_PLAIN},
	    {"DETAIL", "detail", COLUMN_PLAIN},
	};
	const json_t *oddities = json_object_get(device, "oddities");

	if (json_array_size(oddities) == 0)
		return OK;
	puts("\nnoticed:");
	return output_table(columns, COUNT(columns), oddities);
}

int
cli_device_show(const struct call *call)
{
	const struct device_request request = {.device = call->argument};
	auto_clear(device_detail) struct device_detail detail = {0};
	auto_json json_t *device = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.Show",
		.request_fields = device_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = device_detail_fields(),
		.reply = &detail,
	    });

	if (e == OK)
		e = output_encode(device_detail_fields(), &detail, &device);
	if (e == OK && call_has(call, CLI_JSON))
		return err_exit(output_json(device));
	if (e == OK)
		e = print_record(device);
	if (e == OK)
		e = print_history(device);
	return err_exit(e == OK ? print_oddities(device) : e);
}

int
cli_device_rename(const struct call *call)
{
	const struct device_rename_request request = {
	    .device = call->argument,
	    .name = call->second,
	};
	auto_clear(device_rename_reply) struct device_rename_reply reply = {0};
	auto_json json_t *answer = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.Rename",
		.request_fields = device_rename_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = device_rename_reply_fields(),
		.reply = &reply,
	    });

	if (e == OK)
		e = output_encode(
		    device_rename_reply_fields(), &reply, &answer);
	if (e == OK && call_has(call, CLI_JSON))
		return err_exit(output_json(answer));
	if (e == OK)
		printf("%s: renamed\n", reply.device);
	return err_exit(e);
}

static int
print_revoked(const struct call *call, const struct device_revoke_reply *reply)
{
	return ends_answer(call, device_revoke_reply_fields(), reply,
	    ENDS_OF(reply), "%s: %s; families revoked: %lld, ", reply->device,
	    reply->result, (long long)reply->families_revoked);
}

/* Scripts read the same answer whether or not there was such a device. */
static void
print_absent(const struct call *call)
{
	static char result[] = "no such device";
	const struct device_revoke_reply reply = {
	    .device = call->argument,
	    .result = result,
	};

	if (call_has(call, CLI_JSON) && print_revoked(call, &reply) != 0)
		connection_complain(call, "%s", err_text(ERR_IO));
}

int
cli_device_revoke(const struct call *call)
{
	const struct device_revoke_request request = {
	    .device = call->argument,
	    .reason = call->option[CLI_REASON],
	};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.Revoke",
		.request_fields = device_revoke_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = device_revoke_reply_fields(),
		.reply = &reply,
	    });

	if (e == ERR_NO_SUCH_DEVICE)
		print_absent(call);
	return e == OK ? print_revoked(call, &reply) : err_exit(e);
}

int
cli_device_restore(const struct call *call)
{
	const struct device_request request = {.device = call->argument};
	auto_clear(device_restore_reply) struct device_restore_reply reply = {
	    0};
	auto_json json_t *answer = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.Restore",
		.request_fields = device_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = device_restore_reply_fields(),
		.reply = &reply,
	    });

	if (e == OK)
		e = output_encode(
		    device_restore_reply_fields(), &reply, &answer);
	if (e == OK && call_has(call, CLI_JSON))
		return err_exit(output_json(answer));
	if (e == OK)
		printf("%s: %s\n", reply.device, reply.result);
	return err_exit(e);
}
