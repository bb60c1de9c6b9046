/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/cli/folder.h"

#include "tests/base/tree.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (1 << 20)

void
folder_new(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "/tmp/jwt-agent-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
}

void
folder_clear(struct folder *folder)
{
	if (folder->path[0] != '\0')
		tree_remove(folder->path);
	folder->path[0] = '\0';
}

const char *
folder_path(const struct folder *folder, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", folder->path, name);
	return path;
}

void
folder_write(const struct folder *folder, const char *name, const char *text,
    mode_t mode)
{
	char path[PATH_MAX];
	size_t size = strlen(text);
	char *slash;
	int fd;

	folder_path(folder, name, path);
	slash = strrchr(path, '/');
	*slash = '\0';
	(void)mkdir(path, 0700);
	*slash = '/';
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

char *
folder_read(const struct folder *folder, const char *name)
{
	char path[PATH_MAX];
	char *text;
	size_t size;
	FILE *file = fopen(folder_path(folder, name, path), "re");

	if (file == NULL)
		return NULL;
	text = calloc(1, FILE_MAX);
	assert_non_null(text);
	size = fread(text, 1, FILE_MAX - 1, file);
	text[size] = '\0';
	fclose(file);
	return text;
}
