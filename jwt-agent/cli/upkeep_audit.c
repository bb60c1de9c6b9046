/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/upkeep.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/newfile.h"
#include "lmdb-store/upkeep.h"
#include "varlink/audit.h"
#include "varlink/login.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADS_NAME "audit-heads"

/* The newest heads, oldest first, one after the other. */
struct heads {
	char *line[UPKEEP_HEADS_MAX];
	size_t count;
};

static void
heads_clear(struct heads *heads)
{
	for (size_t i = 0; i < heads->count; i++)
		free(heads->line[i]);
}

/* Takes the line over. */
static void
heads_add(struct heads *heads, char *line)
{
	if (heads->count == UPKEEP_HEADS_MAX) {
		free(heads->line[0]);
		memmove(heads->line, heads->line + 1,
		    (UPKEEP_HEADS_MAX - 1) * sizeof(*heads->line));
		heads->count--;
	}
	heads->line[heads->count++] = line;
}

/* A file that is not there has none. */
static void
heads_read(struct heads *heads, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	if (file == NULL)
		return;
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] != '\0')
			heads_add(heads, TAKE(line));
	}
	free(line);
	fclose(file);
}

static enum err
heads_write(
    const struct heads *heads, const char *path, struct file_error *error)
{
	auto_clear(newfile) struct newfile file = {.part = NULL};
	enum err e = newfile_open(&file, path, true, error);

	for (size_t i = 0; i < heads->count && e == OK; i++)
		if (dprintf(file.fd, "%s\n", heads->line[i]) < 0)
			e = file_refuse(
			    error, ERR_IO, "%.200s cannot be written", path);
	return e == OK ? newfile_publish(&file, error) : e;
}

static enum err
ask_head(const struct call *call, struct audit_head_reply *reply)
{
	struct empty request;

	return connection_ask(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.AuditHead",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = audit_head_reply_fields(),
		.reply = reply,
	    });
}

static const char *
keep_head(struct upkeep *upkeep, const char *path)
{
	auto_clear(heads) struct heads heads = {.count = 0};
	auto_clear(audit_head_reply) struct audit_head_reply reply = {0};
	struct file_error error = {""};
	enum err e = ask_head(upkeep->call, &reply);

	if (e == ERR_NOT_FOUND)
		return upkeep_say(upkeep, UPKEEP_OK, "there are no events yet");
	if (e != OK)
		return upkeep_say(upkeep, UPKEEP_FAILED,
		    "the audit is as it was written, but gave no head: %s",
		    err_text(e));
	heads_read(&heads, path);
	heads_add(&heads, TAKE(reply.head));
	if (heads_write(&heads, path, &error) != OK)
		return upkeep_say(upkeep, UPKEEP_FAILED, "%.200s", error.text);
	return upkeep_say(upkeep, UPKEEP_OK,
	    "%lld events are as they were written; its head is in %.100s",
	    (long long)reply.seq, path);
}

static const char *
verify(struct upkeep *upkeep, char *heads)
{
	struct call with = {.argument = NULL};

	with.option[CLI_HEAD] = heads;
	if (upkeep_command(upkeep, "audit", "verify", &with) == 0)
		return NULL;
	return upkeep_say(upkeep, UPKEEP_FAILED,
	    "the audit is not as it was written%s%.100s%s",
	    heads != NULL ? ", or does not hold against " : "",
	    heads != NULL ? heads : "",
	    heads != NULL ? "; remove that after a restore" : "");
}

/* Without a folder there is nothing to hold it against. */
const char *
upkeep_audit(struct upkeep *upkeep)
{
	const char *folder = upkeep->config->backup_dir;
	auto_str char *path = NULL;
	const char *bad;

	if (folder == NULL) {
		bad = verify(upkeep, NULL);
		return bad != NULL ? bad
				   : upkeep_say(upkeep, UPKEEP_OK,
					 "the audit is as it was written");
	}
	bad = upkeep_check_folder(upkeep);
	if (bad != NULL)
		return bad;
	if (asprintf(&path, "%s/%s", folder, HEADS_NAME) < 0) {
		path = NULL;
		return upkeep_say(upkeep, UPKEEP_FAILED, "out of memory");
	}
	bad = verify(upkeep, access(path, F_OK) == 0 ? path : NULL);
	return bad != NULL ? bad : keep_head(upkeep, path);
}
