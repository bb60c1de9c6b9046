/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_REPLACEMENT_H
#define JWT_AGENT_CLI_REPLACEMENT_H

/*
 * A small private file that is replaced as a whole or not at all. Everything
 * goes through a folder that is held open, and no symbolic link is followed
 * behind it. Only one process at a time may replace a file: the caller holds
 * a lock, and what a killed process left half-done is then swept away.
 */

#include "base/secret.h"

#include <sys/types.h>

#define REPLACEMENT_MAX (64 * 1024)

struct file_error {
	char text[512];
};

/* Whom a new file shall belong to; -1: whoever makes it. */
struct file_owner {
	uid_t uid;
	gid_t gid;
};

struct replacement;

/*
 * Makes FILE.new, mode 0600, with room for REPLACEMENT_MAX bytes, so that
 * neither rights nor space can fail later. `folder` must outlive it.
 * ERR_IO with a sentence.
 */
MUST_USE enum err replacement_new(struct replacement **out, int folder,
    const char *name, const struct file_owner *owner, struct file_error *error);

/* Writes, syncs and renames. */
MUST_USE enum err replacement_commit(struct replacement *replacement,
    const char *text, size_t size, struct file_error *error);

/* Removes what was not committed; NULL is fine. */
void replacement_free(struct replacement *replacement);
DEFINE_AUTO_FREE(replacement)

/* Fills the error and returns `err`. */
__attribute__((format(printf, 3, 4))) enum err
file_refuse(struct file_error *error, enum err err, const char *format, ...);

#endif
