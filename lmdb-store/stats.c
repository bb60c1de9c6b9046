/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/stats.h"

#include "lmdb-store/audit.h"
#include "lmdb-store/device.h"
#include "lmdb-store/key.h"
#include "lmdb-store/session.h"

/* Where the time of a table's entries is. */
enum timing {
	NO_TIME,
	IN_KEY,	   /* of the index that is named, in front */
	IN_RECORD, /* of the table itself: created, time */
};

static const struct source {
	enum timing timing;
	enum table index;
} sources[TABLE_COUNT] = {
    [TABLE_DEVICE] = {IN_RECORD, TABLE_DEVICE},
    [TABLE_SESSION] = {IN_RECORD, TABLE_SESSION},
    [TABLE_AUDIT] = {IN_RECORD, TABLE_AUDIT},
    [TABLE_CHECKPOINT] = {IN_RECORD, TABLE_CHECKPOINT},
    [TABLE_FAMILY] = {IN_KEY, TABLE_FAMILY_BY_TIME},
    [TABLE_REPLAY] = {IN_KEY, TABLE_REPLAY_BY_EXPIRY},
    [TABLE_REFUSALS] = {IN_KEY, TABLE_REFUSALS_BY_TIME},
    [TABLE_REVOKED] = {IN_KEY, TABLE_REVOKED_BY_EXPIRY},
    [TABLE_CODE] = {IN_KEY, TABLE_CODE_BY_EXPIRY},
    [TABLE_CODE_BY_EXPIRY] = {IN_KEY, TABLE_CODE_BY_EXPIRY},
    [TABLE_DEVICE_BY_TIME] = {IN_KEY, TABLE_DEVICE_BY_TIME},
    [TABLE_FAMILY_BY_TIME] = {IN_KEY, TABLE_FAMILY_BY_TIME},
    [TABLE_FLOOD] = {IN_KEY, TABLE_FLOOD_BY_TIME},
    [TABLE_FLOOD_BY_TIME] = {IN_KEY, TABLE_FLOOD_BY_TIME},
    [TABLE_REFUSALS_BY_TIME] = {IN_KEY, TABLE_REFUSALS_BY_TIME},
    [TABLE_REPLAY_BY_EXPIRY] = {IN_KEY, TABLE_REPLAY_BY_EXPIRY},
    [TABLE_REVOKED_BY_EXPIRY] = {IN_KEY, TABLE_REVOKED_BY_EXPIRY},
    [TABLE_SESSION_BY_END] = {IN_KEY, TABLE_SESSION_BY_END},
    [TABLE_SESSION_BY_EXPIRY] = {IN_KEY, TABLE_SESSION_BY_EXPIRY},
};

/* The first or the last entry of a table. */
typedef enum err (*walker)(struct txn *txn, unsigned int table,
    struct slice from, struct slice *key, struct slice *value);

static enum err
time_of_key(struct slice key, int64_t *time)
{
	if (key.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	*time = key_number(key.data);
	return OK;
}

/* What is not JSON has no time here; the check says what is wrong with it. */
static int64_t
time_of_record(struct slice value)
{
	auto_json json_t *record = json_loadb(value.data, value.size, 0, NULL);
	const json_t *created = json_object_get(record, "created");

	return json_integer_value(
	    created != NULL ? created : json_object_get(record, "time"));
}

static enum err
time_at(
    struct txn *txn, const struct source *source, walker walk, int64_t *time)
{
	struct slice key, value;
	enum err e;

	*time = 0;
	if (source->timing == NO_TIME)
		return OK;
	e = walk(txn, source->index, text_slice(NULL), &key, &value);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	if (source->timing == IN_KEY)
		return time_of_key(key, time);
	*time = time_of_record(value);
	return OK;
}

enum err
table_stats(struct txn *txn, enum table table, struct table_stats *out)
{
	const struct source *source = &sources[table];
	struct table_stats stats = {0};
	enum err e = txn_entries(txn, table, &stats.entries);

	if (e == OK)
		e = txn_table_bytes(txn, table, &stats.bytes);
	if (e == OK)
		e = time_at(txn, source, txn_next, &stats.oldest);
	if (e == OK)
		e = time_at(txn, source, txn_prev, &stats.newest);
	if (e == OK)
		*out = stats;
	return e;
}
