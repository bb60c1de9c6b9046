/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/backup.h"

#include "lmdb-store/digest.h"
#include "lmdb-store/schema.h"
#include "lmdb-store/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

DEFINE_FIELDS(backup_head, BACKUP_HEAD)
DEFINE_FIELDS(backup_foot, BACKUP_FOOT)

#define MAGIC_SIZE (sizeof(BACKUP_MAGIC) - 1)

/* One that is written. */
struct writing {
	int fd;
	struct digest *digest;
	uint64_t done, total; /* of the data.mdb */
	const struct progress *progress;
	int problem; /* errno of a write */
};

static enum err
put(struct writing *writing, const uint8_t *data, size_t size)
{
	enum err e = digest_add(writing->digest, data, size);

	if (e == OK && stream_write(writing->fd, data, size) != OK) {
		writing->problem = errno;
		e = ERR_IO;
	}
	return e;
}

static enum err
put_piece(void *context, const uint8_t *data, size_t size)
{
	struct writing *writing = context;
	enum err e = put(writing, data, size);

	writing->done += size;
	if (e == OK)
		progress_at(writing->progress, writing->done, writing->total);
	return e;
}

/* The object as a line that fills the room behind `used` bytes with blanks. */
static enum err
write_line(const struct fields *fields, const void *object, uint8_t *room,
    size_t used, size_t size)
{
	auto_json json_t *json = NULL;
	size_t length;
	enum err e = fields_encode(fields, object, &json);

	if (e != OK)
		return e;
	memset(room + used, ' ', size - used);
	length = json_dumpb(
	    json, (char *)room + used, size - used - 1, JSON_COMPACT);
	room[size - 1] = '\n';
	return length > 0 && length < size - used ? OK : ERR_INTERNAL;
}

static enum err
put_head(struct writing *writing, int64_t schema, int64_t time)
{
	char writer[] = PACKAGE_VERSION;
	const struct backup_head head = {
	    .format = BACKUP_FORMAT,
	    .schema = schema,
	    .time = time,
	    .writer = writer,
	};
	uint8_t room[BACKUP_HEAD_SIZE];
	enum err e;

	memcpy(room, BACKUP_MAGIC, MAGIC_SIZE);
	e = write_line(
	    backup_head_fields(), &head, room, MAGIC_SIZE, sizeof(room));
	return e == OK ? put(writing, room, sizeof(room)) : e;
}

static enum err
put_foot(struct writing *writing)
{
	char sha256[DIGEST_TEXT_SIZE + 1];
	const struct backup_foot foot = {
	    .size = (int64_t)writing->done, .sha256 = sha256};
	uint8_t room[BACKUP_FOOT_SIZE];
	enum err e = digest_end(writing->digest, sha256);

	if (e == OK)
		e = write_line(
		    backup_foot_fields(), &foot, room, 0, sizeof(room));
	if (e == OK && stream_write(writing->fd, room, sizeof(room)) != OK) {
		writing->problem = errno;
		e = ERR_IO;
	}
	return e;
}

static enum err
explain_write(const struct writing *writing, const struct kv *kv, enum err e,
    struct store_error *why)
{
	if (writing->problem != 0)
		return store_refuse(why, e, "the backup cannot be written: %s",
		    strerror(writing->problem));
	if (e == ERR_STORE)
		return store_refuse(
		    why, e, "the store cannot be read: %s", kv_problem(kv));
	return store_refuse(
	    why, e, "the backup cannot be made: %s", err_text(e));
}

enum err
backup_write(struct kv *kv, int64_t schema, int64_t time, int fd,
    const struct progress *progress, struct store_error *why)
{
	auto_free(digest) struct digest *digest = NULL;
	struct writing writing = {
	    .fd = fd, .total = kv_size(kv), .progress = progress};
	enum err e = digest_new(&digest);

	writing.digest = digest;
	if (e == OK)
		e = put_head(&writing, schema, time);
	if (e == OK)
		e = stream_kv(kv, put_piece, &writing);
	if (e == OK)
		e = put_foot(&writing);
	return e == OK ? OK : explain_write(&writing, kv, e, why);
}

/* Of a store whose tables are not open. A newer one can be copied, too. */
static enum err
read_schema(struct kv *kv, int64_t *version)
{
	auto_free(txn) struct txn *txn = NULL;
	const char *meta = table_name(TABLE_META);
	struct schema schema = {.version = 0};
	enum err e = kv_begin(kv, TXN_READ, &txn);

	if (e == OK)
		e = txn_open_tables(txn, &meta, 1);
	if (e == OK)
		e = schema_read(txn, &schema);
	if (e != OK && e != ERR_STORE_NEWER)
		return e;
	if (schema.version == 0)
		return ERR_NOT_FOUND;
	*version = schema.version;
	return OK;
}

enum err
backup_write_store(const char *path, int64_t time, int fd,
    const struct progress *progress, struct store_error *why)
{
	auto_free(kv) struct kv *kv = NULL;
	int64_t schema = 0;
	enum err e = kv_open_reader(&kv, path, why);

	if (e != OK)
		return e;
	e = read_schema(kv, &schema);
	if (e == ERR_NOT_FOUND)
		return store_refuse(
		    why, ERR_STORE, "%s is not a store of jwt-agent", path);
	if (e != OK)
		return store_refuse(why, e, "the store %s cannot be read: %s",
		    path, kv_problem(kv));
	return backup_write(kv, schema, time, fd, progress, why);
}

void
backup_clear(struct backup *backup)
{
	backup_head_clear(&backup->head);
}

static enum err
decode_line(
    const struct fields *fields, const uint8_t *line, size_t size, void *object)
{
	auto_json json_t *json =
	    json_loadb((const char *)line, size, JSON_REJECT_DUPLICATES, NULL);

	return json != NULL ? fields_decode(fields, json, object, NULL)
			    : ERR_MALFORMED;
}

static enum err
cannot_read(struct store_error *why)
{
	return store_refuse(
	    why, ERR_IO, "the backup cannot be read: %s", strerror(errno));
}

enum err
backup_open(struct backup *backup, int fd, struct store_error *why)
{
	auto_clear(backup_head) struct backup_head head = {0};
	size_t size = 0;

	*backup = (struct backup){.fd = fd};
	if (stream_read(fd, backup->first, BACKUP_HEAD_SIZE, &size) != OK)
		return cannot_read(why);
	if (size < BACKUP_HEAD_SIZE ||
	    memcmp(backup->first, BACKUP_MAGIC, MAGIC_SIZE) != 0)
		return store_refuse(why, ERR_MALFORMED,
		    "this is no backup of a jwt-agent store");
	if (decode_line(backup_head_fields(), backup->first + MAGIC_SIZE,
		BACKUP_HEAD_SIZE - MAGIC_SIZE, &head) != OK ||
	    head.format != BACKUP_FORMAT)
		return store_refuse(why, ERR_MALFORMED,
		    "the backup is damaged, or of a later jwt-agent: its first "
		    "lines cannot be understood");
	backup->head = head;
	head = (struct backup_head){0};
	return OK;
}

/* One that is read. What was read and may be the foot waits in `room`. */
struct reading {
	struct digest *digest;
	uint64_t size; /* of the data.mdb so far */
	uint8_t room[BACKUP_FOOT_SIZE + STREAM_PIECE];
	size_t held;
};

static enum err
take_data(
    struct reading *reading, int out, size_t size, struct store_error *why)
{
	enum err e = digest_add(reading->digest, reading->room, size);

	if (e != OK)
		return store_refuse(why, e, "%s", err_text(e));
	if (stream_write(out, reading->room, size) != OK)
		return store_refuse(why, ERR_IO,
		    "the store in the backup cannot be written: %s",
		    strerror(errno));
	reading->size += size;
	reading->held -= size;
	memmove(reading->room, reading->room + size, reading->held);
	return OK;
}

static enum err
read_data(struct reading *reading, const struct backup *backup, int out,
    uint64_t total, const struct progress *progress, struct store_error *why)
{
	size_t got = 1;
	enum err e = OK;

	while (e == OK && got > 0) {
		if (stream_read(backup->fd, reading->room + reading->held,
			sizeof(reading->room) - reading->held, &got) != OK)
			return cannot_read(why);
		reading->held += got;
		if (reading->held > BACKUP_FOOT_SIZE)
			e = take_data(reading, out,
			    reading->held - BACKUP_FOOT_SIZE, why);
		progress_at(progress, reading->size, total);
	}
	return e;
}

static bool
foot_agrees(const struct backup_foot *foot, struct reading *reading)
{
	char sha256[DIGEST_TEXT_SIZE + 1];

	return foot->size >= 0 && (uint64_t)foot->size == reading->size &&
	    digest_end(reading->digest, sha256) == OK &&
	    strcmp(sha256, foot->sha256) == 0;
}

static enum err
check_foot(struct reading *reading, struct store_error *why)
{
	auto_clear(backup_foot) struct backup_foot foot = {0};

	if (reading->held < BACKUP_FOOT_SIZE ||
	    decode_line(backup_foot_fields(), reading->room, BACKUP_FOOT_SIZE,
		&foot) != OK)
		return store_refuse(why, ERR_MALFORMED,
		    "the backup is cut short: its last line is missing");
	if (!foot_agrees(&foot, reading))
		return store_refuse(why, ERR_MALFORMED,
		    "the backup is damaged: it does not have the checksum that "
		    "was written into it");
	return OK;
}

enum err
backup_extract(const struct backup *backup, int out, uint64_t total,
    const struct progress *progress, struct store_error *why)
{
	auto_free(digest) struct digest *digest = NULL;
	struct reading reading = {.size = 0};
	enum err e = digest_new(&digest);

	if (e == OK)
		e = digest_add(digest, backup->first, BACKUP_HEAD_SIZE);
	if (e != OK)
		return store_refuse(why, e, "%s", err_text(e));
	reading.digest = digest;
	e = read_data(&reading, backup, out, total, progress, why);
	return e == OK ? check_foot(&reading, why) : e;
}
