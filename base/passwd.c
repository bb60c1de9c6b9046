/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/passwd.h"

#include <errno.h>
#include <pwd.h>

#define PASSWD_ENTRY_FIRST 1024

/* getpwnam(3) lists what systems answer for "not found" beside 0. */
static enum err
absence(int error)
{
	switch (error) {
	case 0:
	case ENOENT:
	case ESRCH:
		return ERR_NO_SUCH_USER;
	case ENOMEM:
		return ERR_NO_MEMORY;
	default:
		return ERR_DIRECTORY_UNAVAILABLE;
	}
}

enum err
passwd_uid(const char *name, uid_t *uid)
{
	auto_str char *buffer = NULL;
	struct passwd entry, *found = NULL;
	size_t size = PASSWD_ENTRY_FIRST;
	int error = ERANGE;

	for (; error == ERANGE && size <= PASSWD_ENTRY_MAX; size *= 2) {
		free(buffer);
		buffer = malloc(size);
		if (buffer == NULL)
			return ERR_NO_MEMORY;
		error = getpwnam_r(name, &entry, buffer, size, &found);
	}
	if (found == NULL)
		return absence(error);
	*uid = entry.pw_uid;
	return OK;
}
