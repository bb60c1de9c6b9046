/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/modulefile.h"

#include "base/autofree.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILE_SIZE_MAX (64 << 20)

static bool
find_first(const char *pattern, char path[PATH_MAX])
{
	glob_t found = {0};
	bool exists = glob(pattern, 0, NULL, &found) == 0;

	if (exists)
		snprintf(path, PATH_MAX, "%s", found.gl_pathv[0]);
	globfree(&found);
	return exists;
}

/* By distribution and architecture. */
bool
modulefile_find(const char *root, const char *module, char path[PATH_MAX])
{
	static const char *const folders[] = {"/lib/security",
	    "/usr/lib/security", "/lib64/security", "/lib/*/security",
	    "/usr/lib/*/security"};
	char pattern[PATH_MAX];

	if (module[0] == '/') {
		snprintf(path, PATH_MAX, "%s%s", root, module);
		return access(path, F_OK) == 0;
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(pattern, sizeof(pattern), "%s%s/%s", root, folders[i],
		    module);
		if (find_first(pattern, path))
			return true;
	}
	return false;
}

/* The names stand in the table of the symbols that can be called, each with
 * its zero byte. */
static bool
names_all(const void *data, size_t size)
{
	static const char *const functions[] = {"pam_sm_authenticate",
	    "pam_sm_setcred", "pam_sm_acct_mgmt", "pam_sm_open_session",
	    "pam_sm_close_session", "pam_sm_chauthtok"};

	if (memcmp(data, ELFMAG, SELFMAG) != 0)
		return false;
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (memmem(data, size, functions[i],
			strlen(functions[i]) + 1) == NULL)
			return false;
	return true;
}

bool
modulefile_is_whole(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	bool whole;
	void *data;

	if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
	    status.st_size < EI_NIDENT || status.st_size > FILE_SIZE_MAX)
		return false;
	data =
	    mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return false;
	whole = names_all(data, (size_t)status.st_size);
	munmap(data, (size_t)status.st_size);
	return whole;
}
