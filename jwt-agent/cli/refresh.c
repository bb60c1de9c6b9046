/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/refresh.h"

#include "base/host.h"
#include "base/texts.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/proof.h"
#include "jwt-agent/cli/tokenfile.h"

#include <systemd/sd-id128.h>

/* 7d6f1c0e9b5a4d8f8a3ee2c94b1f5a60, made for this by a machine's generator */
#define FINGERPRINT_KEY                                                        \
	SD_ID128_MAKE(                                                         \
	    7d, 6f, 1c, 0e, 9b, 5a, 4d, 8f, 8a, 3e, e2, c9, 4b, 1f, 5a, 60)

/*
 * What tells this machine from another: a keyed hash of its machine-id(5), by
 * which nobody else can know it again. NULL where there is none.
 */
static enum err
make_fingerprint(char **out)
{
	char text[SD_ID128_STRING_MAX];
	sd_id128_t id;

	if (sd_id128_get_machine_app_specific(FINGERPRINT_KEY, &id) < 0)
		return OK;
	return text_copy(out, sd_id128_to_string(id, text));
}

enum err
refresh_token(const struct call *call, const struct secret *token,
    struct refresh_reply *reply)
{
	auto_clear(refresh_request) struct refresh_request request = {0};
	enum err e =
	    secret_new(&request.token, secret_data(token), secret_size(token));

	if (e == OK)
		e = proof_make(call, &request.proof);
	if (e == OK)
		e = make_fingerprint(&request.fingerprint);
	if (e != OK)
		return e;
	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Token.Refresh",
		.request_fields = refresh_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = refresh_reply_fields(),
		.reply = reply,
	    });
}

static enum err
complain(const struct call *call, const struct file_error *error, enum err err)
{
	connection_complain(call, "%s", error->text);
	return err;
}

static enum err
store(struct tokenfile *file, const struct refresh_reply *reply,
    struct file_error *error)
{
	enum err e = tokenfile_store(file, reply->refresh_token, error);

	if (e != OK)
		return e;
	return tokenfile_store_access(
	    file, reply->access_token, reply->access_expires, error);
}

/* The lock is held. */
static enum err
exchange(const struct call *call, struct tokenfile *file,
    struct refresh_reply *reply)
{
	auto_free(secret) struct secret *token = NULL;
	struct file_error error;
	bool exposed = tokenfile_is_exposed(file);
	enum err e = tokenfile_read(file, &token, &error);

	if (e == OK)
		e = tokenfile_prepare(file, &error);
	if (e != OK)
		return complain(call, &error, e);
	e = refresh_token(call, token, reply);
	if (e != OK)
		return e;
	e = store(file, reply, &error);
	if (e == OK && exposed)
		connection_complain(call,
		    "others could read the token that was in the file; the "
		    "new one only you can read");
	return e == OK ? OK : complain(call, &error, e);
}

static enum err
open_file(const struct call *call, const char *path, struct tokenfile **out)
{
	struct file_error error;
	enum err e = tokenfile_new(out, path, &error);

	return e == OK ? OK : complain(call, &error, e);
}

static enum err
lock_file(const struct call *call, struct tokenfile *file)
{
	struct file_error error;
	enum err e = tokenfile_lock(file, &error);

	return e == OK ? OK : complain(call, &error, e);
}

enum err
refresh_file(
    const struct call *call, const char *path, struct refresh_reply *reply)
{
	auto_free(tokenfile) struct tokenfile *file = NULL;
	enum err e = open_file(call, path, &file);

	if (e == OK)
		e = lock_file(call, file);
	return e == OK ? exchange(call, file, reply) : e;
}

static enum err
read_cached(const struct tokenfile *file, unsigned part, struct secret **out)
{
	auto_free(secret) struct secret *token = NULL;
	int64_t expires = 0;
	enum err e = tokenfile_read_access(file, &token, &expires);

	if (e != OK)
		return e;
	if (part == 1 && expires < host_now(&host_system) + REFRESH_MARGIN)
		return ERR_NOT_FOUND;
	*out = TAKE(token);
	return OK;
}

enum err
refresh_cached(const struct call *call, const char *path, unsigned part,
    struct secret **access_token)
{
	auto_free(tokenfile) struct tokenfile *file = NULL;
	auto_clear(refresh_reply) struct refresh_reply reply = {0};
	enum err e = open_file(call, path, &file);

	if (e != OK)
		return e;
	if (read_cached(file, part, access_token) == OK)
		return OK;
	e = lock_file(call, file);
	if (e != OK)
		return e;
	/* another process may have refreshed while we waited */
	if (read_cached(file, part, access_token) == OK)
		return OK;
	e = exchange(call, file, &reply);
	if (e == OK)
		*access_token = TAKE(reply.access_token);
	return e;
}
