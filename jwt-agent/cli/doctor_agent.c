/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/doctor.h"
#include "varlink/admin.h"
#include "varlink/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define WRITABLE (S_IWGRP | S_IWOTH)

void
check_config(struct doctor *doctor)
{
	const char *path = doctor->config_path;
	struct config_error error;
	struct stat status;
	enum err e =
	    config_load(path, doctor->config_named, &doctor->config, &error);

	if (e != OK)
		doctor_find(doctor, FOUND_CONFIG_INVALID, path, "%s",
		    e == ERR_CONFIG ? error.text : err_text(e));
	else if (stat(path, &status) != 0)
		doctor_ok(
		    doctor, "there is no %s: every key has its default", path);
	else if ((status.st_mode & WRITABLE) != 0)
		doctor_find(doctor, FOUND_CONFIG_WRITABLE, path,
		    "%s can be written by others", path);
	else
		doctor_ok(doctor, "%s", path);
}

/* The folder of the socket: whoever may write there can put another socket
 * in its place. */
static bool
check_folder(struct doctor *doctor, const char *socket)
{
	auto_str char *folder = strdup(socket);
	struct stat status;

	if (folder == NULL)
		return false;
	*strrchr(folder, '/') = '\0';
	if (stat(folder[0] != '\0' ? folder : "/", &status) != 0) {
		doctor_find(doctor, FOUND_SOCKET_MISSING, folder, "%s: %s",
		    folder, strerror(errno));
		return false;
	}
	if (doctor_trusts(doctor, status.st_uid) &&
	    (status.st_mode & WRITABLE) == 0)
		return true;
	doctor_find(doctor, FOUND_SOCKET_FOLDER_LOOSE, folder,
	    "%s belongs to uid %u with mode %04o: a stranger could take the "
	    "socket's place",
	    folder, status.st_uid, status.st_mode & 07777U);
	return false;
}

static bool
check_socket_file(struct doctor *doctor, const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0) {
		doctor_find(doctor, FOUND_SOCKET_MISSING, path,
		    "nobody listens: %s: %s", path, strerror(errno));
		return false;
	}
	if (S_ISSOCK(status.st_mode) && doctor_trusts(doctor, status.st_uid))
		return true;
	doctor_find(doctor, FOUND_SOCKET_FOREIGN, path,
	    "%s is not a socket of root or of " DEFAULT_AGENT_USER, path);
	return false;
}

/* Whether it answers; that it would rather not tell us is an answer. */
static enum err
ask_status(struct client *client, struct status_reply *reply)
{
	enum err e = client_call(client,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Status",
		.fd = -1,
		.reply_fields = status_reply_fields(),
		.reply = reply,
	    });
	return e == ERR_PERMISSION_DENIED ? OK : e;
}

static void
judge_listener(struct doctor *doctor, const char *path, enum err e)
{
	if (e == ERR_UNTRUSTED_SERVER)
		doctor_find(doctor, FOUND_SOCKET_FOREIGN, path,
		    "%s is served by neither root nor " DEFAULT_AGENT_USER,
		    path);
	else
		doctor_find(doctor, FOUND_SOCKET_MISSING, path,
		    "nobody listens at %s: %s", path, err_text(e));
}

static void
ask(struct doctor *doctor, const char *path, struct client *client)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	enum err e = ask_status(client, &reply);

	doctor->answers = e == OK;
	if (e == OK && reply.store_fault != NULL)
		snprintf(doctor->store_fault, sizeof(doctor->store_fault), "%s",
		    reply.store_fault);
	if (e == OK)
		doctor_ok(doctor, "%s answers", path);
	else
		doctor_find(doctor, FOUND_AGENT_SILENT, path,
		    "%s does not answer: %s", path, err_text(e));
}

void
check_socket(struct doctor *doctor)
{
	auto_free(client) struct client *client = NULL;
	const char *path;
	enum err e;

	if (doctor->config == NULL || doctor->root[0] != '\0') {
		doctor_skip(doctor, "%s",
		    doctor->config == NULL ? "no configuration"
					   : "the system does not run");
		return;
	}
	path = doctor->config->socket;
	if (!check_folder(doctor, path) || !check_socket_file(doctor, path))
		return;
	e = connection_open(doctor->config, &client);
	if (e == OK)
		ask(doctor, path, client);
	else
		judge_listener(doctor, path, e);
}
