/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/alert.h"
#include "varlink/login.h"

#include <stdio.h>

int
cli_alert_list(const struct call *call)
{
	static const struct column columns[] = {
	    {"ALERT", "name", COLUMN_PLAIN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"VALUE", "value", COLUMN_PLAIN},
	    {"THRESHOLD", "threshold", COLUMN_PLAIN},
	    {"WINDOW", "window", COLUMN_SPAN},
	    {"FIRED", "fired", COLUMN_TIME},
	    {"CLEARED", "cleared", COLUMN_TIME},
	    {"RESTS UNTIL", "rests_until", COLUMN_TIME},
	};
	auto_json json_t *alerts = NULL;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Alert.List",
		.fd = -1,
	    },
	    "alert", alert_view_fields(), &alerts);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(alerts));
	return err_exit(
	    output_table(columns, sizeof(columns) / sizeof(*columns), alerts));
}

int
cli_alert_test(const struct call *call)
{
	struct alert_test_request request = {.alert = call->argument};
	auto_clear(alert_test_reply) struct alert_test_reply reply = {0};
	auto_json json_t *answer = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Alert.Test",
		.request_fields = alert_test_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = alert_test_reply_fields(),
		.reply = &reply,
	    });

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON)) {
		e = output_encode(alert_test_reply_fields(), &reply, &answer);
		return err_exit(e == OK ? output_json(answer) : e);
	}
	printf("sent as the event alert-test: %s\n", reply.detail);
	return err_exit(OK);
}
