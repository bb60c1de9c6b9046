/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

/*
 * Bytes that must not stay behind: tokens, keys, family secrets. Wiped when
 * freed, compared in constant time, and without any way to print them.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct secret;

/* A copy of `size` bytes; the caller wipes the source. */
MUST_USE enum err
secret_new(struct secret **out, const void *data, size_t size);

/* `size` zero bytes, to be filled through secret_bytes(). */
MUST_USE enum err secret_zero(struct secret **out, size_t size);

/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *secret);
DEFINE_AUTO_FREE(secret)

uint8_t *secret_bytes(struct secret *secret);
const uint8_t *secret_data(const struct secret *secret);
size_t secret_size(const struct secret *secret);

/* The bytes as a string: a NUL always stands behind them. */
const char *secret_text(const struct secret *secret);

/* Constant time in the bytes; the sizes are not secret. */
bool secret_equal(const struct secret *secret, const void *data, size_t size);

#endif
