/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/stats.h"

#include "lmdb-store/audit.h"
#include "lmdb-store/device.h"
#include "lmdb-store/key.h"
#include "lmdb-store/session.h"

static enum err
oldest_device(struct txn *txn, int64_t *time)
{
	auto_clear(device_record) struct device_record first = {0};
	enum err e = device_next(txn, NULL, &first);

	*time = first.created;
	return e;
}

static enum err
oldest_session(struct txn *txn, int64_t *time)
{
	auto_clear(session_record) struct session_record first = {0};
	enum err e = session_next(txn, NULL, &first);

	*time = first.created;
	return e;
}

static enum err
oldest_event(struct txn *txn, int64_t *time)
{
	auto_clear(audit_record) struct audit_record first = {0};
	enum err e = audit_next(txn, 0, &first);

	*time = first.time;
	return e;
}

/* An index whose keys begin with a time. */
static enum err
oldest_entry(struct txn *txn, enum table table, int64_t *time)
{
	struct slice key;
	enum err e = txn_next(txn, table, text_slice(NULL), &key, NULL);

	if (e == OK && key.size <= KEY_NUMBER_SIZE)
		return ERR_STORE;
	*time = e == OK ? key_number(key.data) : 0;
	return e;
}

static enum err
oldest(struct txn *txn, enum table table, int64_t *time)
{
	switch (table) {
	case TABLE_DEVICE:
		return oldest_device(txn, time);
	case TABLE_SESSION:
		return oldest_session(txn, time);
	case TABLE_AUDIT:
		return oldest_event(txn, time);
	case TABLE_FAMILY:
		return oldest_entry(txn, TABLE_FAMILY_BY_TIME, time);
	case TABLE_REPLAY:
		return oldest_entry(txn, TABLE_REPLAY_BY_EXPIRY, time);
	case TABLE_REFUSALS:
		return oldest_entry(txn, TABLE_REFUSALS_BY_TIME, time);
	case TABLE_REVOKED:
		return oldest_entry(txn, TABLE_REVOKED_BY_EXPIRY, time);
	case TABLE_CODE:
		return oldest_entry(txn, TABLE_CODE_BY_EXPIRY, time);
	case TABLE_CODE_BY_EXPIRY:
	case TABLE_DEVICE_BY_TIME:
	case TABLE_FAMILY_BY_TIME:
	case TABLE_REFUSALS_BY_TIME:
	case TABLE_REPLAY_BY_EXPIRY:
	case TABLE_REVOKED_BY_EXPIRY:
	case TABLE_SESSION_BY_END:
	case TABLE_SESSION_BY_EXPIRY:
		return oldest_entry(txn, table, time);
	default:
		*time = 0;
		return OK;
	}
}

enum err
table_stats(struct txn *txn, enum table table, struct table_stats *out)
{
	struct table_stats stats = {0};
	enum err e = txn_entries(txn, table, &stats.entries);

	if (e == OK)
		e = oldest(txn, table, &stats.oldest);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*out = stats;
	return OK;
}
