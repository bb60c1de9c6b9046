/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"
#include "lmdb-store/masterkey.h"
#include "varlink/socket.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define GROUP_OR_OTHERS (S_IRWXG | S_IRWXO)
#define KIB 1024
/* A login writes pages of 4 KiB, and LMDB needs some to begin with. */
#define FULL_BYTES ((uint64_t)1 * KIB * KIB)
#define LOW_BYTES ((uint64_t)64 * KIB * KIB)

/* Whether the folder of the state can be looked at; says why not. */
static bool
may_look(struct doctor *doctor, const char *what)
{
	if (doctor->config != NULL && geteuid() == 0)
		return true;
	if (doctor->config == NULL)
		doctor_skip(doctor, "no configuration");
	else
		doctor_skip(doctor, "only root can look at the %s", what);
	return false;
}

/* Root's own while the agent is another: it would answer if it were not. */
static bool
is_withheld(const struct doctor *doctor, const struct stat *status)
{
	return status->st_uid == 0 && !doctor->answers &&
	    doctor->root[0] == '\0' && getpwnam(DEFAULT_AGENT_USER) != NULL;
}

void
check_store(struct doctor *doctor)
{
	struct stat status;
	char path[PATH_MAX];

	if (!may_look(doctor, "store"))
		return;
	doctor_path(doctor, doctor->config->store, path);
	if (lstat(path, &status) != 0 && errno == ENOENT)
		doctor_find(doctor, FOUND_STORE_MISSING, path,
		    "%s is not there yet: the first start makes it", path);
	else if (access(path, R_OK | X_OK) != 0)
		doctor_find(doctor, FOUND_STORE_UNREADABLE, path, "%s: %s",
		    path, strerror(errno));
	else if (!S_ISDIR(status.st_mode) ||
	    !doctor_trusts(doctor, status.st_uid) ||
	    is_withheld(doctor, &status))
		doctor_find(doctor, FOUND_STORE_FOREIGN, path,
		    "%s is not a folder of " DEFAULT_AGENT_USER, path);
	else if ((status.st_mode & S_IRWXU) != S_IRWXU)
		doctor_find(doctor, FOUND_STORE_UNREADABLE, path,
		    "%s has mode %04o: the agent cannot read it", path,
		    status.st_mode & 07777U);
	else if ((status.st_mode & GROUP_OR_OTHERS) != 0)
		doctor_find(doctor, FOUND_STORE_LOOSE, path,
		    "%s is open to others, mode %04o", path,
		    status.st_mode & 07777U);
	else if (doctor->store_fault[0] != '\0')
		doctor_find(doctor, FOUND_STORE_NO_WRITES, path,
		    "%s takes no writes, so that nobody new is let in by a "
		    "token: %s",
		    path, doctor->store_fault);
	else
		doctor_ok(doctor, "%s", path);
}

/* The store, or the nearest folder above it that is there. */
static bool
find_file_system(const char *path, struct statvfs *system)
{
	char at[PATH_MAX];
	char *slash;

	for (snprintf(at, sizeof(at), "%s", path); statvfs(at, system) != 0;
	     *slash = '\0') {
		slash = strrchr(at, '/');
		if (slash == NULL || slash == at)
			return statvfs("/", system) == 0;
	}
	return true;
}

static void
judge_room(
    struct doctor *doctor, const char *path, const struct statvfs *system)
{
	uint64_t room = (uint64_t)system->f_bavail * system->f_frsize;

	if ((system->f_flag & ST_RDONLY) != 0)
		doctor_find(doctor, FOUND_STORE_READ_ONLY, path,
		    "the file system of %s is read only", path);
	else if (room < FULL_BYTES ||
	    (system->f_files != 0 && system->f_favail == 0))
		doctor_find(doctor, FOUND_DISK_FULL, path,
		    "the disk of %s is full: space for %llu KiB and %llu "
		    "files",
		    path, (unsigned long long)(room / KIB),
		    (unsigned long long)system->f_favail);
	else if (room < LOW_BYTES)
		doctor_find(doctor, FOUND_DISK_LOW, path,
		    "the disk of %s has space for %llu KiB only", path,
		    (unsigned long long)(room / KIB));
	else
		doctor_ok(doctor, "%llu MiB are free",
		    (unsigned long long)(room / KIB / KIB));
}

void
check_disk(struct doctor *doctor)
{
	struct statvfs system;
	char path[PATH_MAX];

	if (doctor->config == NULL) {
		doctor_skip(doctor, "no configuration");
		return;
	}
	doctor_path(doctor, doctor->config->store, path);
	if (find_file_system(path, &system))
		judge_room(doctor, path, &system);
	else
		doctor_skip(doctor, "%s: %s", path, strerror(errno));
}

/* Without a key in the file there may be one elsewhere, or none yet. */
static void
look_elsewhere(struct doctor *doctor, const char *path)
{
	char credential[PATH_MAX], store[PATH_MAX];

	doctor_path(doctor, MASTERKEY_SYSTEMD_FILE, credential);
	doctor_path(doctor, doctor->config->store, store);
	if (access(credential, F_OK) == 0)
		doctor_ok(doctor, "%s", credential);
	else if (doctor->config->master_key_command != NULL)
		doctor_ok(doctor, "a command prints it");
	else if (doctor->answers || access(store, F_OK) != 0)
		doctor_ok(doctor,
		    "%s is not there: jwt-agent setup or the first start "
		    "makes it, or the agent has it from elsewhere",
		    path);
	else
		doctor_find(doctor, FOUND_MASTER_KEY_MISSING, path,
		    "there is a store and no master key: neither %s nor %s",
		    path, credential);
}

void
check_master_key(struct doctor *doctor)
{
	struct stat status;
	char path[PATH_MAX];

	if (!may_look(doctor, "key"))
		return;
	doctor_path(doctor, doctor->config->master_key, path);
	if (lstat(path, &status) != 0)
		look_elsewhere(doctor, path);
	else if (!S_ISREG(status.st_mode) ||
	    !doctor_trusts(doctor, status.st_uid))
		doctor_find(doctor, FOUND_MASTER_KEY_FOREIGN, path,
		    "the master key %s is not a file of " DEFAULT_AGENT_USER,
		    path);
	else if ((status.st_mode & GROUP_OR_OTHERS) != 0)
		doctor_find(doctor, FOUND_MASTER_KEY_LOOSE, path,
		    "the master key %s can be reached by others, mode %04o: "
		    "the agent refuses it",
		    path, status.st_mode & 07777U);
	else if (status.st_size != MASTERKEY_SIZE)
		doctor_find(doctor, FOUND_MASTER_KEY_WRONG, path,
		    "the master key %s has %lld bytes, not %d", path,
		    (long long)status.st_size, MASTERKEY_SIZE);
	else
		doctor_ok(doctor, "%s", path);
}
