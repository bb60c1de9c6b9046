/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/proof.h"
#include "jwt-agent/cli/tokenfile.h"
#include "varlink/device.h"

#include <stdio.h>
#include <string.h>

/* A value that is JSON stays what it is, everything else is a string. */
static json_t *
claim_value(const char *text)
{
	json_t *value =
	    json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

	return value != NULL ? value : json_string(text);
}

static enum err
add_claim(const struct call *call, json_t *claims, const char *text)
{
	const char *equals = strchr(text, '=');
	auto_str char *name = NULL;
	json_t *value;

	if (equals == NULL || equals == text) {
		connection_complain(call, "--claim takes NAME=VALUE");
		return ERR_USAGE;
	}
	name = strndup(text, (size_t)(equals - text));
	if (name == NULL)
		return ERR_NO_MEMORY;
	if (json_object_get(claims, name) != NULL) {
		connection_complain(call, "the claim %s is given twice", name);
		return ERR_USAGE;
	}
	value = claim_value(equals + 1);
	if (value != NULL && json_object_set_new(claims, name, value) == 0)
		return OK;
	connection_complain(call, "--claim takes text in UTF-8");
	return ERR_USAGE;
}

static enum err
read_claims(const struct call *call, json_t **out)
{
	auto_json json_t *claims = json_object();
	enum err e = claims != NULL ? OK : ERR_NO_MEMORY;

	for (size_t i = 0; i < call->claims && e == OK; i++)
		e = add_claim(call, claims, call->claim[i]);
	if (e == OK && call->claims > 0)
		*out = TAKE(claims);
	return e;
}

static enum err
ask_new(const struct call *call, json_t *key, struct enroll_reply *reply)
{
	auto_clear(enroll_request) struct enroll_request request = {
	    .key = json_incref(key)};
	enum err e = connection_user(call, &request.user);

	if (e != OK)
		return e;
	request.name = strdup(call->option[CLI_NAME]);
	if (request.name == NULL)
		return ERR_NO_MEMORY;
	e = read_claims(call, &request.claims);
	if (e != OK)
		return e;
	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.Enroll",
		.request_fields = enroll_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = enroll_reply_fields(),
		.reply = reply,
	    });
}

static enum err
ask_again(const struct call *call, json_t *key, struct enroll_reply *reply)
{
	const struct enroll_again_request request = {
	    .device = call->option[CLI_AGAIN], .key = key};

	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Device.EnrollAgain",
		.request_fields = enroll_again_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = enroll_reply_fields(),
		.reply = reply,
	    });
}

static enum err
ask(const struct call *call, json_t *key, struct enroll_reply *reply)
{
	return call_has(call, CLI_AGAIN) ? ask_again(call, key, reply)
					 : ask_new(call, key, reply);
}

/* A device that is there already has a user, a name and claims. */
static enum err
check_options(const struct call *call)
{
	bool again = call_has(call, CLI_AGAIN);

	if (again != call_has(call, CLI_NAME) &&
	    !(again && (call_has(call, CLI_USER) || call_has(call, CLI_CLAIM))))
		return OK;
	connection_complain(call,
	    again ? "--again goes without --name, --user and --claim"
		  : "say --name NAME, or --again DEVICE");
	return ERR_USAGE;
}

/* Everything that can fail on our side fails before the device exists. */
static enum err
prepare_file(
    const struct call *call, struct tokenfile **out, struct file_error *error)
{
	auto_free(tokenfile) struct tokenfile *file = NULL;
	const char *path = call->option[CLI_REFRESH_FILE];
	enum err e;

	if (path == NULL)
		return OK;
	e = tokenfile_new(&file, path, error);
	if (e == OK)
		e = tokenfile_lock(file, error);
	if (e == OK)
		e = tokenfile_prepare(file, error);
	if (e == OK)
		*out = TAKE(file);
	return e;
}

static enum err
store(struct tokenfile *file, const struct enroll_reply *reply,
    struct file_error *error)
{
	enum err e;

	if (file == NULL)
		return OK;
	e = tokenfile_store(file, reply->refresh_token, error);
	if (e != OK)
		return e;
	return tokenfile_store_access(
	    file, reply->access_token, reply->access_expires, error);
}

static enum err
print_device(const struct call *call, const json_t *answer)
{
	static const struct column columns[] = {
	    {"device", "device", COLUMN_PLAIN},
	    {"user", "user", COLUMN_PLAIN},
	    {"name", "name", COLUMN_PLAIN},
	    {"refresh ends", "refresh_expires", COLUMN_TIME},
	    {"access ends", "access_expires", COLUMN_TIME},
	    {"access token", "access_token", COLUMN_PLAIN},
	    {"refresh token", "refresh_token", COLUMN_PLAIN},
	};
	size_t count = sizeof(columns) / sizeof(*columns);

	if (call_has(call, CLI_REFRESH_FILE))
		return output_record(columns, count - 2, answer);
	fputs("whoever has the refresh token is this device: keep it in a "
	      "file that only its user can read\n",
	    stderr);
	return output_record(columns, count, answer);
}

static enum err
print(const struct call *call, const struct enroll_reply *reply)
{
	auto_json json_t *answer = NULL;
	enum err e = output_encode(enroll_reply_fields(), reply, &answer);

	if (e != OK)
		return e;
	return call_has(call, CLI_JSON) ? output_json(answer)
					: print_device(call, answer);
}

int
cli_device_enroll(const struct call *call)
{
	auto_free(tokenfile) struct tokenfile *file = NULL;
	auto_clear(enroll_reply) struct enroll_reply reply = {0};
	auto_json json_t *key = NULL;
	struct file_error error;
	enum err e = check_options(call);

	if (e == OK && call_has(call, CLI_KEY))
		e = proof_read_public(call, call->option[CLI_KEY], &key);
	if (e != OK)
		return err_exit(e);
	e = prepare_file(call, &file, &error);
	if (e != OK) {
		connection_complain(call, "%s", error.text);
		return err_exit(e);
	}
	e = ask(call, key, &reply);
	if (e != OK)
		return err_exit(e);
	e = store(file, &reply, &error);
	if (e != OK) {
		connection_complain(call,
		    "%s; type: jwt-agent device revoke %s", error.text,
		    reply.device);
		return err_exit(e);
	}
	return err_exit(print(call, &reply));
}
