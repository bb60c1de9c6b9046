/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_TOKENFILE_H
#define JWT_AGENT_CLI_TOKENFILE_H

/*
 * The file that keeps a device's refresh token, one line, mode 0600, with
 * beside it
 *	FILE.lock	held from reading the token until the file has its
 *			successor, so that many processes may refresh at once
 *	FILE.access	the newest access token, for askpass
 * Run by root the files belong to the owner of the token file, or to that of
 * the folder when there is no such file yet. Every error leaves a sentence.
 */

#include "jwt-agent/cli/replacement.h"

#define TOKENFILE_WAIT_MS 60000 /* for the lock */

struct tokenfile;

/* Opens the folder. The file itself need not be there. */
MUST_USE enum err tokenfile_new(
    struct tokenfile **out, const char *path, struct file_error *error);

/* Gives back the lock; NULL is fine. */
void tokenfile_free(struct tokenfile *file);
DEFINE_AUTO_FREE(tokenfile)

/* Waits for the lock; ERR_TIMEOUT when another process keeps it. */
MUST_USE enum err
tokenfile_lock(struct tokenfile *file, struct file_error *error);

/* Whether others can get at the file. Its successor has mode 0600. */
bool tokenfile_is_exposed(const struct tokenfile *file);

/*
 * The refresh token. ERR_PERMISSION_DENIED when everybody can write the file
 * or it belongs to somebody else; ERR_IO when it is not a plain file.
 */
MUST_USE enum err tokenfile_read(const struct tokenfile *file,
    struct secret **token, struct file_error *error);

/* Makes sure that a successor can be stored; needs the lock. */
MUST_USE enum err
tokenfile_prepare(struct tokenfile *file, struct file_error *error);

/* Stores it; after tokenfile_prepare(). */
MUST_USE enum err tokenfile_store(struct tokenfile *file,
    const struct secret *token, struct file_error *error);

/* The access token and its end, seconds since 1970. ERR_NOT_FOUND when there
 * is none that can be read. */
MUST_USE enum err tokenfile_read_access(
    const struct tokenfile *file, struct secret **token, int64_t *expires);

MUST_USE enum err tokenfile_store_access(struct tokenfile *file,
    const struct secret *token, int64_t expires, struct file_error *error);

/* Reads a token to the end of the descriptor and drops white space around it.
 * ERR_MALFORMED when it is empty or too long, ERR_IO. */
MUST_USE enum err token_read(int fd, struct secret **token);

#endif
