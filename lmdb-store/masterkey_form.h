/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_MASTERKEY_FORM_H
#define LMDB_STORE_MASTERKEY_FORM_H

/* How a master key is written down. */

#include "base/secret.h"

#define MASTERKEY_SIZE 32
/* The largest text that is looked at; what is larger is no key. */
#define MASTERKEY_OUTPUT_MAX 128

/*
 * What a command prints or a person hands over: the 32 bytes themselves, or
 * with white space around them in hexadecimal or in base64 of either alphabet.
 * ERR_MALFORMED, ERR_NO_MEMORY.
 */
MUST_USE enum err
masterkey_decode(const void *data, size_t size, struct secret **out);

#endif
