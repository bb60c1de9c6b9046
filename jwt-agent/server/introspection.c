/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/introspection.h"

#include "varlink/interfaces.h"

#include <stdio.h>
#include <string.h>

#define GET_INFO VARLINK_PREFIX "GetInfo"
#define GET_DESCRIPTION VARLINK_PREFIX "GetInterfaceDescription"

#define DESCRIPTION_REQUEST(F) F(str, interface)
DECLARE_FIELDS(description_request, DESCRIPTION_REQUEST)
DEFINE_FIELDS(description_request, DESCRIPTION_REQUEST)

static enum err
answer_info(json_t **out)
{
	auto_json json_t *names = json_array();
	auto_json json_t *info = NULL;

	for (size_t i = 0; i < interface_count; i++)
		if (json_array_append_new(
			names, json_string(interfaces[i].name)) != 0)
			return ERR_NO_MEMORY;
	info = json_pack("{ss ss ss ss sO}", "vendor", "jwt-agent", "product",
	    "jwt-agent", "version", PACKAGE_VERSION, "url", PACKAGE_URL,
	    "interfaces", names);
	return info != NULL ? message_reply(info, false, out) : ERR_NO_MEMORY;
}

static enum err
describe(const char *name, json_t **out)
{
	auto_json json_t *description = NULL;

	for (size_t i = 0; i < interface_count; i++) {
		if (strcmp(interfaces[i].name, name) != 0)
			continue;
		description =
		    json_pack("{ss}", "description", interfaces[i].description);
		return description != NULL
		    ? message_reply(description, false, out)
		    : ERR_NO_MEMORY;
	}
	return message_error(ERR_INTERFACE_NOT_FOUND,
	    err_text(ERR_INTERFACE_NOT_FOUND), name, out);
}

static enum err
answer_description(const json_t *parameters, json_t **out)
{
	auto_clear(description_request) struct description_request request = {
	    0};
	struct field_error error = {"parameters", "is missing"};
	char text[160];
	enum err e = fields_decode(
	    description_request_fields(), parameters, &request, &error);

	if (e == OK)
		return describe(request.interface, out);
	message_describe(&error, text, sizeof(text));
	return message_error(ERR_INVALID_PARAMETER, text, error.member, out);
}

enum err
introspection_answer(const struct call_message *call, json_t **out)
{
	if (strcmp(call->method, GET_INFO) == 0)
		return answer_info(out);
	if (strcmp(call->method, GET_DESCRIPTION) == 0)
		return answer_description(call->parameters, out);
	return ERR_NOT_FOUND;
}
