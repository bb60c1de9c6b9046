/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_INSPECTION_H
#define LMDB_STORE_INSPECTION_H

/*
 * A store as one moment had it, opened to be looked at by another process than
 * the agent, or while there is none: nothing is changed in it. See
 * kv_open_reader() for who may do this.
 */

#include "lmdb-store/store.h"

struct inspection {
	struct kv *kv;
	struct txn *txn;   /* TXN_READ, with all tables open */
	struct seal *seal; /* NULL: the master key cannot be had */
};

/* Of the options path, master_key, master_key_command and host are used. With
 * a sentence: ERR_NOT_FOUND (there is no store), ERR_STORE_NEWER, ERR_CONFIG
 * (it is of an older schema: the agent has to migrate it first), ERR_CRYPTO (the
 * master key is another store's), and those of kv_open_reader(). */
MUST_USE enum err inspection_open(struct inspection *inspection,
    const struct store_options *options, struct store_error *why);
void inspection_clear(struct inspection *inspection);

#endif
