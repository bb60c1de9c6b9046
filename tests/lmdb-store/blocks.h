/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LMDB_STORE_BLOCKS_H
#define TESTS_LMDB_STORE_BLOCKS_H

/*
 * Stands between LMDB and the store's file: its pwrite(), writev(), ftruncate(),
 * fdatasync() and fsync() come before those of libc. A program that is linked
 * with blocks.c has it inside; any other has it preloaded as a library, and is
 * told what to do through the file that BLOCKS_FILE names, which holds a
 * struct blocks.
 *
 * A write point is one such call on a file called data.mdb.
 */

#include <stddef.h>
#include <stdint.h>

struct blocks {
	/* errno of every write point from `from` on, up to `until` unless that
	 * is 0; 0: none */
	int64_t error;
	int64_t from, until;
	int64_t late; /* 1: a write that fails is done all the same */
	int64_t stop; /* the write point before which SIGKILL comes; 0: none */
	int64_t points; /* that were met so far */
};

enum block_kind {
	BLOCK_WRITE,   /* in the page cache; durable with the next sync */
	BLOCK_THROUGH, /* durable when the call returns (O_DSYNC) */
	BLOCK_SYNC,
	BLOCK_SIZE, /* ftruncate() to `offset` */
};

struct block {
	enum block_kind kind;
	size_t offset, size;
	const void *data;
};

/* Of this process. */
struct blocks *blocks(void);

/* Is told of each write point that passed, in this process; NULL: nobody. */
typedef void (*blocks_watcher)(const struct block *block, void *context);
void blocks_watch(blocks_watcher watcher, void *context);

#endif
