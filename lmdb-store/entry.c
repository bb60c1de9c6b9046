/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What keys and values of a table are made of. */
enum shape {
	RECORD,		  /* a record under a text */
	NUMBERED,	  /* a record under a number */
	NUMBERED_TEXT,	  /* a record under a number and a text */
	NUMBER_NAME,	  /* number, key of the record */
	TEXT_NAME,	  /* text, zero byte, key of the record */
	NUMBER_TEXT_NAME, /* number, text, zero byte, key of the record */
	NUMBER_VALUE,	  /* number and text; the value is the key */
	TEXT_VALUE,	  /* text; the value is the key */
};

struct source {
	enum shape shape;
	enum table of;			      /* where the record is */
	const struct fields *(*fields)(void); /* NULL: of several kinds */
};

#define OWN(table, fields) [table] = {RECORD, table, fields}
#define INDEX(table, shape, of, fields) [table] = {shape, of, fields}

static const struct source sources[TABLE_COUNT] = {
    OWN(TABLE_META, NULL),
    OWN(TABLE_ALERT, alert_record_fields),
    OWN(TABLE_CENSUS, census_record_fields),
    OWN(TABLE_DEVICE, device_record_fields),
    OWN(TABLE_FAMILY, family_record_fields),
    OWN(TABLE_FLOOD, flood_record_fields),
    OWN(TABLE_SESSION, session_record_fields),
    OWN(TABLE_REVOKED, revoked_record_fields),
    OWN(TABLE_REPLAY, replay_record_fields),
    OWN(TABLE_SIGNKEY, signkey_record_fields),
    OWN(TABLE_JWKS, jwks_record_fields),
    OWN(TABLE_CODE, code_record_fields),
    OWN(TABLE_UPKEEP, upkeep_record_fields),
    OWN(TABLE_COUNTER, counter_record_fields),
    OWN(TABLE_REFUSALS, refusals_record_fields),
    OWN(TABLE_USER, user_record_fields),
    [TABLE_HOLDING] = {NUMBERED, TABLE_HOLDING, holding_record_fields},
    OWN(TABLE_FLAG, flag_record_fields),
    OWN(TABLE_FLAG_OVERRIDE, flag_override_record_fields),
    [TABLE_FLAG_CHANGE] = {NUMBERED, TABLE_FLAG_CHANGE,
	flag_change_record_fields},
    [TABLE_DAILY] = {NUMBERED_TEXT, TABLE_DAILY, daily_record_fields},
    [TABLE_ASIDE] = {NUMBER_NAME, TABLE_ASIDE, NULL},
    [TABLE_CHECKPOINT] = {NUMBERED, TABLE_CHECKPOINT, checkpoint_record_fields},
    [TABLE_AUDIT] = {NUMBERED, TABLE_AUDIT, audit_record_fields},
    INDEX(
	TABLE_DEVICE_BY_USER, NUMBER_NAME, TABLE_DEVICE, device_record_fields),
    INDEX(TABLE_DEVICE_ACTIVE, NUMBER_NAME, TABLE_DEVICE, device_record_fields),
    INDEX(
	TABLE_DEVICE_BY_TIME, NUMBER_NAME, TABLE_DEVICE, device_record_fields),
    INDEX(
	TABLE_DEVICE_BY_ORIGIN, TEXT_VALUE, TABLE_DEVICE, device_record_fields),
    INDEX(
	TABLE_FAMILY_BY_TIME, NUMBER_NAME, TABLE_FAMILY, family_record_fields),
    INDEX(TABLE_FAMILY_BY_CLAIMS, NUMBER_TEXT_NAME, TABLE_FAMILY,
	family_record_fields),
    INDEX(TABLE_SESSION_LIVE, TEXT_NAME, TABLE_SESSION, session_record_fields),
    INDEX(TABLE_SESSION_BY_DEVICE, TEXT_NAME, TABLE_SESSION,
	session_record_fields),
    INDEX(TABLE_SESSION_BY_EXPIRY, NUMBER_NAME, TABLE_SESSION,
	session_record_fields),
    INDEX(TABLE_SESSION_BY_END, NUMBER_NAME, TABLE_SESSION,
	session_record_fields),
    INDEX(TABLE_REPLAY_BY_EXPIRY, NUMBER_NAME, TABLE_REPLAY,
	replay_record_fields),
    INDEX(TABLE_REVOKED_BY_EXPIRY, NUMBER_NAME, TABLE_REVOKED,
	revoked_record_fields),
    INDEX(TABLE_CODE_BY_USER, NUMBER_VALUE, TABLE_CODE, code_record_fields),
    INDEX(TABLE_CODE_BY_EXPIRY, NUMBER_NAME, TABLE_CODE, code_record_fields),
    INDEX(TABLE_FLOOD_BY_TIME, NUMBER_NAME, TABLE_FLOOD, flood_record_fields),
    INDEX(TABLE_REFUSALS_BY_TIME, NUMBER_NAME, TABLE_REFUSALS,
	refusals_record_fields),
};

/* What is behind the first zero byte; empty: there is none, or nothing. */
static struct slice
behind_text(struct slice key)
{
	const char *end = memchr(key.data, '\0', key.size);

	return end == NULL
	    ? (struct slice){NULL, 0}
	    : slice_from(key, (size_t)(end + 1 - (const char *)key.data));
}

static bool
has_form(const struct entry *entry)
{
	switch (sources[entry->table].shape) {
	case NUMBERED:
		return entry->key.size == KEY_NUMBER_SIZE;
	case NUMBERED_TEXT:
	case NUMBER_NAME:
	case NUMBER_VALUE:
		return entry->key.size > KEY_NUMBER_SIZE;
	case TEXT_NAME:
		return behind_text(entry->key).size > 0;
	case NUMBER_TEXT_NAME:
		return entry->key.size > KEY_NUMBER_SIZE &&
		    behind_text(slice_from(entry->key, KEY_NUMBER_SIZE)).size >
		    0;
	case RECORD:
	case TEXT_VALUE:
		break;
	}
	return true;
}

struct slice
entry_names(const struct entry *entry)
{
	switch (sources[entry->table].shape) {
	case NUMBER_NAME:
		return slice_from(entry->key, KEY_NUMBER_SIZE);
	case TEXT_NAME:
		return behind_text(entry->key);
	case NUMBER_TEXT_NAME:
		return behind_text(slice_from(entry->key, KEY_NUMBER_SIZE));
	case NUMBER_VALUE:
	case TEXT_VALUE:
		return entry->value;
	case RECORD:
	case NUMBERED:
	case NUMBERED_TEXT:
		break;
	}
	return entry->key;
}

static bool
is_index(const struct entry *entry)
{
	return table_version(entry->table) == 0;
}

/* What can be said of a record before its members are looked at. */
static enum entry_state
state_of(const struct entry *entry)
{
	auto_json json_t *record = json_loadb(
	    entry->value.data, entry->value.size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *version = json_object_get(record, "v");

	if (!json_is_object(record))
		return ENTRY_NO_JSON;
	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return ENTRY_NO_VERSION;
	if (json_integer_value(version) > table_version(entry->table))
		return ENTRY_NEWER;
	return ENTRY_UNREADABLE;
}

static bool
is_fault(const struct entry *entry, enum err e)
{
	return e == ERR_NO_MEMORY || txn_error(entry->txn) != OK;
}

/* Why it could not be read; only then the record is looked at again. */
static enum entry_state
why_unread(const struct entry *entry)
{
	return is_index(entry) ? ENTRY_DANGLING : state_of(entry);
}

enum err
entry_read(struct entry *entry, enum entry_state *state)
{
	const struct source *source = &sources[entry->table];
	enum err e;

	if (!has_form(entry)) {
		*state = ENTRY_NO_KEY;
		return OK;
	}
	if (source->fields == NULL) {
		*state = state_of(entry);
		if (*state == ENTRY_UNREADABLE)
			*state = ENTRY_READ;
		return OK;
	}
	e = record_get(entry->txn, source->of, entry_names(entry),
	    source->fields(), &entry->record);
	if (e != OK && is_fault(entry, e))
		return e;
	*state = e == OK ? ENTRY_READ : why_unread(entry);
	return OK;
}

void
entry_clear(struct entry *entry)
{
	const struct source *source = &sources[entry->table];

	if (source->fields != NULL)
		fields_clear(source->fields(), &entry->record);
}

struct printing {
	char *text;
	size_t size, used;
};

static void
print(struct printing *printing, const char *text)
{
	size_t length = strlen(text);

	if (printing->used + length >= printing->size)
		return;
	memcpy(printing->text + printing->used, text, length + 1);
	printing->used += length;
}

static void
print_bytes(struct printing *printing, struct slice bytes)
{
	const unsigned char *byte = bytes.data;
	char text[4];

	for (size_t i = 0; i < bytes.size; i++) {
		bool plain = byte[i] > ' ' && byte[i] < 0x7f;

		snprintf(text, sizeof(text), plain ? "%c" : "%02x", byte[i]);
		print(printing, byte[i] == '\0' ? " " : text);
	}
}

void
entry_show_key(const struct entry *entry, char *text, size_t size)
{
	enum shape shape = sources[entry->table].shape;
	struct printing printing = {text, size, 0};
	struct slice rest = entry->key;
	char number[24];

	text[0] = '\0';
	if (shape == NUMBERED || shape == NUMBERED_TEXT ||
	    shape == NUMBER_NAME || shape == NUMBER_TEXT_NAME ||
	    shape == NUMBER_VALUE) {
		if (has_form(entry)) {
			snprintf(number, sizeof(number), "%" PRId64,
			    key_number(rest.data));
			print(&printing, number);
			rest = slice_from(rest, KEY_NUMBER_SIZE);
			print(&printing, rest.size > 0 ? " " : "");
		}
	}
	print_bytes(&printing, rest);
}
