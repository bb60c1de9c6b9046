/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/daily.h"

DEFINE_FIELDS(daily_record, DAILY_RECORD)

int64_t
daily_day(int64_t time)
{
	return time > 0 ? time / DAILY_SECONDS : 0;
}

static enum err
get(struct txn *txn, const struct key *key, struct daily_record *record)
{
	enum err e = record_get(
	    txn, TABLE_DAILY, key_slice(key), daily_record_fields(), record);

	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
daily_add(struct txn *txn, const struct key *counter, int64_t now)
{
	struct daily_record record = {.count = 0};
	struct key key = key_before(daily_day(now), key_slice(counter));
	enum err e = get(txn, &key, &record);

	if (e != OK)
		return e;
	record.day = daily_day(now);
	record.count++;
	return record_put(
	    txn, TABLE_DAILY, key_slice(&key), daily_record_fields(), &record);
}

/* The first day behind this one on which anything was counted. */
static enum err
next_day(struct txn *txn, int64_t after, int64_t *day)
{
	struct key from = key_numbered(after + 1, "");
	struct slice key;
	enum err e = txn_next(txn, TABLE_DAILY, key_slice(&from), &key, NULL);

	if (e == OK && key.size < KEY_NUMBER_SIZE)
		return ERR_STORE;
	if (e == OK)
		*day = key_number(key.data);
	return e;
}

enum err
daily_sum(
    struct txn *txn, const struct key *counter, int64_t first, int64_t *count)
{
	int64_t day = first - 1, sum = 0;
	enum err e = OK;

	while ((e = next_day(txn, day, &day)) == OK) {
		struct daily_record record = {.count = 0};
		struct key key = key_before(day, key_slice(counter));

		e = get(txn, &key, &record);
		if (e != OK)
			return e;
		sum += record.count;
	}
	*count = sum;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
daily_sweep(struct txn *txn, int64_t before, size_t limit, size_t *done)
{
	struct slice key;
	enum err e = OK;

	for (*done = 0; *done < limit && e == OK; *done += e == OK) {
		e = txn_next(txn, TABLE_DAILY, text_slice(NULL), &key, NULL);
		if (e != OK)
			break;
		if (key.size >= KEY_NUMBER_SIZE &&
		    key_number(key.data) >= before)
			return OK;
		e = txn_delete(txn, TABLE_DAILY, key);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
