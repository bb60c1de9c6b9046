/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_STORE_PARTS_H
#define LMDB_STORE_STORE_PARTS_H

/* What a store is made of, for store.c and upgrade.c alone. */

#include "lmdb-store/store.h"

struct store {
	struct kv *kv;
	struct seal *seal;
	struct schema schema;
	const struct host *host;
	struct secret *master;
};

#endif
