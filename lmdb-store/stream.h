/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_STREAM_H
#define LMDB_STORE_STREAM_H

/* A kv as a stream of bytes, in pieces that fit into little memory. */

#include "lmdb-store/kv.h"

#define STREAM_PIECE ((size_t)64 << 10)

/* Takes the next piece. What it returns but OK ends the stream. */
typedef enum err (*stream_sink)(
    void *context, const uint8_t *data, size_t size);

/*
 * Hands what kv_copy() writes to the sink, in order. A second thread copies
 * meanwhile; it is gone when this returns. The error of the sink, or of
 * kv_copy(); ERR_IO, ERR_NO_MEMORY.
 */
MUST_USE enum err stream_kv(struct kv *kv, stream_sink sink, void *context);

/* Reads until the buffer is full or the file ends. ERR_IO with errno. */
MUST_USE enum err stream_read(int fd, uint8_t *data, size_t room, size_t *size);

/* Writes all of it. ERR_IO with errno. */
MUST_USE enum err stream_write(int fd, const uint8_t *data, size_t size);

#endif
