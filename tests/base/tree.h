/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_BASE_TREE_H
#define TESTS_BASE_TREE_H

/*
 * Removes a folder with all that is in it; 0 when it could. Not by rm: each
 * process that a test starts is one more that valgrind begins anew.
 */

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

static inline int
tree_remove_entry(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline int
tree_remove(const char *path)
{
	return nftw(path, tree_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
