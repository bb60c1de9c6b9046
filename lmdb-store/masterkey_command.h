/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_MASTERKEY_COMMAND_H
#define LMDB_STORE_MASTERKEY_COMMAND_H

/*
 * The master key as the standard output of a command: what gets it from a
 * hardware module, a key server or a safe. The program is run directly, with
 * no shell, no environment, no input and no descriptors but its output and its
 * errors; it belongs to root or to us, and nobody else can write it.
 */

#include "base/secret.h"
#include "lmdb-store/error.h"

/* How long it may take when an agent starts. */
#define MASTERKEY_COMMAND_MS 30000
#define MASTERKEY_COMMAND_WORDS_MAX 32

/*
 * Runs `command`, words with blanks between them of which the first is the
 * program's absolute path, and takes the key from what it prints (see
 * masterkey_decode()). It and what it started are killed when they are not done
 * after `timeout_ms`. `why` has its exit status and the last line of its
 * errors. ERR_CONFIG when the program is refused, ends with another status than
 * 0 or prints no key; ERR_TIMEOUT, ERR_IO, ERR_NO_MEMORY.
 */
MUST_USE enum err masterkey_command(struct secret **out, const char *command,
    int timeout_ms, struct store_error *why);

#endif
