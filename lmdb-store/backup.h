/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_BACKUP_H
#define LMDB_STORE_BACKUP_H

/*
 * A backup is one file that can be read and written as a stream:
 *
 *	BACKUP_MAGIC				a line of text
 *	backup_head as JSON, a line		both together, filled up with
 *						blanks: BACKUP_HEAD_SIZE bytes
 *	a data.mdb as LMDB's compact copy writes it, one moment of the store
 *	backup_foot as JSON, a line		BACKUP_FOOT_SIZE bytes
 *
 * The foot has the size of the data.mdb and the SHA-256 of all that stands
 * before it. That finds damage and not forgery: whoever may write a backup
 * may write what is restored. Secrets in it are sealed under the master key,
 * which is not in it.
 */

#include "base/fields.h"
#include "base/progress.h"
#include "lmdb-store/kv.h"

#define BACKUP_MAGIC "jwt-agent store backup\n"
#define BACKUP_FORMAT 1
#define BACKUP_HEAD_SIZE 512
#define BACKUP_FOOT_SIZE 128

/* `time`, seconds since 1970: what was acknowledged before is in the backup.
 * `schema`: that of schema.h, when it began. `writer`: which jwt-agent wrote
 * it. */
#define BACKUP_HEAD(F)                                                         \
	F(num, format)                                                         \
	F(num, schema)                                                         \
	F(num, time)                                                           \
	F(str, writer)
DECLARE_FIELDS(backup_head, BACKUP_HEAD)

#define BACKUP_FOOT(F)                                                         \
	F(num, size)                                                           \
	F(str, sha256)
DECLARE_FIELDS(backup_foot, BACKUP_FOOT)

/*
 * Writes a backup of an open kv, whose schema the caller knows, to the
 * descriptor; `time` is before this call. Nothing is synced. ERR_IO when the descriptor does not take it,
 * ERR_STORE, ERR_NO_MEMORY, ERR_CRYPTO, with a sentence.
 */
MUST_USE enum err backup_write(struct kv *kv, int64_t schema, int64_t time,
    int fd, const struct progress *progress, struct store_error *why);

/*
 * The same of the store in this directory, which another process may be
 * using: see kv_open_reader() for who may call this. It may be of another
 * schema than ours. ERR_NOT_FOUND when there is none.
 */
MUST_USE enum err backup_write_store(const char *path, int64_t time, int fd,
    const struct progress *progress, struct store_error *why);

/* A backup that is being read, from a descriptor that the caller owns. */
struct backup {
	int fd;
	struct backup_head head;
	uint8_t first[BACKUP_HEAD_SIZE]; /* its bytes */
};

/* Reads the head. ERR_MALFORMED when this is no backup or of a format that is
 * not known, ERR_IO, with a sentence. */
MUST_USE enum err
backup_open(struct backup *backup, int fd, struct store_error *why);

/*
 * Reads on behind the head, once, and writes the data.mdb to `out`. Only when
 * this is OK it is what was backed up: ERR_MALFORMED when the file was cut or
 * damaged. ERR_IO, ERR_NO_MEMORY, ERR_CRYPTO, with a sentence. `total`: of
 * the file, 0 when it is not known.
 */
MUST_USE enum err backup_extract(const struct backup *backup, int out,
    uint64_t total, const struct progress *progress, struct store_error *why);

void backup_clear(struct backup *backup);

#endif
