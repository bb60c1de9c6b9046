/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/token.h"

static enum err
ask_keys(const struct call *call, struct keys_reply *reply)
{
	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Token.ListKeys",
		.fd = -1,
		.reply_fields = keys_reply_fields(),
		.reply = reply,
	    });
}

int
cli_key_list(const struct call *call)
{
	static const struct column columns[] = {
	    {"KEY", "kid", COLUMN_PLAIN},
	    {"ALGORITHM", "alg", COLUMN_PLAIN},
	    {"TYPE", "kty", COLUMN_PLAIN},
	    {"CURVE", "crv", COLUMN_PLAIN},
	    {"USE", "use", COLUMN_PLAIN},
	};
	auto_clear(keys_reply) struct keys_reply reply = {0};
	enum err e = ask_keys(call, &reply);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(reply.keys));
	return err_exit(output_table(
	    columns, sizeof(columns) / sizeof(*columns), reply.keys));
}

/* RFC 7517 section 5 */
int
cli_key_jwks(const struct call *call)
{
	auto_clear(keys_reply) struct keys_reply reply = {0};
	auto_json json_t *set = NULL;
	enum err e = ask_keys(call, &reply);

	if (e == OK)
		e = output_encode(keys_reply_fields(), &reply, &set);
	return err_exit(e == OK ? output_json(set) : e);
}
