/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/bookmark.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool
path_of(const char *name, char path[PATH_MAX])
{
	const char *folder = secure_getenv("STATE_DIRECTORY");

	return folder != NULL && folder[0] == '/' &&
	    snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

enum err
bookmark_read(int64_t *seq)
{
	char path[PATH_MAX];
	FILE *file;
	int count;

	*seq = 0;
	if (!path_of(BOOKMARK_FILE, path))
		return OK;
	file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? OK : ERR_IO;
	count = fscanf(file, "%" SCNd64, seq);
	fclose(file);
	/* what is none is none: it begins with what comes */
	if (count != 1 || *seq < 0)
		*seq = 0;
	return OK;
}

static bool
write_new(const char *path, int64_t seq)
{
	FILE *file = fopen(path, "we");
	bool written;

	if (file == NULL)
		return false;
	written = fprintf(file, "%" PRId64 "\n", seq) > 0 &&
	    fflush(file) == 0 && fsync(fileno(file)) == 0;
	return fclose(file) == 0 && written;
}

enum err
bookmark_write(int64_t seq)
{
	char path[PATH_MAX], fresh[PATH_MAX];

	if (!path_of(BOOKMARK_FILE, path) ||
	    !path_of(BOOKMARK_FILE ".new", fresh))
		return OK;
	return write_new(fresh, seq) && rename(fresh, path) == 0 ? OK : ERR_IO;
}
