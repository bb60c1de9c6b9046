/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_ERROR_H
#define LMDB_STORE_ERROR_H

/*
 * Why the store could not be opened, as one sentence for the administrator:
 * it names the file and what to do about it.
 */

#include "base/err.h"

#define STORE_ERROR_TEXT_MAX 512

struct store_error {
	char text[STORE_ERROR_TEXT_MAX];
};

/* Writes the sentence, cut if it is longer, and returns `e`. */
__attribute__((format(printf, 3, 4))) enum err
store_refuse(struct store_error *why, enum err e, const char *format, ...);

#endif
