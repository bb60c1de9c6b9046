/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/base64url.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/key.h"
#include "varlink/login.h"
#include "varlink/token.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MASTER_KEY_SIZE 32
#define KEY_FILE_MAX 256

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
	    {"KIND", "kind", COLUMN_PLAIN},
	    {"KEY", "key", COLUMN_PLAIN},
	    {"ALGORITHM", "algorithm", COLUMN_PLAIN},
	    {"STATE", "state", COLUMN_PLAIN},
	    {"SINCE", "since", COLUMN_TIME},
	    {"UNTIL", "until", COLUMN_TIME},
	    {"LEFT", "left", COLUMN_PLAIN},
	};
	struct empty request;
	auto_json json_t *keys = NULL;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Key.List",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "key", key_view_fields(), &keys);

	if (e != OK)
		return err_exit(e);
	if (call_has(call, CLI_JSON))
		return err_exit(output_json(keys));
	return err_exit(
	    output_table(columns, sizeof(columns) / sizeof(*columns), keys));
}

/* Asks for a rotation; `view` as JSON unless the caller tells of it. */
static enum err
ask_rotation(const struct call *call, const char *method,
    const struct fields *fields, const void *request, struct key_view *view)
{
	auto_json json_t *answer = NULL;
	enum err e = connection_ask(call,
	    &(struct client_call){
		.method = method,
		.request_fields = fields,
		.request = request,
		.fd = -1,
		.reply_fields = key_view_fields(),
		.reply = view,
	    });

	if (e != OK || !call_has(call, CLI_JSON))
		return e;
	e = output_encode(key_view_fields(), view, &answer);
	return e == OK ? output_json(answer) : e;
}

static void
tell_rotation(const struct key_view *view)
{
	const time_t until = (time_t)view->until;
	char when[64] = "";
	struct tm parts;

	if (view->until == 0) {
		printf("%s: signs from now on\n", view->key);
		return;
	}
	if (localtime_r(&until, &parts) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &parts);
	printf("%s: signs from %s on\n", view->key, when);
}

int
cli_key_rotate(const struct call *call)
{
	const struct key_rotate_request request = {
	    .now = call_has(call, CLI_NOW)};
	auto_clear(key_view) struct key_view view = {0};
	enum err e = ask_rotation(call, "io.jwtagent.Key.Rotate",
	    key_rotate_request_fields(), &request, &view);

	if (e == OK && !call_has(call, CLI_JSON))
		tell_rotation(&view);
	return err_exit(e);
}

int
cli_key_rotate_data(const struct call *call)
{
	struct empty request;
	auto_clear(key_view) struct key_view view = {0};
	enum err e = ask_rotation(call, "io.jwtagent.Key.RotateData",
	    empty_fields(), &request, &view);

	if (e == OK && !call_has(call, CLI_JSON))
		printf("data key %s: seals from now on; %" PRId64
		       " records are looked at, see jwt-agent key list\n",
		    view.key, view.left);
	return err_exit(e);
}

/* A key that others can read is none. */
static enum err
check_key_file(const struct call *call, const char *path, int fd)
{
	struct stat stat_of;

	if (fstat(fd, &stat_of) == 0 && S_ISREG(stat_of.st_mode) &&
	    (stat_of.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return OK;
	connection_complain(call,
	    "%s has to be a file that nobody else has a right to: chmod 0600",
	    path);
	return ERR_USAGE;
}

static enum err
open_key_file(const struct call *call, const char *path, int *fd)
{
	if (strcmp(path, "-") == 0) {
		*fd = dup(STDIN_FILENO);
		return *fd >= 0 ? OK : ERR_IO;
	}
	*fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (*fd >= 0)
		return check_key_file(call, path, *fd);
	connection_complain(call, "%s: %s", path, strerror(errno));
	return ERR_IO;
}

/* All there is, up to more than a key in any form may be. */
static enum err
read_all(int fd, struct secret *room, size_t *size)
{
	ssize_t got = 1;

	for (*size = 0; got > 0 && *size < secret_size(room);
	     *size += (size_t)got) {
		got = read(
		    fd, secret_bytes(room) + *size, secret_size(room) - *size);
		if (got < 0)
			return ERR_IO;
	}
	return OK;
}

/* The 32 bytes themselves are no text; what is one goes as it is. */
static enum err
encode_key(const struct secret *room, size_t size, struct secret **key)
{
	char text[BASE64URL_TEXT_SIZE(MASTER_KEY_SIZE) + 1];
	enum err e;

	if (size != MASTER_KEY_SIZE)
		return secret_new(key, secret_data(room), size);
	base64url_encode(text, secret_data(room), size);
	e = secret_new(key, text, strlen(text));
	explicit_bzero(text, sizeof(text));
	return e;
}

static enum err
read_new_key(const struct call *call, struct secret **key)
{
	const char *path = call->option[CLI_NEW_KEY_FILE];
	auto_free(secret) struct secret *room = NULL;
	auto_fd int fd = -1;
	size_t size = 0;
	enum err e = open_key_file(call, path, &fd);

	if (e == OK)
		e = secret_zero(&room, KEY_FILE_MAX);
	if (e == OK)
		e = read_all(fd, room, &size);
	if (e == OK && memchr(secret_data(room), '\0', size) != NULL &&
	    size != MASTER_KEY_SIZE) {
		connection_complain(call, "%s holds no master key", path);
		e = ERR_USAGE;
	}
	return e == OK ? encode_key(room, size, key) : e;
}

static void
tell_master(const struct key_view *view)
{
	if (strcmp(view->state, "next") != 0) {
		printf("%s: replaced. Keep a copy of it, and not beside those "
		       "of the store\n",
		    view->key);
		return;
	}
	printf("put the new master key in the place of the old one (%s), and "
	       "restart the agent; until then both open the store\n",
	    view->key);
}

int
cli_key_rotate_master(const struct call *call)
{
	auto_free(secret) struct secret *key = NULL;
	struct key_master_request request = {NULL};
	auto_clear(key_view) struct key_view view = {0};
	enum err e = OK;

	if (call_has(call, CLI_NEW_KEY_FILE))
		e = read_new_key(call, &key);
	request.new_key = key;
	if (e == OK)
		e = ask_rotation(call, "io.jwtagent.Key.RotateMaster",
		    key_master_request_fields(), &request, &view);
	if (e == OK && !call_has(call, CLI_JSON))
		tell_master(&view);
	return err_exit(e);
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
