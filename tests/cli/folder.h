/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_CLI_FOLDER_H
#define TESTS_CLI_FOLDER_H

/*
 * A throwaway folder for one test. What goes wrong here fails the test.
 */

#include "base/autofree.h"

#include <limits.h>
#include <sys/types.h>

struct folder {
	char path[1024];
};

void folder_new(struct folder *folder);

/* Removes it with everything in it. */
void folder_clear(struct folder *folder);

/* The path of a name in it; good until the next call with the same buffer. */
const char *
folder_path(const struct folder *folder, const char *name, char path[PATH_MAX]);

/* Writes a file, making one level of folder where the name has one. */
void folder_write(const struct folder *folder, const char *name,
    const char *text, mode_t mode);

/* The file's bytes as text, to be freed; NULL when there is no such file. */
char *folder_read(const struct folder *folder, const char *name);

#endif
