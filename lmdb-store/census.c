/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/census.h"

#include "base/member.h"

#include <stdlib.h>
#include <string.h>

DEFINE_FIELDS(census_record, CENSUS_RECORD)

struct key
census_key(const char *of, const char *state)
{
	struct key key = {0};

	key_add_text(&key, of);
	key_add_end(&key);
	key_add_text(&key, state);
	return key;
}

static enum err
get(struct txn *txn, const struct key *key, struct census_record *record)
{
	return record_get(
	    txn, TABLE_CENSUS, key_slice(key), census_record_fields(), record);
}

static enum err
name(struct census_record *record, const char *of, const char *state)
{
	record->of = strdup(of);
	record->state = strdup(state);
	return record->of != NULL && record->state != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
put(struct txn *txn, const struct key *key, const struct census_record *record)
{
	struct slice value;
	enum err e;

	if (record->count > 0)
		return record_put(txn, TABLE_CENSUS, key_slice(key),
		    census_record_fields(), record);
	e = txn_get(txn, TABLE_CENSUS, key_slice(key), &value);
	if (e == OK)
		e = txn_delete(txn, TABLE_CENSUS, key_slice(key));
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
count(struct txn *txn, enum table table, const char *state, int64_t more)
{
	auto_clear(census_record) struct census_record record = {0};
	const char *of = table_name(table);
	struct key key = census_key(of, state);
	enum err e = get(txn, &key, &record);

	if (e == ERR_NOT_FOUND)
		e = name(&record, of, state);
	if (e == ERR_NO_MEMORY)
		return txn_fail(txn, e);
	if (e != OK)
		return e;
	record.count += more;
	return put(txn, &key, &record);
}

enum err
census_move(struct txn *txn, enum table table, const char *from, const char *to)
{
	enum err e = OK;

	if (from != NULL && to != NULL && strcmp(from, to) == 0)
		return OK;
	if (from != NULL)
		e = count(txn, table, from, -1);
	if (e == OK && to != NULL)
		e = count(txn, table, to, 1);
	return e;
}

enum err
census_get(struct txn *txn, enum table table, const char *state, int64_t *out)
{
	auto_clear(census_record) struct census_record record = {0};
	struct key key = census_key(table_name(table), state);
	enum err e = get(txn, &key, &record);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*out = record.count;
	return OK;
}

enum err
census_sum(struct txn *txn, enum table table, int64_t *out)
{
	auto_clear(census_record) struct census_record record = {0};
	const char *of = table_name(table);
	struct key key = census_key(of, "");
	int64_t sum = 0;
	enum err e = OK;

	while (e == OK) {
		e = record_next(txn, TABLE_CENSUS, key_slice(&key),
		    census_record_fields(), &record);
		if (e == OK && strcmp(record.of, of) != 0)
			e = ERR_NOT_FOUND;
		if (e != OK)
			break;
		sum += record.count;
		key = census_key(of, record.state);
	}
	*out = sum;
	return e == ERR_NOT_FOUND ? OK : e;
}

static bool
is_in_state(struct slice value, const char *state)
{
	auto_json json_t *record = NULL;

	return record_parse(value, &record) == OK &&
	    member_is(record, "state", state);
}

enum err
census_walk(struct txn *txn, enum table table, const char *state, int64_t *out)
{
	struct slice key = text_slice(NULL), value;
	int64_t found = 0;
	enum err e = txn_next(txn, table, key, &key, &value);

	while (e == OK) {
		found += is_in_state(value, state);
		e = txn_next(txn, table, key, &key, &value);
	}
	*out = found;
	return e == ERR_NOT_FOUND ? OK : e;
}
