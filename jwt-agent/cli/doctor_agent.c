/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/doctor.h"
#include "varlink/admin.h"
#include "varlink/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#define GROUP_OR_OTHERS (S_IRWXG | S_IRWXO)
#define WRITABLE (S_IWGRP | S_IWOTH)
#define SANE_CLOCK 1735689600 /* 2025-01-01: older is a battery's fault */

void
check_config(struct doctor *doctor)
{
	struct config_error error;
	struct stat status;
	enum err e = config_load(
	    doctor->config_path, doctor->config_named, &doctor->config, &error);

	if (e != OK) {
		doctor_say(doctor, FINDING_FAULT,
		    "correct the file, then type: jwt-agent config check", "%s",
		    e == ERR_CONFIG ? error.text : err_text(e));
		return;
	}
	if (stat(doctor->config_path, &status) != 0)
		doctor_say(doctor, FINDING_OK, "",
		    "there is no %s: every key has its default",
		    doctor->config_path);
	else if ((status.st_mode & WRITABLE) != 0)
		doctor_say(doctor, FINDING_WARNING,
		    "chmod go-w the configuration file",
		    "%s can be written by others", doctor->config_path);
	else
		doctor_say(doctor, FINDING_OK, "", "%s", doctor->config_path);
}

static bool
is_trusted(uid_t uid)
{
	const struct passwd *agent = getpwnam(DEFAULT_AGENT_USER);

	return uid == 0 || uid == geteuid() ||
	    (agent != NULL && uid == agent->pw_uid);
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
		doctor_say(doctor, FINDING_FAULT, "systemctl status jwt-agent",
		    "%s: %s", folder, strerror(errno));
		return false;
	}
	if (is_trusted(status.st_uid) && (status.st_mode & WRITABLE) == 0)
		return true;
	doctor_say(doctor, FINDING_FAULT,
	    "chown " DEFAULT_AGENT_USER " and chmod 755 the folder",
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
		doctor_say(doctor, FINDING_FAULT, "systemctl status jwt-agent",
		    "%s: %s", path, strerror(errno));
		return false;
	}
	if (S_ISSOCK(status.st_mode) && is_trusted(status.st_uid))
		return true;
	doctor_say(doctor, FINDING_FAULT, "systemctl restart jwt-agent",
	    "%s is not a socket of root or of " DEFAULT_AGENT_USER, path);
	return false;
}

/* Whether it answers; that it would rather not tell us is an answer. */
static enum err
ask_status(const struct config *config, struct status_reply *reply)
{
	auto_free(client) struct client *client = NULL;
	enum err e = connection_open(config, &client);

	if (e != OK)
		return e;
	e = client_call(client,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Status",
		.fd = -1,
		.reply_fields = status_reply_fields(),
		.reply = reply,
	    });
	return e == ERR_PERMISSION_DENIED ? OK : e;
}

void
check_socket(struct doctor *doctor)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	const char *path;
	enum err e;

	if (doctor->config == NULL) {
		doctor_say(doctor, FINDING_SKIPPED, "", "no configuration");
		return;
	}
	path = doctor->config->socket;
	if (!check_folder(doctor, path) || !check_socket_file(doctor, path))
		return;
	e = ask_status(doctor->config, &reply);
	if (e == OK)
		doctor_say(doctor, FINDING_OK, "", "%s answers", path);
	else
		doctor_say(doctor, FINDING_FAULT, "systemctl status jwt-agent",
		    "%s: %s", path, err_text(e));
}

/* An agent that is down is another check's finding. */
static void
check_writes(struct doctor *doctor, const char *path)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	enum err e = ask_status(doctor->config, &reply);

	if (e != OK || reply.store_fault == NULL)
		doctor_say(doctor, FINDING_OK, "", "%s", path);
	else
		doctor_say(doctor, FINDING_FAULT,
		    "journalctl -u jwt-agent -g store-outage, then df and the "
		    "kernel's log",
		    "%s takes no writes, so that nobody new is let in by a "
		    "token: %s",
		    path, reply.store_fault);
}

void
check_store(struct doctor *doctor)
{
	struct stat status;
	const char *path;

	if (doctor->config == NULL || geteuid() != 0) {
		doctor_say(doctor, FINDING_SKIPPED, "", "%s",
		    geteuid() != 0 ? "only root can look at the store"
				   : "no configuration");
		return;
	}
	path = doctor->config->store;
	if (lstat(path, &status) != 0 && errno == ENOENT)
		doctor_say(doctor, FINDING_WARNING, "systemctl start jwt-agent",
		    "%s is not there yet: the first start makes it", path);
	else if (access(path, R_OK | X_OK) != 0)
		doctor_say(
		    doctor, FINDING_FAULT, "", "%s: %s", path, strerror(errno));
	else if (!S_ISDIR(status.st_mode) || !is_trusted(status.st_uid))
		doctor_say(doctor, FINDING_FAULT,
		    "chown the store to " DEFAULT_AGENT_USER,
		    "%s is not a folder of " DEFAULT_AGENT_USER, path);
	else if ((status.st_mode & GROUP_OR_OTHERS) != 0)
		doctor_say(doctor, FINDING_WARNING, "chmod 700 the store",
		    "%s is open to others, mode %04o", path,
		    status.st_mode & 07777U);
	else
		check_writes(doctor, path);
}

void
check_master_key(struct doctor *doctor)
{
	struct stat status;
	const char *path;

	if (doctor->config == NULL || geteuid() != 0) {
		doctor_say(doctor, FINDING_SKIPPED, "", "%s",
		    geteuid() != 0 ? "only root can look at the key"
				   : "no configuration");
		return;
	}
	path = doctor->config->master_key;
	if (lstat(path, &status) != 0)
		doctor_say(doctor, FINDING_OK, "",
		    "%s is not there: the agent has a credential of systemd, "
		    "or makes the file at its first start",
		    path);
	else if (!S_ISREG(status.st_mode) || !is_trusted(status.st_uid))
		doctor_say(doctor, FINDING_FAULT,
		    "chown the key to " DEFAULT_AGENT_USER,
		    "%s is not a file of " DEFAULT_AGENT_USER, path);
	else if ((status.st_mode & GROUP_OR_OTHERS) != 0)
		doctor_say(doctor, FINDING_FAULT, "chmod 600 the key",
		    "%s can be reached by others, mode %04o: the agent "
		    "refuses it",
		    path, status.st_mode & 07777U);
	else
		doctor_say(doctor, FINDING_OK, "", "%s", path);
}

void
check_clock(struct doctor *doctor)
{
	struct timex state = {0};
	time_t now = time(NULL);

	if (now < SANE_CLOCK)
		doctor_say(doctor, FINDING_FAULT, "timedatectl status",
		    "the clock stands in a year that is over: every token is "
		    "refused");
	else if (adjtimex(&state) < 0)
		doctor_say(doctor, FINDING_SKIPPED, "", "%s", strerror(errno));
	else if ((state.status & STA_UNSYNC) != 0)
		doctor_say(doctor, FINDING_WARNING, "timedatectl status",
		    "the clock is not synchronised: tokens may seem expired "
		    "or not valid yet");
	else
		doctor_say(doctor, FINDING_OK, "", "the clock is synchronised");
}
