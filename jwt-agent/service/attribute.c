/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/attribute.h"

#include "jwt-agent/config/section_name.h"
#include "jwt-agent/policy/utf8.h"
#include "jwt-agent/service/grant.h"
#include "lmdb-store/user.h"

#include <stdio.h>
#include <string.h>

#define DETAIL_SIZE 400

__attribute__((format(printf, 2, 3))) static enum err
refuse(struct call *call, const char *format, ...)
{
	char text[DETAIL_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	call_note(&call->event.detail, text);
	return ERR_INVALID_PARAMETER;
}

static bool
is_plain(const char *text)
{
	while (*text != '\0') {
		uint32_t character;
		size_t size = utf8_next(text, &character);

		if (size == 0 || utf8_is_control(character))
			return false;
		text += size;
	}
	return true;
}

static bool
is_value(const json_t *value)
{
	if (json_is_string(value))
		return json_string_length(value) <= ATTRIBUTE_TEXT_MAX &&
		    is_plain(json_string_value(value));
	return json_is_integer(value) || json_is_boolean(value);
}

static enum err
check_one(struct call *call, const char *name, const json_t *value)
{
	struct option_error problem;

	if (claim_name_check(name, &problem) != OK)
		return refuse(call,
		    "\"%.64s\" is no name of an attribute: letters, digits, "
		    "dots, hyphens and underscores, and no claim that has a "
		    "meaning of its own",
		    is_plain(name) ? name : "?");
	if (is_value(value))
		return OK;
	return refuse(call,
	    "%s is to be a text of at most %d bytes without control "
	    "characters, a whole number, true or false",
	    name, ATTRIBUTE_TEXT_MAX);
}

static enum err
apply(struct call *call, const json_t *set, json_t *to)
{
	const char *name;
	json_t *value;
	enum err e = OK;

	json_object_foreach ((json_t *)(uintptr_t)set, name, value) {
		if (json_is_null(value)) {
			json_object_del(to, name);
			continue;
		}
		e = check_one(call, name, value);
		if (e != OK)
			return e;
		if (json_object_set(to, name, value) != 0)
			return ERR_NO_MEMORY;
	}
	if (json_object_size(to) > ATTRIBUTES_MAX)
		return refuse(
		    call, "a user has at most %d attributes", ATTRIBUTES_MAX);
	return OK;
}

/* A token that was too long before is not the fault of what is set now. */
static enum err
check_device(struct call *call, const struct device_record *device,
    const json_t *before, const json_t *after)
{
	size_t was = 0, is = 0;
	enum err e = grant_token_size(call, device, after, &is);

	if (e != OK || is <= ACCESS_TOKEN_MAX)
		return e;
	e = grant_token_size(call, device, before, &was);
	if (e != OK || is <= was)
		return e;
	return refuse(call,
	    "an access token would be %zu bytes long, and at most %d can be "
	    "carried everywhere",
	    is, ACCESS_TOKEN_MAX);
}

/* As long as any that is enrolled. */
static enum err
check_new_device(struct call *call, const char *user, const json_t *before,
    const json_t *after)
{
	char id[ID_SIZE + 1], family[] = "0123456789abcdefghijkl", name[256];
	const struct device_record device = {
	    .id = id, .user = name, .family = family};

	memset(id, '0', ID_SIZE);
	id[ID_SIZE] = '\0';
	snprintf(name, sizeof(name), "%s", user);
	return check_device(call, &device, before, after);
}

static enum err
check_size(struct call *call, const char *user, const json_t *before,
    const json_t *after)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = check_new_device(call, user, before, after);

	while (e == OK) {
		e = device_next_of_user(
		    call->txn, call->subject, device.id, &device);
		if (e == OK && device.claims != NULL && device.family != NULL)
			e = check_device(call, &device, before, after);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

/* The names alone. */
static void
tell(struct call *call, const struct user_set_request *request)
{
	char text[DETAIL_SIZE] = "";
	size_t used = 0;
	const char *name;
	json_t *value;

	json_object_foreach (request->set, name, value)
		if (used < sizeof(text) && is_plain(name))
			used +=
			    (size_t)snprintf(text + used, sizeof(text) - used,
				"%s%s%.64s", used > 0 ? " " : "",
				json_is_null(value) ? "-" : "", name);
	call_note(&call->event.detail, text);
}

static enum err
write_user(struct call *call, const char *name, struct user_record *user,
    json_t *attributes)
{
	enum err e = text_replace(&user->user, name);

	if (e != OK)
		return e;
	json_decref(user->attributes);
	user->attributes = json_incref(attributes);
	user->uid = call->subject;
	return user_put(call->txn, user);
}

enum err
attribute_put(struct call *call, const char *name, const json_t *set,
    bool dry_run, json_t **all)
{
	auto_clear(user_record) struct user_record user = {0};
	auto_json json_t *attributes = NULL;
	enum err e = user_get(call->txn, call->subject, &user);

	if (e != OK)
		return e;
	attributes = user.attributes != NULL ? json_deep_copy(user.attributes)
					     : json_object();
	if (attributes == NULL)
		return ERR_NO_MEMORY;
	e = apply(call, set, attributes);
	if (e == OK)
		e = check_size(call, name, user.attributes, attributes);
	if (e == OK && !dry_run)
		e = write_user(call, name, &user, attributes);
	if (e == OK)
		*all = TAKE(attributes);
	return e;
}

enum err
user_set(struct call *call, const struct user_set_request *request,
    struct user_set_reply *reply)
{
	auto_json json_t *attributes = NULL;
	enum err e;

	call_note(&call->event.user, request->user);
	if (call->subject < 0)
		return ERR_NO_SUCH_USER;
	call->event.uid = call->subject;
	e = attribute_put(
	    call, request->user, request->set, false, &attributes);
	if (e != OK)
		return e;
	tell(call, request);
	reply->user = strdup(request->user);
	reply->uid = call->subject;
	reply->attributes = TAKE(attributes);
	return reply->user != NULL ? OK : ERR_NO_MEMORY;
}
