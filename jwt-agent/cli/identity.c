/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/identity.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static enum err
look_at(const char *path, struct stat *status, struct store_error *why)
{
	if (lstat(path, status) != 0)
		return errno == ENOENT ? ERR_NOT_FOUND
				       : store_refuse(why, ERR_IO, "%s: %s",
					     path, strerror(errno));
	/* only root may lead root elsewhere */
	if (S_ISLNK(status->st_mode) && status->st_uid == 0 &&
	    stat(path, status) != 0)
		return store_refuse(
		    why, ERR_IO, "%s: %s", path, strerror(errno));
	return S_ISDIR(status->st_mode)
	    ? OK
	    : store_refuse(why, ERR_CONFIG, "%s is not a directory", path);
}

enum err
identity_of(
    struct identity *identity, const char *directory, struct store_error *why)
{
	auto_str char *copy = strdup(directory);
	struct stat status = {0};
	enum err e = copy != NULL
	    ? look_at(directory, &status, why)
	    : store_refuse(why, ERR_NO_MEMORY, "%s", err_text(ERR_NO_MEMORY));

	if (e == ERR_NOT_FOUND)
		e = look_at(dirname(copy), &status, why);
	if (e == ERR_NOT_FOUND)
		return store_refuse(why, ERR_IO,
		    "there is neither %s nor the directory it would be in",
		    directory);
	if (e == OK)
		*identity = (struct identity){status.st_uid, status.st_gid};
	return e;
}

enum err
identity_become(const struct identity *identity, struct store_error *why)
{
	if (geteuid() != 0 && geteuid() != identity->uid)
		return store_refuse(why, ERR_PERMISSION_DENIED,
		    "this takes root, or the owner of the store (uid %u)",
		    identity->uid);
	if (geteuid() != 0)
		return OK;
	if (setgroups(0, NULL) != 0 ||
	    setresgid(identity->gid, identity->gid, identity->gid) != 0 ||
	    setresuid(identity->uid, identity->uid, identity->uid) != 0)
		return store_refuse(why, ERR_IO,
		    "cannot become the owner of the store (uid %u): %s",
		    identity->uid, strerror(errno));
	prctl(PR_SET_DUMPABLE, 0);
	return OK;
}
