/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/issuer.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/ends.h"
#include "jwt-agent/cli/output.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define KIDS_SIZE 512

/* What a table has room for: the number of keys, and their kids, each once. */
static enum err
sum_up(json_t *issuer)
{
	const json_t *keys = json_object_get(issuer, "keys");
	auto_json json_t *kids = json_object();
	char text[KIDS_SIZE] = "";
	const json_t *key;
	const char *kid;
	json_t *value;
	size_t i;

	json_array_foreach (keys, i, key) {
		kid = json_string_value(json_object_get(key, "kid"));
		if (json_object_set_new(
			kids, kid != NULL ? kid : "(none)", json_true()) != 0)
			return ERR_NO_MEMORY;
	}
	json_object_foreach (kids, kid, value) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%s",
		    used > 0 ? " " : "", kid);
	}
	if (json_object_set_new(issuer, "kids", json_string(text)) != 0 ||
	    json_object_set_new(issuer, "count",
		json_integer((json_int_t)json_object_size(kids))) != 0)
		return ERR_NO_MEMORY;
	return OK;
}

static enum err
print_list(json_t *issuers)
{
	static const struct column columns[] = {
	    {"ISSUER", "name", COLUMN_PLAIN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"SOURCE", "source", COLUMN_PLAIN},
	    {"KEYS", "count", COLUMN_PLAIN},
	    {"FETCHED", "fetched", COLUMN_TIME},
	    {"ISS", "issuer", COLUMN_PLAIN},
	    {"PROBLEM", "problem", COLUMN_PLAIN},
	};
	json_t *issuer;
	size_t i;

	json_array_foreach (issuers, i, issuer) {
		enum err e = sum_up(issuer);

		if (e != OK)
			return e;
	}
	return output_table(columns, COUNT(columns), issuers);
}

int
cli_issuer_list(const struct call *call)
{
	struct issuer_list_request request;
	auto_json json_t *issuers = NULL;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Issuer.List",
		.request_fields = issuer_list_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "issuer", issuer_view_fields(), &issuers);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(issuers));
	return err_exit(print_list(issuers));
}

static enum err
print_issuer(const struct call *call, json_t *issuer)
{
	static const struct column columns[] = {
	    {"issuer", "name", COLUMN_PLAIN},
	    {"iss", "issuer", COLUMN_PLAIN},
	    {"source", "source", COLUMN_PLAIN},
	    {"state", "state", COLUMN_PLAIN},
	    {"keys", "kids", COLUMN_PLAIN},
	    {"fetched", "fetched", COLUMN_TIME},
	    {"age (s)", "age", COLUMN_PLAIN},
	    {"next fetch (s)", "next", COLUMN_PLAIN},
	    {"last attempt", "tried", COLUMN_TIME},
	    {"problem", "problem", COLUMN_PLAIN},
	};
	enum err e;

	if (call_has(call, CLI_JSON))
		return output_json(issuer);
	e = sum_up(issuer);
	return e == OK ? output_record(columns, COUNT(columns), issuer) : e;
}

static enum err
ask(const struct call *call, const char *method, json_t **issuer)
{
	struct issuer_request request = {.issuer = call->argument};
	auto_clear(issuer_view) struct issuer_view view = {0};
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = method,
		.request_fields = issuer_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = issuer_view_fields(),
		.reply = &view,
	    });

	return e == OK ? output_encode(issuer_view_fields(), &view, issuer) : e;
}

int
cli_issuer_show(const struct call *call)
{
	auto_json json_t *issuer = NULL;
	enum err e = ask(call, "io.jwtagent.Issuer.Show", &issuer);

	return err_exit(e == OK ? print_issuer(call, issuer) : e);
}

/* That there are keys from before does not make the attempt a good one. */
int
cli_issuer_refresh(const struct call *call)
{
	auto_json json_t *issuer = NULL;
	enum err e = ask(call, "io.jwtagent.Issuer.Refresh", &issuer);

	if (e == OK)
		e = print_issuer(call, issuer);
	if (e == OK && json_is_string(json_object_get(issuer, "problem")))
		return err_exit(ERR_KEYS_UNAVAILABLE);
	return err_exit(e);
}

int
cli_issuer_revoke(const struct call *call)
{
	const struct issuer_revoke_request request = {
	    .issuer = call->argument,
	    .reason = call->option[CLI_REASON],
	};
	auto_clear(issuer_revoke_reply) struct issuer_revoke_reply reply = {0};
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Issuer.Revoke",
		.request_fields = issuer_revoke_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = issuer_revoke_reply_fields(),
		.reply = &reply,
	    });

	if (e != OK)
		return err_exit(e);
	return ends_answer(call, issuer_revoke_reply_fields(), &reply,
	    ENDS_OF(&reply), "%s: all tokens until now revoked; ", reply.name);
}
