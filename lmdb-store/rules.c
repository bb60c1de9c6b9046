/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/rules.h"

#include "lmdb-store/schema.h"
#include "lmdb-store/times.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RULES_MAX 12

static bool
has(const struct entry *entry, enum table table, const struct key *key)
{
	struct slice value;

	return txn_get(entry->txn, table, key_slice(key), &value) == OK;
}

/* Has it exactly when `wanted`. */
static bool
has_if(const struct entry *entry, enum table table, bool wanted,
    const struct key *key)
{
	return has(entry, table, key) == wanted;
}

static bool
is_text(struct slice slice, const char *text)
{
	return text != NULL && slice.size == strlen(text) &&
	    memcmp(slice.data, text, slice.size) == 0;
}

static bool
is_one_of(const char *text, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (strcmp(text, *texts) == 0)
			return true;
	return false;
}

static struct key
text_key(const char *first, const char *second)
{
	struct key key = {0};

	key_add_text(&key, first);
	if (second != NULL) {
		key_add_end(&key);
		key_add_text(&key, second);
	}
	return key;
}

static int64_t
number_of(const struct entry *entry)
{
	return key_number(entry->key.data);
}

/* An index by time has nothing before 1970. */
static bool
is_time(const struct entry *entry, int64_t time)
{
	return number_of(entry) == (time > 0 ? time : 0);
}

/* Devices. */

#define DEVICE(entry) (&(entry)->record.device)

static bool
device_is_active(const struct entry *entry)
{
	return strcmp(DEVICE(entry)->state, DEVICE_ACTIVE) == 0;
}

static int64_t
device_alive(const struct entry *entry)
{
	return DEVICE(entry)->alive != 0 ? DEVICE(entry)->alive
					 : DEVICE(entry)->created;
}

static bool
device_id(const struct entry *entry)
{
	return is_text(entry->key, DEVICE(entry)->id);
}

static bool
device_state(const struct entry *entry)
{
	static const char *const states[] = {
	    DEVICE_ACTIVE, DEVICE_REVOKED, DEVICE_IMPORTED, NULL};

	return is_one_of(DEVICE(entry)->state, states);
}

static bool
device_by_user(const struct entry *entry)
{
	struct key key = key_numbered(DEVICE(entry)->uid, DEVICE(entry)->id);

	return has(entry, TABLE_DEVICE_BY_USER, &key);
}

static bool
device_active(const struct entry *entry)
{
	struct key key = key_numbered(DEVICE(entry)->uid, DEVICE(entry)->id);

	return has_if(
	    entry, TABLE_DEVICE_ACTIVE, device_is_active(entry), &key);
}

static bool
device_by_time(const struct entry *entry)
{
	struct key key = times_key(device_alive(entry), DEVICE(entry)->id);

	return has(entry, TABLE_DEVICE_BY_TIME, &key);
}

static bool
device_by_origin(const struct entry *entry)
{
	struct slice value;

	return DEVICE(entry)->origin == NULL ||
	    (txn_get(entry->txn, TABLE_DEVICE_BY_ORIGIN,
		 text_slice(DEVICE(entry)->origin), &value) == OK &&
		is_text(value, DEVICE(entry)->id));
}

/* Its family is there and knows the device as its own. */
static bool
device_family(const struct entry *entry)
{
	auto_clear(family_record) struct family_record family = {0};
	const char *id = DEVICE(entry)->family;

	return id == NULL ||
	    (family_get(entry->txn, id, &family) == OK &&
		strcmp(family.device, DEVICE(entry)->id) == 0);
}

/* How many there are in its state is counted. */
static bool
is_counted(const struct entry *entry, const char *state)
{
	struct key key = census_key(table_name(entry->table), state);

	return has(entry, TABLE_CENSUS, &key);
}

static bool
device_counted(const struct entry *entry)
{
	return is_counted(entry, DEVICE(entry)->state);
}

static bool
device_user_right(const struct entry *entry)
{
	return number_of(entry) == DEVICE(entry)->uid;
}

static bool
device_time_right(const struct entry *entry)
{
	return is_time(entry, device_alive(entry));
}

static bool
device_origin_right(const struct entry *entry)
{
	return is_text(entry->key, DEVICE(entry)->origin);
}

/* Families. */

#define FAMILY(entry) (&(entry)->record.family)

static int64_t
family_alive(const struct entry *entry)
{
	return FAMILY(entry)->alive != 0 ? FAMILY(entry)->alive
					 : FAMILY(entry)->created;
}

static bool
family_id(const struct entry *entry)
{
	return is_text(entry->key, FAMILY(entry)->id);
}

static bool
family_state(const struct entry *entry)
{
	static const char *const states[] = {
	    FAMILY_ACTIVE, FAMILY_REVOKED, NULL};

	return is_one_of(FAMILY(entry)->state, states);
}

static bool
family_device(const struct entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};

	return device_get(entry->txn, FAMILY(entry)->device, &device) == OK &&
	    device.uid == FAMILY(entry)->uid;
}

static bool
family_by_time(const struct entry *entry)
{
	struct key key = times_key(family_alive(entry), FAMILY(entry)->id);

	return has(entry, TABLE_FAMILY_BY_TIME, &key);
}

static struct holder
family_holder(const struct entry *entry)
{
	return (struct holder){family_claims(FAMILY(entry)), FAMILY(entry)->uid,
	    FAMILY(entry)->id};
}

static bool
family_is_active(const struct entry *entry)
{
	return strcmp(FAMILY(entry)->state, FAMILY_ACTIVE) == 0;
}

static bool
family_by_claims(const struct entry *entry)
{
	struct holder holder = family_holder(entry);
	struct key key = holding_key(&holder);

	return has_if(
	    entry, TABLE_FAMILY_BY_CLAIMS, family_is_active(entry), &key);
}

static bool
family_claims_right(const struct entry *entry)
{
	struct holder holder = family_holder(entry);
	struct key key = holding_key(&holder);

	return family_is_active(entry) && key.size == entry->key.size &&
	    memcmp(key.data, entry->key.data, key.size) == 0;
}

/* The entry's version is among those that are counted. */
static bool
family_claims_counted(const struct entry *entry)
{
	struct key key = key_numbered(number_of(entry), "");

	return has(entry, TABLE_HOLDING, &key);
}

static bool
family_sealed(const struct entry *entry)
{
	auto_free(secret) struct secret *secret = NULL;

	return entry->seal == NULL ||
	    family_secret(entry->seal, FAMILY(entry), &secret) == OK;
}

static bool
family_time_right(const struct entry *entry)
{
	return is_time(entry, family_alive(entry));
}

/* Versions of claims, and users. */

static bool
holding_key_right(const struct entry *entry)
{
	return number_of(entry) == entry->record.holding.version;
}

/* All versions together have as many devices as the index has entries. */
static bool
holding_sum(const struct entry *entry)
{
	auto_clear(holding_record) struct holding_record counts = {0};
	int64_t devices = 0;
	size_t entries;
	enum err e = OK;

	while (e == OK) {
		e = holding_next(entry->txn, counts.version, &counts);
		devices += e == OK ? counts.devices : 0;
	}
	return e == ERR_NOT_FOUND &&
	    txn_entries(entry->txn, TABLE_FAMILY_BY_CLAIMS, &entries) == OK &&
	    devices == (int64_t)entries;
}

/* Nobody waits for a rule that goes through a large store. */
#define COUNTED_MAX 4096

static bool
holding_counts(const struct entry *entry)
{
	const struct holding_record *counts = &entry->record.holding;
	auto_clear(holding_record) struct holding_record found = {0};

	if (counts->devices > COUNTED_MAX)
		return counts->users > 0 && counts->users <= counts->devices;
	return holding_count(entry->txn, counts->version, &found) == OK &&
	    counts->devices == found.devices && counts->users == found.users;
}

static bool
user_key(const struct entry *entry)
{
	char uid[24];

	snprintf(uid, sizeof(uid), "%" PRId64, entry->record.user.uid);
	return is_text(entry->key, uid);
}

static bool
user_attributes(const struct entry *entry)
{
	const char *name;
	json_t *value;

	json_object_foreach (entry->record.user.attributes, name, value)
		if (!json_is_string(value) && !json_is_integer(value) &&
		    !json_is_boolean(value))
			return false;
	return true;
}

/* Sessions. */

#define SESSION(entry) (&(entry)->record.session)

static bool
session_id(const struct entry *entry)
{
	return is_text(entry->key, SESSION(entry)->id);
}

static bool
session_state(const struct entry *entry)
{
	static const char *const states[] = {SESSION_PENDING, SESSION_ACTIVE,
	    SESSION_CLOSED, SESSION_EXPIRED, SESSION_REVOKED, NULL};

	return is_one_of(SESSION(entry)->state, states);
}

/* What has ended may be kept longer than its device. */
static bool
session_device(const struct entry *entry)
{
	auto_clear(device_record) struct device_record device = {0};

	return !session_is_live(SESSION(entry)) ||
	    (device_get(entry->txn, SESSION(entry)->device, &device) == OK &&
		device.uid == SESSION(entry)->uid);
}

static bool
session_live(const struct entry *entry)
{
	struct key key = text_key(SESSION(entry)->device, SESSION(entry)->id);

	return has_if(
	    entry, TABLE_SESSION_LIVE, session_is_live(SESSION(entry)), &key);
}

static bool
session_by_device(const struct entry *entry)
{
	struct key key = text_key(SESSION(entry)->device, SESSION(entry)->id);

	return has(entry, TABLE_SESSION_BY_DEVICE, &key);
}

static bool
session_by_expiry(const struct entry *entry)
{
	struct key key = key_numbered(SESSION(entry)->due, SESSION(entry)->id);

	return has_if(
	    entry, TABLE_SESSION_BY_EXPIRY, SESSION(entry)->due != 0, &key);
}

static bool
session_by_end(const struct entry *entry)
{
	struct key key =
	    key_numbered(SESSION(entry)->ended, SESSION(entry)->id);

	return has_if(entry, TABLE_SESSION_BY_END,
	    !session_is_live(SESSION(entry)), &key);
}

static bool
session_counted(const struct entry *entry)
{
	return is_counted(entry, SESSION(entry)->state);
}

static bool
session_device_right(const struct entry *entry)
{
	return is_text((struct slice){entry->key.data,
			   strlen((const char *)entry->key.data)},
	    SESSION(entry)->device);
}

static bool
session_live_right(const struct entry *entry)
{
	return session_is_live(SESSION(entry)) && session_device_right(entry);
}

static bool
session_expiry_right(const struct entry *entry)
{
	return SESSION(entry)->due != 0 &&
	    number_of(entry) == SESSION(entry)->due;
}

static bool
session_end_right(const struct entry *entry)
{
	return !session_is_live(SESSION(entry)) &&
	    is_time(entry, SESSION(entry)->ended);
}

/* How many there are in each state. */

#define CENSUS(entry) (&(entry)->record.census)

static bool
census_right(const struct entry *entry)
{
	struct key key = census_key(CENSUS(entry)->of, CENSUS(entry)->state);

	return key.size == entry->key.size &&
	    memcmp(key.data, entry->key.data, key.size) == 0;
}

static enum table
census_table(const struct entry *entry)
{
	return strcmp(CENSUS(entry)->of, table_name(TABLE_DEVICE)) == 0
	    ? TABLE_DEVICE
	    : TABLE_SESSION;
}

/* A walk reads each record. */
#define WALKED_MAX 1024

static bool
census_counts(const struct entry *entry)
{
	enum table table = census_table(entry);
	size_t entries = 0;
	int64_t found = 0;

	if (txn_entries(entry->txn, table, &entries) != OK)
		return false;
	if (entries > WALKED_MAX)
		return CENSUS(entry)->count > 0;
	return census_walk(entry->txn, table, CENSUS(entry)->state, &found) ==
	    OK &&
	    found == CENSUS(entry)->count;
}

/* Those that live have an index by themselves. */
static bool
census_live(const struct entry *entry)
{
	bool devices = census_table(entry) == TABLE_DEVICE;
	int64_t pending = 0, active = 0;
	size_t live = 0;
	enum err e = txn_entries(entry->txn,
	    devices ? TABLE_DEVICE_ACTIVE : TABLE_SESSION_LIVE, &live);

	if (e == OK && !devices)
		e = census_get(
		    entry->txn, TABLE_SESSION, SESSION_PENDING, &pending);
	if (e == OK)
		e = census_get(entry->txn, census_table(entry),
		    devices ? DEVICE_ACTIVE : SESSION_ACTIVE, &active);
	return e == OK && pending + active == (int64_t)live;
}

static bool
census_adds_up(const struct entry *entry)
{
	enum table table = census_table(entry);
	size_t entries = 0;
	int64_t sum = 0;

	return txn_entries(entry->txn, table, &entries) == OK &&
	    census_sum(entry->txn, table, &sum) == OK &&
	    sum == (int64_t)entries;
}

/* Marks. */

static bool
revoked_by_expiry(const struct entry *entry)
{
	struct key key = key_before(entry->record.revoked.until, entry->key);

	return has(entry, TABLE_REVOKED_BY_EXPIRY, &key);
}

static bool
revoked_expiry_right(const struct entry *entry)
{
	return number_of(entry) == entry->record.revoked.until;
}

static bool
replay_by_expiry(const struct entry *entry)
{
	struct key key = key_before(entry->record.replay.until, entry->key);

	return has(entry, TABLE_REPLAY_BY_EXPIRY, &key);
}

static bool
replay_expiry_right(const struct entry *entry)
{
	return number_of(entry) == entry->record.replay.until;
}

/* Login codes. */

#define CODE(entry) (&(entry)->record.code)

static bool
code_key(const struct entry *entry)
{
	return is_text(entry->key, CODE(entry)->hash);
}

static bool
code_by_user(const struct entry *entry)
{
	struct key key = key_numbered(CODE(entry)->uid, CODE(entry)->id);
	struct slice value;

	return txn_get(entry->txn, TABLE_CODE_BY_USER, key_slice(&key),
		   &value) == OK &&
	    is_text(value, CODE(entry)->hash);
}

static bool
code_by_expiry(const struct entry *entry)
{
	struct key key = key_numbered(CODE(entry)->expires, CODE(entry)->hash);

	return has(entry, TABLE_CODE_BY_EXPIRY, &key);
}

static bool
code_user_right(const struct entry *entry)
{
	return number_of(entry) == CODE(entry)->uid &&
	    is_text(slice_from(entry->key, KEY_NUMBER_SIZE), CODE(entry)->id);
}

static bool
code_expiry_right(const struct entry *entry)
{
	return is_time(entry, CODE(entry)->expires);
}

/* Counters. */

static bool
upkeep_job(const struct entry *entry)
{
	return is_text(entry->key, entry->record.upkeep.job);
}

static bool
counter_right(const struct entry *entry)
{
	struct key key = counter_key(&entry->record.counter);

	return entry->key.size == key.size &&
	    slice_has_prefix(entry->key, key_slice(&key));
}

/* Flags. */

static bool
flag_key(const struct entry *entry)
{
	return is_text(entry->key, entry->record.flag.name);
}

static bool
flag_needed(const struct entry *entry)
{
	const struct flag_record *flag = &entry->record.flag;

	return flag->percent != FLAG_UNSET || flag->overrides_on > 0 ||
	    flag->overrides_off > 0;
}

static bool
is_percent(int64_t percent)
{
	return percent >= FLAG_UNSET && percent <= 100;
}

static bool
flag_percent(const struct entry *entry)
{
	return is_percent(entry->record.flag.percent);
}

static bool
override_key(const struct entry *entry)
{
	const struct flag_override_record *record =
	    &entry->record.flag_override;
	struct key key = flag_override_key(record->flag, record->user);

	return entry->key.size == key.size &&
	    slice_has_prefix(entry->key, key_slice(&key));
}

static bool
override_state(const struct entry *entry)
{
	int64_t percent = entry->record.flag_override.percent;

	return percent == 0 || percent == 100;
}

/* A flag without a record is not looked at for overrides. */
static bool
override_counted(const struct entry *entry)
{
	const struct flag_override_record *record =
	    &entry->record.flag_override;
	auto_clear(flag_record) struct flag_record flag = {0};

	return flag_get(entry->txn, record->flag, &flag) == OK &&
	    (record->percent > 0 ? flag.overrides_on : flag.overrides_off) > 0;
}

static bool
change_seq(const struct entry *entry)
{
	return number_of(entry) == entry->record.flag_change.seq;
}

/* Refusals. */

static bool
refusals_key(const struct entry *entry)
{
	char uid[24];

	snprintf(uid, sizeof(uid), "%" PRId64, entry->record.refusals.uid);
	return is_text(entry->key, uid);
}

static bool
refusals_by_time(const struct entry *entry)
{
	struct key key = key_before(entry->record.refusals.since, entry->key);

	return has(entry, TABLE_REFUSALS_BY_TIME, &key);
}

static bool
refusals_time_right(const struct entry *entry)
{
	return is_time(entry, entry->record.refusals.since);
}

/* Floods. */

static bool
flood_id(const struct entry *entry)
{
	return is_text(entry->key, entry->record.flood.id);
}

static bool
flood_by_time(const struct entry *entry)
{
	struct key key =
	    times_key(entry->record.flood.due, entry->record.flood.id);

	return has(entry, TABLE_FLOOD_BY_TIME, &key);
}

static bool
flood_time_right(const struct entry *entry)
{
	return is_time(entry, entry->record.flood.due);
}

/* Keys. */

static bool
signkey_kid(const struct entry *entry)
{
	return is_text(entry->key, entry->record.signkey.kid);
}

static bool
signkey_sealed(const struct entry *entry)
{
	auto_free(secret) struct secret *private = NULL;

	return entry->seal == NULL || entry->record.signkey.private == NULL ||
	    signkey_private(entry->seal, &entry->record.signkey, &private) ==
	    OK;
}

/* Once a key does not sign any more its private half is gone. */
static bool
signkey_half(const struct entry *entry)
{
	const struct signkey_record *record = &entry->record.signkey;
	bool retired = strcmp(record->state, SIGNKEY_RETIRED) == 0;

	return retired == (record->private == NULL) &&
	    retired == (record->public != NULL);
}

static bool
alert_name(const struct entry *entry)
{
	return is_text(entry->key, entry->record.alert.name);
}

static bool
jwks_name(const struct entry *entry)
{
	return is_text(entry->key, entry->record.jwks.name);
}

/* Audit. */

static bool
audit_seq(const struct entry *entry)
{
	return number_of(entry) == entry->record.audit.seq &&
	    entry->record.audit.seq > 0;
}

/* The record before may have been swept since it was looked at, and then
 * others with it. */
static bool
audit_gap(const struct entry *entry)
{
	struct slice value;

	return entry->before.size != KEY_NUMBER_SIZE ||
	    number_of(entry) == key_number(entry->before.data) + 1 ||
	    txn_get(entry->txn, TABLE_AUDIT, entry->before, &value) ==
	    ERR_NOT_FOUND;
}

static bool
audit_link(const struct entry *entry)
{
	return entry->seal == NULL ||
	    audit_check_link(entry->txn, entry->seal, &entry->record.audit) ==
	    OK;
}

static bool
is_audit_ends(const struct entry *entry)
{
	return entry->key.size == strlen(AUDIT_ENDS_KEY) &&
	    memcmp(entry->key.data, AUDIT_ENDS_KEY, entry->key.size) == 0;
}

static bool
audit_last(const struct entry *entry)
{
	return !is_audit_ends(entry) || entry->seal == NULL ||
	    audit_check_last(entry->txn, entry->seal) == OK;
}

static bool
audit_heads(const struct entry *entry)
{
	return !is_audit_ends(entry) || entry->seal == NULL ||
	    checkpoint_check(entry->txn, entry->seal) == OK;
}

static bool
checkpoint_seq(const struct entry *entry)
{
	return number_of(entry) == entry->record.checkpoint.seq;
}

/* What newer versions put aside is theirs. */
static bool
aside_taken_back(const struct entry *entry)
{
	return number_of(entry) > SCHEMA_VERSION;
}

static bool
daily_right(const struct entry *entry)
{
	return number_of(entry) == entry->record.daily.day;
}

/* And has as much in all. */
static bool
daily_of_counter(const struct entry *entry)
{
	auto_clear(counter_record) struct counter_record total = {0};

	return record_get(entry->txn, TABLE_COUNTER,
		   slice_from(entry->key, KEY_NUMBER_SIZE),
		   counter_record_fields(), &total) == OK &&
	    entry->record.daily.count <= total.count;
}

static const struct rule rules[TABLE_COUNT][RULES_MAX] = {
    [TABLE_META] =
	{
	    {"audit-ends", "are not the ends of what is there", audit_last},
	    {"audit-heads", "do not vouch for the checkpoints that are there",
		audit_heads},
	},
    [TABLE_DEVICE] =
	{
	    {"id", "has another id than its key", device_id},
	    {"state", "is in no known state", device_state},
	    {"by-user", "is not in the index by user", device_by_user},
	    {"active", "and the index of active devices disagree",
		device_active},
	    {"by-time", "is not in the index by time", device_by_time},
	    {"by-origin", "is not in the index by origin", device_by_origin},
	    {"family", "has a family that cannot be read or is another's",
		device_family},
	    {"counted", "is in a state that is not counted", device_counted},
	},
    [TABLE_DEVICE_BY_USER] =
	{
	    {"user", "names a device of another user", device_user_right},
	},
    [TABLE_DEVICE_ACTIVE] =
	{
	    {"user", "names a device of another user", device_user_right},
	    {"state", "names a device that is not active", device_is_active},
	},
    [TABLE_DEVICE_BY_TIME] =
	{
	    {"time", "names a device of another time", device_time_right},
	},
    [TABLE_DEVICE_BY_ORIGIN] =
	{
	    {"origin", "names a device of another origin", device_origin_right},
	},
    [TABLE_FAMILY] =
	{
	    {"id", "has another id than its key", family_id},
	    {"state", "is in no known state", family_state},
	    {"device", "is of a device that cannot be read or is another's",
		family_device},
	    {"by-time", "is not in the index by time", family_by_time},
	    {"by-claims", "is not in the index by claims, or wrongly so",
		family_by_claims},
	    {"sealed", "has a secret that does not open", family_sealed},
	},
    [TABLE_FAMILY_BY_TIME] =
	{
	    {"time", "names a family of another time", family_time_right},
	},
    [TABLE_FAMILY_BY_CLAIMS] =
	{
	    {"claims", "names a family of another version or user",
		family_claims_right},
	    {"counted", "is of a version that is not counted",
		family_claims_counted},
	},
    [TABLE_HOLDING] =
	{
	    {"version", "has another version than its key", holding_key_right},
	    {"counts", "counts other devices or users than there are",
		holding_counts},
	    {"sum", "leaves devices of the index out", holding_sum},
	},
    [TABLE_USER] =
	{
	    {"uid", "has another uid than its key", user_key},
	    {"attributes", "has an attribute that is no text, number or truth",
		user_attributes},
	},
    [TABLE_SESSION] =
	{
	    {"id", "has another id than its key", session_id},
	    {"state", "is in no known state", session_state},
	    {"device", "lives on a device that cannot be read or is another's",
		session_device},
	    {"live", "and the index of live sessions disagree", session_live},
	    {"by-device", "is not in the index by device", session_by_device},
	    {"by-expiry", "and the index by expiry disagree",
		session_by_expiry},
	    {"by-end", "and the index by end disagree", session_by_end},
	    {"counted", "is in a state that is not counted", session_counted},
	},
    [TABLE_CENSUS] =
	{
	    {"key", "has another table or state than its key", census_right},
	    {"count", "counts other records than there are", census_counts},
	    {"sum", "and the other states do not make all records",
		census_adds_up},
	    {"live", "and the index of what lives disagree", census_live},
	},
    [TABLE_SESSION_LIVE] =
	{
	    {"live", "names a session that is not live on this device",
		session_live_right},
	},
    [TABLE_SESSION_BY_DEVICE] =
	{
	    {"device", "names a session of another device",
		session_device_right},
	},
    [TABLE_SESSION_BY_EXPIRY] =
	{
	    {"time", "names a session that falls due at another time",
		session_expiry_right},
	},
    [TABLE_SESSION_BY_END] =
	{
	    {"time", "names a session that did not end then",
		session_end_right},
	},
    [TABLE_REVOKED] =
	{
	    {"by-expiry", "is not in the index by expiry", revoked_by_expiry},
	},
    [TABLE_REVOKED_BY_EXPIRY] =
	{
	    {"time", "names a mark that ends at another time",
		revoked_expiry_right},
	},
    [TABLE_REPLAY] =
	{
	    {"by-expiry", "is not in the index by expiry", replay_by_expiry},
	},
    [TABLE_REPLAY_BY_EXPIRY] =
	{
	    {"time", "names a mark that ends at another time",
		replay_expiry_right},
	},
    [TABLE_CODE] =
	{
	    {"hash", "has another hash than its key", code_key},
	    {"by-user", "is not in the index by user", code_by_user},
	    {"by-expiry", "is not in the index by expiry", code_by_expiry},
	},
    [TABLE_CODE_BY_USER] =
	{
	    {"user", "names a code of another user", code_user_right},
	},
    [TABLE_CODE_BY_EXPIRY] =
	{
	    {"time", "names a code that ends at another time",
		code_expiry_right},
	},
    [TABLE_UPKEEP] =
	{
	    {"job", "has another job than its key", upkeep_job},
	},
    [TABLE_COUNTER] =
	{
	    {"key", "has other labels than its key", counter_right},
	},
    [TABLE_DAILY] =
	{
	    {"day", "is of another day than its key", daily_right},
	    {"counter", "is of no counter, or of one that counted less",
		daily_of_counter},
	},
    [TABLE_FLAG] =
	{
	    {"name", "has another name than its key", flag_key},
	    {"state", "has a state that there is not", flag_percent},
	    {"needed", "has neither a state nor overrides", flag_needed},
	},
    [TABLE_FLAG_OVERRIDE] =
	{
	    {"user", "has another flag or user than its key", override_key},
	    {"state", "is neither on nor off", override_state},
	    {"counted", "is not counted by its flag", override_counted},
	},
    [TABLE_FLAG_CHANGE] =
	{
	    {"seq", "has another number than its key", change_seq},
	},
    [TABLE_REFUSALS] =
	{
	    {"uid", "has another uid than its key", refusals_key},
	    {"by-time", "is not in the index by time", refusals_by_time},
	},
    [TABLE_REFUSALS_BY_TIME] =
	{
	    {"time", "names a count that began at another time",
		refusals_time_right},
	},
    [TABLE_FLOOD] =
	{
	    {"id", "has another id than its key", flood_id},
	    {"by-time", "is not in the index by time", flood_by_time},
	},
    [TABLE_FLOOD_BY_TIME] =
	{
	    {"time", "names a flood that ends at another time",
		flood_time_right},
	},
    [TABLE_SIGNKEY] =
	{
	    {"kid", "has another kid than its key", signkey_kid},
	    {"sealed", "has a private key that does not open", signkey_sealed},
	    {"half", "has not the half of the pair that its state is for",
		signkey_half},
	},
    [TABLE_JWKS] =
	{
	    {"name", "has another name than its key", jwks_name},
	},
    [TABLE_ALERT] =
	{
	    {"name", "has another name than its key", alert_name},
	},
    [TABLE_ASIDE] =
	{
	    {"taken-back", "was put aside and not taken back",
		aside_taken_back},
	},
    [TABLE_CHECKPOINT] =
	{
	    {"seq", "has another number than its key", checkpoint_seq},
	},
    [TABLE_AUDIT] =
	{
	    {"seq", "has another number than its key", audit_seq},
	    {"gap", "does not follow the event before it", audit_gap},
	    {"link",
		"was changed, or does not belong behind the event before it",
		audit_link},
	},
};

const struct rule *
rules_at(enum table table, size_t number)
{
	const struct rule *rule = &rules[table][number];

	return number < RULES_MAX && rule->name != NULL ? rule : NULL;
}

const struct rule *
rules_unread(enum entry_state state)
{
	static const struct rule unread[] = {
	    [ENTRY_READ] = {NULL, NULL, NULL},
	    [ENTRY_NO_KEY] = {"key", "is no key of this table", NULL},
	    [ENTRY_NO_JSON] = {"json", "is not a JSON object", NULL},
	    [ENTRY_NO_VERSION] = {"version", "has no version", NULL},
	    [ENTRY_NEWER] = {"newer", "is of a newer version", NULL},
	    [ENTRY_UNREADABLE] = {"record", "cannot be read", NULL},
	    [ENTRY_DANGLING] = {"names", "names a record that cannot be read",
		NULL},
	};

	return state != ENTRY_READ ? &unread[state] : NULL;
}
