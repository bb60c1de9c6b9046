/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/message.h"

#include <stdio.h>
#include <string.h>

DEFINE_FIELDS(call_message, CALL_MESSAGE)
DEFINE_FIELDS(reply_message, REPLY_MESSAGE)

static enum err
refuse(struct field_error *error, const char *member, const char *problem)
{
	snprintf(error->member, sizeof(error->member), "%s", member);
	error->problem = problem;
	return ERR_INVALID_MESSAGE;
}

/* jansson's own bound is 2048, which is deep for a stack we do not own. */
static bool
depth_is_bounded(const char *text, size_t size)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < size; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_string && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > MESSAGE_DEPTH_MAX)
			return false;
	}
	return true;
}

/* jansson writes: duplicate object key near '"user"' */
static void
name_duplicate(char member[64], const char *text)
{
	const char *quote = strstr(text, "near '");

	snprintf(member, 64, "%.40s", quote != NULL ? quote + 6 : "");
	member[strcspn(member, "'")] = '\0';
}

static enum err
refuse_json(const json_error_t *fault, struct field_error *error)
{
	switch (json_error_code(fault)) {
	case json_error_invalid_utf8:
		return refuse(error, "message", "is not UTF-8");
	case json_error_duplicate_key:
		refuse(error, "", "stands twice in one object");
		name_duplicate(error->member, fault->text);
		return ERR_INVALID_MESSAGE;
	case json_error_out_of_memory:
		return ERR_NO_MEMORY;
	default:
		return refuse(error, "message", "is not JSON");
	}
}

enum err
message_read(const struct fields *fields, const char *text, size_t size,
    void *message, struct field_error *error)
{
	auto_json json_t *json = NULL;
	json_error_t fault = {0};
	enum err e;

	if (!depth_is_bounded(text, size))
		return refuse(error, "message", "is nested too deeply");
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
	if (json == NULL)
		return refuse_json(&fault, error);
	e = fields_decode(fields, json, message, error);
	return e == ERR_INVALID_PARAMETER ? ERR_INVALID_MESSAGE : e;
}

enum err
message_reply(json_t *parameters, bool continues, json_t **out)
{
	auto_json json_t *reply = parameters != NULL
	    ? json_pack("{sO}", "parameters", parameters)
	    : json_pack("{s{}}", "parameters");

	if (reply == NULL)
		return ERR_NO_MEMORY;
	if (continues &&
	    json_object_set_new(reply, "continues", json_true()) != 0)
		return ERR_NO_MEMORY;
	*out = TAKE(reply);
	return OK;
}

/* The member that an error of org.varlink.service has by its definition. */
static const char *
subject_member(enum err err)
{
	switch (err) {
	case ERR_METHOD_NOT_FOUND:
	case ERR_METHOD_NOT_IMPLEMENTED:
		return "method";
	case ERR_INTERFACE_NOT_FOUND:
		return "interface";
	case ERR_INVALID_PARAMETER:
		return "parameter";
	default:
		return NULL;
	}
}

enum err
message_error(
    enum err err, const char *message, const char *subject, json_t **out)
{
	const char *member = subject_member(err);
	auto_json json_t *reply = json_pack("{ss s{ss*}}", "error",
	    err_wire(err), "parameters", "message", message);
	json_t *parameters = json_object_get(reply, "parameters");

	if (reply == NULL)
		return ERR_NO_MEMORY;
	if (member != NULL && subject != NULL &&
	    json_object_set_new(parameters, member, json_string(subject)) != 0)
		return ERR_NO_MEMORY;
	*out = TAKE(reply);
	return OK;
}

void
message_describe(const struct field_error *error, char *text, size_t size)
{
	snprintf(text, size, "%s %s", error->member, error->problem);
}
