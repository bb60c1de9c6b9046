/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_MODULEFILE_H
#define JWT_AGENT_CLI_MODULEFILE_H

/*
 * The file of a PAM module, looked for where libpam does, and looked at
 * without running anything in it.
 */

#include <limits.h>
#include <stdbool.h>

/* `module` as a PAM file names it, below `root`. */
bool modulefile_find(const char *root, const char *module, char path[PATH_MAX]);

/* Whether it is an ELF file that names each function libpam may call. */
bool modulefile_is_whole(const char *path);

#endif
