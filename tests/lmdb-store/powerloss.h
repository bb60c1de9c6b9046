/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LMDB_STORE_POWERLOSS_H
#define TESTS_LMDB_STORE_POWERLOSS_H

/*
 * Records what is written to a store's file while a test works on it, and then
 * makes each file that a loss of power could have left: for every write point,
 * what was synced by then is there, and of what was not yet synced nothing,
 * everything, or some of its sectors in no order. A sector is there wholly or
 * not at all, which disks promise and LMDB's meta pages rely on.
 *
 *	powerloss_begin(&loss, path);
 *	... each time something was acknowledged: powerloss_acknowledge(&loss);
 *	powerloss_end(&loss);
 *	powerloss_each(&loss, path_of_another_store, check, context);
 *	powerloss_clear(&loss);
 *
 * `check` is called for each file, in the place of the other store, and holds
 * the store against what had been acknowledged when the power went.
 */

#include <stddef.h>

struct powerloss {
	char *base; /* the file when the recording began */
	size_t base_size;
	struct powerloss_entry *entries;
	size_t count;
};

typedef void (*powerloss_check)(size_t acknowledged, void *context);

void powerloss_begin(struct powerloss *loss, const char *data_path);
void powerloss_acknowledge(struct powerloss *loss);
void powerloss_end(struct powerloss *loss);

/* How many files were checked. */
size_t powerloss_each(const struct powerloss *loss, const char *data_path,
    powerloss_check check, void *context);
void powerloss_clear(struct powerloss *loss);

#endif
