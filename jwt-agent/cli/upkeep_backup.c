/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/upkeep.h"

#include "jwt-agent/cli/connection.h"
#include "lmdb-store/upkeep.h"
#include "varlink/admin.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* By their names they are in the order of their making. */
#define NAME_FORMAT "jwt-agent-%Y%m%dT%H%M%SZ.backup"
#define DIGITS4 "[0-9][0-9][0-9][0-9]"
#define NAME_PATTERN                                                           \
	"jwt-agent-" DIGITS4 DIGITS4 "T" DIGITS4 "[0-9][0-9]Z.backup"
#define NAME_SIZE 64

static enum err
name_file(const char *folder, char **path)
{
	char name[NAME_SIZE];
	time_t now = time(NULL);
	struct tm parts;

	if (gmtime_r(&now, &parts) == NULL ||
	    strftime(name, sizeof(name), NAME_FORMAT, &parts) == 0)
		return ERR_INTERNAL;
	if (asprintf(path, "%s/%s", folder, name) < 0) {
		*path = NULL;
		return ERR_NO_MEMORY;
	}
	return OK;
}

/* What is in use of the store is more than its copy has. */
static enum err
size_of_store(const struct call *call, int64_t *size)
{
	auto_clear(status_reply) struct status_reply reply = {0};
	enum err e = connection_status(call, &reply);

	*size = reply.store_size;
	return e;
}

/* The backups that are there stay until the new one is good, so that it needs
 * room beside them. */
static const char *
check_room(struct upkeep *upkeep)
{
	const char *folder = upkeep->config->backup_dir;
	struct statvfs disk;
	int64_t need = 0, have;
	enum err e = size_of_store(upkeep->call, &need);

	if (e != OK)
		return upkeep_say(upkeep, UPKEEP_FAILED, "%s", err_text(e));
	if (statvfs(folder, &disk) != 0)
		return upkeep_say(upkeep, UPKEEP_FAILED,
		    "backup_dir: %.150s: %s", folder, strerror(errno));
	have = (int64_t)(disk.f_bavail * disk.f_frsize);
	if (have >= need + UPKEEP_ROOM)
		return NULL;
	return upkeep_say(upkeep, UPKEEP_FAILED,
	    "%.100s has %lld MiB of room, and a backup may need %lld: keep "
	    "fewer (backup_keep=)",
	    folder, (long long)(have >> 20),
	    (long long)((need + UPKEEP_ROOM) >> 20));
}

static int
is_backup(const struct dirent *entry)
{
	return fnmatch(NAME_PATTERN, entry->d_name, 0) == 0;
}

/* The oldest ones; how many went, and how many are left. */
static bool
remove_old(struct upkeep *upkeep, int *left)
{
	const char *folder = upkeep->config->backup_dir;
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_backup, alphasort);
	int keep = (int)upkeep->config->backup_keep;
	bool good = count >= 0;

	*left = count > keep ? keep : count;
	for (int i = 0; i < count; i++) {
		auto_str char *path = NULL;

		if (i < count - keep &&
		    (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0 ||
			unlink(path) != 0)) {
			good = false;
			(*left)++;
		}
		free(entries[i]);
	}
	free(entries);
	return good;
}

/* As `store restore --dry-run` does it: the whole copy is read and checked. */
static const char *
make_and_check(struct upkeep *upkeep, char *path)
{
	char yes[] = "";
	struct call backup = {.argument = path};
	struct call restore = {.argument = path};

	backup.option[CLI_QUIET] = yes;
	restore.option[CLI_QUIET] = restore.option[CLI_DRY_RUN] = yes;
	if (upkeep_command(upkeep, "store", "backup", &backup) != 0)
		return upkeep_say(
		    upkeep, UPKEEP_FAILED, "the backup could not be made");
	if (upkeep_command(upkeep, "store", "restore", &restore) == 0)
		return NULL;
	unlink(path);
	return upkeep_say(upkeep, UPKEEP_FAILED,
	    "the backup that was made could not be restored, and is removed: "
	    "jwt-agent store check");
}

const char *
upkeep_backup(struct upkeep *upkeep)
{
	auto_str char *path = NULL;
	const char *bad = upkeep_check_folder(upkeep);
	int left = 0;

	if (bad == NULL)
		bad = check_room(upkeep);
	if (bad == NULL && name_file(upkeep->config->backup_dir, &path) != OK)
		bad = upkeep_say(upkeep, UPKEEP_FAILED, "out of memory");
	if (bad == NULL)
		bad = make_and_check(upkeep, path);
	if (bad != NULL)
		return bad;
	if (!remove_old(upkeep, &left))
		return upkeep_say(upkeep, UPKEEP_FAILED,
		    "%.120s is good, but old ones could not be removed: %s",
		    path, strerror(errno));
	return upkeep_say(
	    upkeep, UPKEEP_OK, "%.150s, one of %d that are kept", path, left);
}
