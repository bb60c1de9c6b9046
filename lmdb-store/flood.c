/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/flood.h"

#include "base/base64url.h"
#include "base/network.h"
#include "lmdb-store/key.h"
#include "lmdb-store/times.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN "flood"
#define HASH_BYTES 15 /* of a hash, which is 20 characters */
#define HASH_TEXT_SIZE BASE64URL_TEXT_SIZE(HASH_BYTES)
#define KEY_TEXT_SIZE (4 * (FIELD_STR_MAX + 1) + 32)

DEFINE_FIELDS(flood_record, FLOOD_RECORD)

/* What denials that are alike have in common; borrowed. */
struct kind {
	const char *event, *reason, *service, *network;
	int64_t caller_uid;
	char id[HASH_TEXT_SIZE + 1];
};

static const char *
or_none(const char *text)
{
	return text != NULL ? text : "";
}

static enum err
hash_text(const struct seal *seal, const char *text, char out[])
{
	uint8_t hash[SEAL_HASH_SIZE];
	enum err e = seal_hash(seal, DOMAIN, text_slice(text), hash);

	if (e == OK)
		base64url_encode(out, hash, HASH_BYTES);
	return e;
}

static enum err
identify(const struct seal *seal, struct kind *kind)
{
	char text[KEY_TEXT_SIZE];

	snprintf(text, sizeof(text), "%s\n%s\n%s\n%s\n%" PRId64, kind->event,
	    kind->reason, or_none(kind->service), or_none(kind->network),
	    kind->caller_uid);
	return hash_text(seal, text, kind->id);
}

/* What cannot be read is begun anew: it must not make a fault of a denial. */
static enum err
get(struct txn *txn, const char *id, struct flood_record *record)
{
	enum err e = record_get(
	    txn, TABLE_FLOOD, text_slice(id), flood_record_fields(), record);

	if ((e == ERR_STORE || e == ERR_STORE_NEWER) && txn_error(txn) == OK)
		return ERR_NOT_FOUND;
	if (e == OK && strcmp(record->id, id) != 0) {
		flood_record_clear(record);
		return ERR_NOT_FOUND;
	}
	return e;
}

static enum err
put(struct txn *txn, const struct flood_record *record)
{
	return record_put(txn, TABLE_FLOOD, text_slice(record->id),
	    flood_record_fields(), record);
}

static enum err
copy(char **member, const char *text)
{
	if (text == NULL)
		return OK;
	*member = strdup(text);
	return *member != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
begin(struct flood_record *record, const struct kind *kind, int64_t now)
{
	enum err e = copy(&record->id, kind->id);

	if (e == OK)
		e = copy(&record->event, kind->event);
	if (e == OK)
		e = copy(&record->reason, kind->reason);
	if (e == OK)
		e = copy(&record->service, kind->service);
	if (e == OK)
		e = copy(&record->network, kind->network);
	record->caller_uid = kind->caller_uid;
	record->due = now + FLOOD_SECONDS;
	record->users = json_array();
	return record->users != NULL ? e : ERR_NO_MEMORY;
}

static bool
has_text(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

static enum err
note_user(
    const struct seal *seal, struct flood_record *record, const char *user)
{
	char hash[HASH_TEXT_SIZE + 1];
	enum err e;

	if (user == NULL || record->more_users)
		return OK;
	e = hash_text(seal, user, hash);
	if (e != OK || has_text(record->users, hash))
		return e;
	if (json_array_size(record->users) == FLOOD_USERS_MAX) {
		record->more_users = true;
		return OK;
	}
	return json_array_append_new(record->users, json_string(hash)) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
count(const struct seal *seal, struct flood_record *record,
    const struct audit_record *denial)
{
	if (record->count++ == 0)
		record->first = denial->time;
	record->last = denial->time;
	return note_user(seal, record, denial->user);
}

/* The window of this kind: the one that there is, a new one, or, where there is
 * no room for it, ERR_NOT_FOUND. */
static enum err
find(struct txn *txn, const struct kind *kind, int64_t now, size_t windows,
    bool other, struct flood_record *record)
{
	enum err e = get(txn, kind->id, record);

	if (e != ERR_NOT_FOUND || (windows >= FLOOD_WINDOWS_MAX && !other))
		return e;
	e = begin(record, kind, now);
	if (e != OK)
		return txn_fail(txn, e);
	return times_add(txn, TABLE_FLOOD_BY_TIME, record->due, record->id);
}

/* A flood with a kind for each of its denials would begin windows without end.
 * Event and reason are the agent's own words, of which there are few. */
static enum err
find_other(struct txn *txn, const struct seal *seal, struct kind kind,
    int64_t now, struct flood_record *record)
{
	enum err e;

	kind.service = NULL;
	kind.network = FLOOD_OTHER;
	kind.caller_uid = -1;
	e = identify(seal, &kind);
	return e == OK ? find(txn, &kind, now, 0, true, record) : e;
}

static enum err
add(struct txn *txn, const struct seal *seal, const struct audit_record *denial,
    size_t windows, struct flood_record *record, bool *summed)
{
	int64_t each = windows > FLOOD_BUSY ? 1 : FLOOD_EACH;
	enum err e = OK;

	*summed = record->recorded >= each;
	if (*summed)
		e = count(seal, record, denial);
	else
		record->recorded++;
	return e == OK ? put(txn, record) : txn_fail(txn, e);
}

enum err
flood_add(struct txn *txn, const struct seal *seal,
    const struct audit_record *denial, int64_t now, bool *summed)
{
	auto_clear(flood_record) struct flood_record record = {0};
	struct kind kind = {.event = denial->event,
	    .reason = denial->reason,
	    .service = denial->service,
	    .caller_uid = denial->caller_uid};
	char network[NETWORK_TEXT_SIZE];
	size_t windows = 0;
	enum err e = txn_entries(txn, TABLE_FLOOD, &windows);

	if (denial->rhost != NULL && denial->rhost[0] != '\0') {
		network_text(
		    denial->rhost, NETWORK_V4_SITE, NETWORK_V6_LINK, network);
		kind.network = network;
	}
	if (e == OK)
		e = identify(seal, &kind);
	if (e == OK)
		e = find(txn, &kind, now, windows, false, &record);
	if (e == ERR_NOT_FOUND)
		e = find_other(txn, seal, kind, now, &record);
	return e == OK ? add(txn, seal, denial, windows, &record, summed) : e;
}

/* An entry of the index whose window is not there any more, as it could not be
 * read, leads nowhere. */
enum err
flood_first_due(struct txn *txn, int64_t until, struct flood_record *record)
{
	struct times_entry first;
	enum err e;

	for (;;) {
		e = times_first(txn, TABLE_FLOOD_BY_TIME, until, &first);
		if (e != OK)
			return e;
		e = get(txn, first.id, record);
		if (e == OK && record->due == first.time)
			return OK;
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		e = times_remove(
		    txn, TABLE_FLOOD_BY_TIME, first.time, first.id);
		if (e != OK)
			return e;
	}
}

enum err
flood_remove(struct txn *txn, const struct flood_record *record)
{
	enum err e = txn_delete(txn, TABLE_FLOOD, text_slice(record->id));

	if (e == ERR_NOT_FOUND)
		return txn_fail(txn, ERR_INTERNAL);
	return e == OK
	    ? times_remove(txn, TABLE_FLOOD_BY_TIME, record->due, record->id)
	    : e;
}
