/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/checkpoint.h"
#include "lmdb-store/check.h"

#include "lmdb-store/alert.h"
#include "lmdb-store/rules.h"
#include "lmdb-store/schema.h"
#include "lmdb-store/times.h"
#include "lmdb-store/upkeep.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <string.h>

#define SESSION "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define ENDED "01ARZ3NDEKTSV4RRFFQ69G5FAW"
#define MADE 1700000000
#define DUE 1700000120

static void
put_sessions(struct txn *txn)
{
	auto_clear(session_record) struct session_record live =
	    sample_session(SESSION, "D");
	auto_clear(session_record) struct session_record ended =
	    sample_session(ENDED, "D");

	sample_set(&ended.state, SESSION_CLOSED);
	ended.due = 0;
	ended.ended = 99;
	assert_int_equal(session_put(txn, NULL, &live), OK);
	assert_int_equal(session_put(txn, NULL, &ended), OK);
}

static void
put_device(struct txn *txn, const struct seal *seal)
{
	auto_clear(device_record) struct device_record device =
	    sample_device("D", 1000);
	auto_clear(family_record) struct family_record family =
	    sample_family(seal, "F");

	sample_set(&device.origin, "O");
	assert_int_equal(device_put(txn, &device), OK);
	assert_int_equal(family_put(txn, &family), OK);
}

static void
put_keys(struct txn *txn, const struct seal *seal)
{
	auto_clear(signkey_record) struct signkey_record key =
	    sample_signkey(seal, "K");
	const struct jwks_record jwks = {
	    .name = (char *)(uintptr_t) "I", .source = (char *)(uintptr_t) "s"};

	assert_int_equal(signkey_put(txn, &key), OK);
	assert_int_equal(jwks_put(txn, &jwks), OK);
}

static void
put_events(struct scratch *scratch)
{
	for (int i = 0; i < 3; i++) {
		auto_clear(audit_record) struct audit_record event =
		    sample_audit("login");

		assert_int_equal(audit_append(scratch->txn,
				     store_seal(scratch->store), &event),
		    OK);
	}
}

static void
put_upkeep(struct txn *txn)
{
	const struct upkeep_record record = {.job = (char *)(uintptr_t) "sweep",
	    .outcome = (char *)(uintptr_t)UPKEEP_OK,
	    .began = 5,
	    .done = 6,
	    .good = 6};

	assert_int_equal(upkeep_put(txn, &record), OK);
}

/* Under an id that does not depend on the store's keys. */
static void
put_flood(struct txn *txn)
{
	static const char record[] =
	    "{\"v\":1,\"id\":\"W\",\"event\":\"login\",\"reason\":\"Expired\","
	    "\"caller_uid\":0,\"due\":60,\"recorded\":1,\"users\":[]}";

	assert_int_equal(
	    txn_put(txn, TABLE_FLOOD, text_slice("W"), text_slice(record)), OK);
	assert_int_equal(times_add(txn, TABLE_FLOOD_BY_TIME, 60, "W"), OK);
}

/* As a newer version leaves it. */
static void
put_aside(struct txn *txn)
{
	struct key key = {0};

	key_add_number(&key, SCHEMA_VERSION + 1);
	key_add_text(&key, "device");
	key_add_end(&key);
	key_add_text(&key, "D");
	assert_int_equal(
	    txn_put(txn, TABLE_ASIDE, key_slice(&key), text_slice("{\"v\":1}")),
	    OK);
}

static void
put_user(struct txn *txn)
{
	auto_clear(user_record) struct user_record user = {.uid = 1000};

	sample_set(&user.user, "alice");
	user.attributes = json_pack("{ss}", "team", "blue");
	assert_int_equal(user_put(txn, &user), OK);
}

/* One of everything, and two sessions and three events. */
static struct txn *
fill(struct scratch *scratch)
{
	const struct flag_setting flag = {100, 6, 0};
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);
	const char *const labels[COUNTER_LABELS_MAX + 1] = {"sshd"};
	const struct revoked_record mark = {.until = 9, .before = 5};
	const struct code_record code = {.hash = (char *)(uintptr_t) "H",
	    .id = (char *)(uintptr_t) "C",
	    .user = (char *)(uintptr_t) "alice",
	    .uid = 1000,
	    .created = 5,
	    .expires = 8};

	put_device(txn, store_seal(scratch->store));
	put_keys(txn, store_seal(scratch->store));
	put_sessions(txn);
	put_events(scratch);
	assert_false(sample_head(scratch));
	put_aside(txn);
	put_flood(txn);
	put_upkeep(txn);
	assert_int_equal(replay_put(txn, "hash", 7), OK);
	assert_int_equal(code_put(txn, &code), OK);
	assert_int_equal(refusals_add(txn, 1000, 6, 60), OK);
	assert_int_equal(counter_add(txn, "observe", labels, 6), OK);
	assert_int_equal(
	    counter_add_by(txn, "dated", labels, "alice", 2 * DAILY_SECONDS),
	    OK);
	assert_int_equal(flag_change(txn, "f", "u", &flag), OK);
	assert_int_equal(revoked_put(txn, REVOKED_USER, "1000", &mark), OK);
	assert_int_equal(
	    alert_put(
		txn, &(struct alert_record){.name = (char *)(uintptr_t) "A"}),
	    OK);
	put_user(txn);
	return txn;
}

static struct check_total
look(struct scratch *scratch, enum table table)
{
	struct check_total found = {.entries = 0};

	assert_int_equal(check_table(scratch->txn, store_seal(scratch->store),
			     table, &found),
	    OK);
	return found;
}

static void
test_sound(void **state)
{
	struct scratch *scratch = *state;
	struct check_total all;

	fill(scratch);
	for (enum table table = 0; table < TABLE_COUNT; table++) {
		struct check_total found = look(scratch, table);

		if (found.problems != 0)
			fail_msg("%s: %s %s", table_name(table),
			    found.first.key, found.first.problem);
		if (found.entries == 0 && table != TABLE_ASIDE)
			fail_msg("%s is empty", table_name(table));
	}
	assert_int_equal(look(scratch, TABLE_SESSION).entries, 2);
	assert_int_equal(look(scratch, TABLE_SESSION_BY_EXPIRY).entries, 1);
	assert_int_equal(
	    check_all(scratch->txn, store_seal(scratch->store), &all), OK);
	assert_int_equal(all.problems, 0);
	scratch_abort(scratch);
}

/* A key of a number, a text and a text, all of which may be absent. */
struct parts {
	int64_t number; /* 0: absent */
	const char *first;
	const char *second; /* behind a zero byte */
};

static struct key
key_of(const struct parts *parts)
{
	struct key key = {0};

	if (parts->number != 0)
		key_add_number(&key, parts->number);
	if (parts->first != NULL)
		key_add_text(&key, parts->first);
	if (parts->second != NULL) {
		key_add_end(&key);
		key_add_text(&key, parts->second);
	}
	return key;
}

enum harm {
	TAKE_OUT,
	PUT,  /* `value` */
	EDIT, /* the member `value` begins with, to what follows its = */
};

/* What is done to a sound store, and what has to be said of which entry. */
struct damage {
	enum harm harm;
	enum table at;
	struct parts key;
	const char *value;
	enum table seen;
	const char *rule;
	const char *shown; /* the key */
};

static void
edit(struct txn *txn, enum table table, struct slice key, const char *value)
{
	const char *sign = strchr(value, '=');
	char name[32];
	struct slice old;
	auto_json json_t *record = NULL;
	auto_str char *text = NULL;

	snprintf(name, sizeof(name), "%.*s", (int)(sign - value), value);
	assert_int_equal(txn_get(txn, table, key, &old), OK);
	record = json_loadb(old.data, old.size, 0, NULL);
	assert_int_equal(json_object_set_new(record, name,
			     json_loads(sign + 1, JSON_DECODE_ANY, NULL)),
	    0);
	text = json_dumps(record, JSON_COMPACT);
	assert_int_equal(txn_put(txn, table, key, text_slice(text)), OK);
}

static void
harm(struct txn *txn, const struct damage *damage)
{
	struct key key = key_of(&damage->key);

	switch (damage->harm) {
	case TAKE_OUT:
		assert_int_equal(
		    txn_delete(txn, damage->at, key_slice(&key)), OK);
		break;
	case PUT:
		assert_int_equal(txn_put(txn, damage->at, key_slice(&key),
				     text_slice(damage->value)),
		    OK);
		break;
	case EDIT:
		edit(txn, damage->at, key_slice(&key), damage->value);
		break;
	}
}

/* clang-format off */
static const struct damage damages[] = {
    /* what holds for every table */
    {PUT, TABLE_META, {0, "M", NULL}, "[]", TABLE_META, "json", "M"},
    {PUT, TABLE_META, {0, "M", NULL}, "{\"v\":1,\"v\":1}", TABLE_META, "json", "M"},
    {PUT, TABLE_META, {0, "M", NULL}, "{}", TABLE_META, "version", "M"},
    {PUT, TABLE_META, {0, "M", NULL}, "{\"v\":99}", TABLE_META, "newer", "M"},
    {PUT, TABLE_SESSION, {0, SESSION, NULL}, "{\"v\":1}", TABLE_SESSION, "record", SESSION},
    {PUT, TABLE_SESSION, {0, SESSION, NULL}, "{\"v\":99}", TABLE_SESSION, "newer", SESSION},
    {PUT, TABLE_AUDIT, {0, "A", NULL}, "{\"v\":1}", TABLE_AUDIT, "key", "A"},
    {PUT, TABLE_AUDIT, {4, NULL, NULL}, "{", TABLE_AUDIT, "json", "4"},
    {PUT, TABLE_SESSION_BY_EXPIRY, {0, "x", NULL}, "", TABLE_SESSION_BY_EXPIRY, "key", "x"},
    {PUT, TABLE_SESSION_LIVE, {0, "x", NULL}, "", TABLE_SESSION_LIVE, "key", "x"},
    {PUT, TABLE_SESSION_LIVE, {0, "D", ""}, "", TABLE_SESSION_LIVE, "key", "D "},
    /* an index that names nothing */
    {PUT, TABLE_DEVICE_BY_USER, {7, "E", NULL}, "", TABLE_DEVICE_BY_USER, "names", "7 E"},
    {PUT, TABLE_DEVICE_ACTIVE, {7, "E", NULL}, "", TABLE_DEVICE_ACTIVE, "names", "7 E"},
    {PUT, TABLE_DEVICE_BY_TIME, {7, "E", NULL}, "", TABLE_DEVICE_BY_TIME, "names", "7 E"},
    {PUT, TABLE_DEVICE_BY_ORIGIN, {0, "P", NULL}, "E", TABLE_DEVICE_BY_ORIGIN, "names", "P"},
    {PUT, TABLE_FAMILY_BY_TIME, {7, "E", NULL}, "", TABLE_FAMILY_BY_TIME, "names", "7 E"},
    {PUT, TABLE_SESSION_LIVE, {0, "D", "E"}, "", TABLE_SESSION_LIVE, "names", "D E"},
    {PUT, TABLE_SESSION_BY_DEVICE, {0, "D", "E"}, "", TABLE_SESSION_BY_DEVICE, "names", "D E"},
    {PUT, TABLE_SESSION_BY_EXPIRY, {7, "E", NULL}, "", TABLE_SESSION_BY_EXPIRY, "names", "7 E"},
    {PUT, TABLE_SESSION_BY_END, {7, "E", NULL}, "", TABLE_SESSION_BY_END, "names", "7 E"},
    {PUT, TABLE_REVOKED_BY_EXPIRY, {7, "user", "7"}, "", TABLE_REVOKED_BY_EXPIRY, "names", "7 user 7"},
    {PUT, TABLE_REPLAY_BY_EXPIRY, {7, "E", NULL}, "", TABLE_REPLAY_BY_EXPIRY, "names", "7 E"},
    {PUT, TABLE_CODE_BY_USER, {1000, "E", NULL}, "E", TABLE_CODE_BY_USER, "names", "1000 E"},
    {PUT, TABLE_CODE_BY_EXPIRY, {7, "E", NULL}, "", TABLE_CODE_BY_EXPIRY, "names", "7 E"},
    {PUT, TABLE_REFUSALS_BY_TIME, {7, "E", NULL}, "", TABLE_REFUSALS_BY_TIME, "names", "7 E"},
    /* devices */
    {EDIT, TABLE_DEVICE, {0, "D", NULL}, "state=\"revoked\"", TABLE_DEVICE_ACTIVE, "state", "1000 D"},
    {EDIT, TABLE_DEVICE, {0, "D", NULL}, "state=\"imported\"", TABLE_DEVICE_ACTIVE, "state", "1000 D"},
    {TAKE_OUT, TABLE_DEVICE_ACTIVE, {1000, "D", NULL}, NULL, TABLE_DEVICE, "active", "D"},
    {TAKE_OUT, TABLE_DEVICE_BY_USER, {1000, "D", NULL}, NULL, TABLE_DEVICE, "by-user", "D"},
    {TAKE_OUT, TABLE_DEVICE_BY_TIME, {MADE, "D", NULL}, NULL, TABLE_DEVICE, "by-time", "D"},
    {TAKE_OUT, TABLE_DEVICE_BY_ORIGIN, {0, "O", NULL}, NULL, TABLE_DEVICE, "by-origin", "D"},
    {TAKE_OUT, TABLE_FAMILY, {0, "F", NULL}, NULL, TABLE_DEVICE, "family", "D"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "device=\"E\"", TABLE_DEVICE, "family", "D"},
    {PUT, TABLE_DEVICE_BY_USER, {7, "D", NULL}, "", TABLE_DEVICE_BY_USER, "user", "7 D"},
    {PUT, TABLE_DEVICE_ACTIVE, {7, "D", NULL}, "", TABLE_DEVICE_ACTIVE, "user", "7 D"},
    {PUT, TABLE_DEVICE_BY_TIME, {7, "D", NULL}, "", TABLE_DEVICE_BY_TIME, "time", "7 D"},
    {EDIT, TABLE_DEVICE, {0, "D", NULL}, "alive=77", TABLE_DEVICE_BY_TIME, "time", "1700000000 D"},
    {PUT, TABLE_DEVICE_BY_ORIGIN, {0, "P", NULL}, "D", TABLE_DEVICE_BY_ORIGIN, "origin", "P"},
    /* families */
    {TAKE_OUT, TABLE_DEVICE, {0, "D", NULL}, NULL, TABLE_FAMILY, "device", "F"},
    {TAKE_OUT, TABLE_FAMILY_BY_TIME, {MADE, "F", NULL}, NULL, TABLE_FAMILY, "by-time", "F"},
    {TAKE_OUT, TABLE_FAMILY_BY_CLAIMS, {1, "1000", "F"}, NULL, TABLE_FAMILY, "by-claims", "F"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "claims=2", TABLE_FAMILY, "by-claims", "F"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "claims=2", TABLE_FAMILY_BY_CLAIMS, "claims", "1 1000 F"},
    {TAKE_OUT, TABLE_HOLDING, {1, NULL, NULL}, NULL, TABLE_FAMILY_BY_CLAIMS, "counted", "1 1000 F"},
    {EDIT, TABLE_HOLDING, {1, NULL, NULL}, "users=2", TABLE_HOLDING, "counts", "1"},
    {EDIT, TABLE_USER, {0, "1000", NULL}, "uid=7", TABLE_USER, "uid", "1000"},
    {EDIT, TABLE_USER, {0, "1000", NULL}, "attributes={\"team\":[]}", TABLE_USER, "attributes", "1000"},
    {PUT, TABLE_FAMILY_BY_CLAIMS, {0, "x", NULL}, "", TABLE_FAMILY_BY_CLAIMS, "key", "x"},
    {PUT, TABLE_FAMILY_BY_CLAIMS, {7, "7", "E"}, "", TABLE_FAMILY_BY_CLAIMS, "names", "7 7 E"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "secret=\"AAAA\"", TABLE_FAMILY, "sealed", "F"},
    {PUT, TABLE_FAMILY_BY_TIME, {7, "F", NULL}, "", TABLE_FAMILY_BY_TIME, "time", "7 F"},
    /* sessions */
    {TAKE_OUT, TABLE_DEVICE, {0, "D", NULL}, NULL, TABLE_SESSION, "device", SESSION},
    {EDIT, TABLE_SESSION, {0, SESSION, NULL}, "uid=7", TABLE_SESSION, "device", SESSION},
    {TAKE_OUT, TABLE_SESSION_LIVE, {0, "D", SESSION}, NULL, TABLE_SESSION, "live", SESSION},
    {PUT, TABLE_SESSION_LIVE, {0, "D", ENDED}, "", TABLE_SESSION, "live", ENDED},
    {PUT, TABLE_SESSION_LIVE, {0, "D", ENDED}, "", TABLE_SESSION_LIVE, "live", "D " ENDED},
    {PUT, TABLE_SESSION_LIVE, {0, "E", SESSION}, "", TABLE_SESSION_LIVE, "live", "E " SESSION},
    {TAKE_OUT, TABLE_SESSION_BY_DEVICE, {0, "D", ENDED}, NULL, TABLE_SESSION, "by-device", ENDED},
    {PUT, TABLE_SESSION_BY_DEVICE, {0, "E", ENDED}, "", TABLE_SESSION_BY_DEVICE, "device", "E " ENDED},
    {TAKE_OUT, TABLE_SESSION_BY_EXPIRY, {DUE, SESSION, NULL}, NULL, TABLE_SESSION, "by-expiry", SESSION},
    {PUT, TABLE_SESSION_BY_EXPIRY, {17, SESSION, NULL}, "", TABLE_SESSION_BY_EXPIRY, "time", "17 " SESSION},
    {TAKE_OUT, TABLE_SESSION_BY_END, {99, ENDED, NULL}, NULL, TABLE_SESSION, "by-end", ENDED},
    {PUT, TABLE_SESSION_BY_END, {17, ENDED, NULL}, "", TABLE_SESSION_BY_END, "time", "17 " ENDED},
    {PUT, TABLE_SESSION_BY_END, {99, SESSION, NULL}, "", TABLE_SESSION_BY_END, "time", "99 " SESSION},
    /* how many there are in each state */
    {TAKE_OUT, TABLE_CENSUS, {0, "device", "active"}, NULL, TABLE_DEVICE, "counted", "D"},
    {TAKE_OUT, TABLE_CENSUS, {0, "session", "pending"}, NULL, TABLE_SESSION, "counted", SESSION},
    /* marks */
    {TAKE_OUT, TABLE_REVOKED_BY_EXPIRY, {9, "user", "1000"}, NULL, TABLE_REVOKED, "by-expiry", "user 1000"},
    {PUT, TABLE_REVOKED_BY_EXPIRY, {8, "user", "1000"}, "", TABLE_REVOKED_BY_EXPIRY, "time", "8 user 1000"},
    {TAKE_OUT, TABLE_REPLAY_BY_EXPIRY, {7, "hash", NULL}, NULL, TABLE_REPLAY, "by-expiry", "hash"},
    {PUT, TABLE_REPLAY_BY_EXPIRY, {8, "hash", NULL}, "", TABLE_REPLAY_BY_EXPIRY, "time", "8 hash"},
    /* codes and refusals */
    {EDIT, TABLE_CODE, {0, "H", NULL}, "id=\"E\"", TABLE_CODE, "by-user", "H"},
    {TAKE_OUT, TABLE_CODE_BY_EXPIRY, {8, "H", NULL}, NULL, TABLE_CODE, "by-expiry", "H"},
    {PUT, TABLE_CODE_BY_USER, {7, "C", NULL}, "H", TABLE_CODE_BY_USER, "user", "7 C"},
    {PUT, TABLE_CODE_BY_EXPIRY, {7, "H", NULL}, "", TABLE_CODE_BY_EXPIRY, "time", "7 H"},
    {TAKE_OUT, TABLE_REFUSALS_BY_TIME, {6, "1000", NULL}, NULL, TABLE_REFUSALS, "by-time", "1000"},
    {EDIT, TABLE_REFUSALS, {0, "1000", NULL}, "uid=7", TABLE_REFUSALS, "uid", "1000"},
    {PUT, TABLE_REFUSALS_BY_TIME, {7, "1000", NULL}, "", TABLE_REFUSALS_BY_TIME, "time", "7 1000"},
    {EDIT, TABLE_UPKEEP, {0, "sweep", NULL}, "job=\"backup\"", TABLE_UPKEEP, "job", "sweep"},
    {EDIT, TABLE_COUNTER, {0, "observe", "sshd"}, "labels=[\"sudo\"]", TABLE_COUNTER, "key", "observe sshd"},
    {TAKE_OUT, TABLE_COUNTER, {0, "dated", "sshd"}, NULL, TABLE_DAILY, "counter", "2 dated sshd"},
    {EDIT, TABLE_DAILY, {2, "dated", "sshd"}, "count=2", TABLE_DAILY, "counter", "2 dated sshd"},
    {EDIT, TABLE_DAILY, {2, "dated", "sshd"}, "day=3", TABLE_DAILY, "day", "2 dated sshd"},
    {PUT, TABLE_DAILY, {0, "x", NULL}, "{}", TABLE_DAILY, "key", "x"},
    {TAKE_OUT, TABLE_FLOOD_BY_TIME, {60, "W", NULL}, NULL, TABLE_FLOOD, "by-time", "W"},
    {PUT, TABLE_FLOOD_BY_TIME, {7, "W", NULL}, "", TABLE_FLOOD_BY_TIME, "time", "7 W"},
    {PUT, TABLE_FLOOD_BY_TIME, {7, "E", NULL}, "", TABLE_FLOOD_BY_TIME, "names", "7 E"},
    /* flags */
    {EDIT, TABLE_FLAG, {0, "f", NULL}, "percent=101", TABLE_FLAG, "state", "f"},
    {EDIT, TABLE_FLAG_OVERRIDE, {0, "f", "u"}, "percent=50", TABLE_FLAG_OVERRIDE, "state", "f u"},
    {TAKE_OUT, TABLE_FLAG, {0, "f", NULL}, NULL, TABLE_FLAG_OVERRIDE, "counted", "f u"},
    {EDIT, TABLE_FLAG_CHANGE, {1, NULL, NULL}, "seq=7", TABLE_FLAG_CHANGE, "seq", "1"},
    /* keys */
    {EDIT, TABLE_SIGNKEY, {0, "K", NULL}, "state=\"retired\"", TABLE_SIGNKEY, "half", "K"},
    {EDIT, TABLE_SIGNKEY, {0, "K", NULL}, "private=\"AAAA\"", TABLE_SIGNKEY, "sealed", "K"},
    {EDIT, TABLE_JWKS, {0, "I", NULL}, "name=\"J\"", TABLE_JWKS, "name", "I"},
    /* alerts */
    {EDIT, TABLE_ALERT, {0, "A", NULL}, "name=\"B\"", TABLE_ALERT, "name", "A"},
    /* aside */
    {PUT, TABLE_ASIDE, {1, "device", "D"}, "{\"v\":1}", TABLE_ASIDE, "taken-back", "1 device D"},
    /* audit */
    {EDIT, TABLE_AUDIT, {2, NULL, NULL}, "reason=\"x\"", TABLE_AUDIT, "link", "2"},
    {TAKE_OUT, TABLE_CHECKPOINT, {3, NULL, NULL}, NULL, TABLE_META, "audit-heads", "audit"},
};
/* clang-format on */

/* What breaks more than that rule. */
static const struct damage entangled[] = {
    {EDIT, TABLE_DEVICE, {0, "D", NULL}, "state=\"revoked\"", TABLE_DEVICE,
	"active", "D"},
    {EDIT, TABLE_SESSION, {0, ENDED, NULL}, "state=\"asleep\"", TABLE_SESSION,
	"state", ENDED},
    {PUT, TABLE_SESSION_LIVE, {0, "D", ENDED}, "", TABLE_CENSUS, "live",
	"session closed"},
    {TAKE_OUT, TABLE_DEVICE_ACTIVE, {1000, "D", NULL}, NULL, TABLE_CENSUS,
	"live", "device active"},
    {EDIT, TABLE_CENSUS, {0, "device", "active"}, "of=\"family\"", TABLE_CENSUS,
	"key", "device active"},
    {EDIT, TABLE_CENSUS, {0, "device", "active"}, "count=2", TABLE_CENSUS,
	"count", "device active"},
    {EDIT, TABLE_SESSION, {0, ENDED, NULL}, "state=\"revoked\"", TABLE_CENSUS,
	"count", "session closed"},
    {TAKE_OUT, TABLE_CENSUS, {0, "session", "closed"}, NULL, TABLE_CENSUS,
	"sum", "session pending"},
    {EDIT, TABLE_DEVICE, {0, "D", NULL}, "state=\"asleep\"", TABLE_DEVICE,
	"state", "D"},
    {EDIT, TABLE_DEVICE, {0, "D", NULL}, "id=\"E\"", TABLE_DEVICE, "id", "D"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "id=\"E\"", TABLE_FAMILY, "id", "F"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "state=\"asleep\"", TABLE_FAMILY,
	"state", "F"},
    {EDIT, TABLE_FAMILY, {0, "F", NULL}, "uid=7", TABLE_FAMILY, "device", "F"},
    {EDIT, TABLE_HOLDING, {1, NULL, NULL}, "version=2", TABLE_HOLDING,
	"version", "1"},
    {PUT, TABLE_HOLDING, {7, NULL, NULL},
	"{\"v\":1,\"version\":7,\"devices\":1,\"users\":1}", TABLE_HOLDING,
	"sum", "1"},
    {PUT, TABLE_FAMILY_BY_CLAIMS, {2, "1000", "F"}, "", TABLE_FAMILY_BY_CLAIMS,
	"claims", "2 1000 F"},
    {EDIT, TABLE_SESSION, {0, ENDED, NULL}, "id=\"E\"", TABLE_SESSION, "id",
	ENDED},
    {EDIT, TABLE_FLAG, {0, "f", NULL}, "name=\"g\"", TABLE_FLAG, "name", "f"},
    {EDIT, TABLE_FLAG, {0, "f", NULL}, "overrides_on=0", TABLE_FLAG, "needed",
	"f"},
    {EDIT, TABLE_FLAG_OVERRIDE, {0, "f", "u"}, "user=\"v\"",
	TABLE_FLAG_OVERRIDE, "user", "f u"},
    {EDIT, TABLE_CODE, {0, "H", NULL}, "hash=\"E\"", TABLE_CODE, "hash", "H"},
    {EDIT, TABLE_FLOOD, {0, "W", NULL}, "id=\"E\"", TABLE_FLOOD, "id", "W"},
    {EDIT, TABLE_SIGNKEY, {0, "K", NULL}, "kid=\"E\"", TABLE_SIGNKEY, "kid",
	"K"},
    {EDIT, TABLE_AUDIT, {2, NULL, NULL}, "seq=7", TABLE_AUDIT, "seq", "2"},
    {EDIT, TABLE_META, {0, "audit", NULL}, "last=7", TABLE_META, "audit-ends",
	"audit"},
    {EDIT, TABLE_CHECKPOINT, {3, NULL, NULL}, "seq=7", TABLE_CHECKPOINT, "seq",
	"3"},
    {TAKE_OUT, TABLE_AUDIT, {2, NULL, NULL}, NULL, TABLE_AUDIT, "gap", "3"},
};

static void
assert_found(struct scratch *scratch, const struct damage *damage, bool alone)
{
	struct check_total found;

	fill(scratch);
	harm(scratch->txn, damage);
	found = look(scratch, damage->seen);
	if (found.problems == 0 || (alone && found.problems != 1))
		fail_msg("%s %s: %d problems", table_name(damage->seen),
		    damage->rule, (int)found.problems);
	assert_int_equal(found.table, damage->seen);
	assert_string_equal(found.first.rule, damage->rule);
	assert_string_equal(found.first.key, damage->shown);
	scratch_abort(scratch);
}

static void
test_damage(void **state)
{
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++)
		assert_found(*state, &damages[i], true);
	for (size_t i = 0; i < sizeof(entangled) / sizeof(*entangled); i++)
		assert_found(*state, &entangled[i], false);
}

static bool
is_broken_by(
    const struct damage *list, size_t count, enum table table, const char *rule)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].seen == table && strcmp(list[i].rule, rule) == 0)
			return true;
	return false;
}

/* Each rule has its damage here. */
static void
test_every_rule(void **state)
{
	const struct rule *rule;

	(void)state;
	for (enum table table = 0; table < TABLE_COUNT; table++)
		for (size_t i = 0; (rule = rules_at(table, i)) != NULL; i++)
			if (!is_broken_by(damages,
				sizeof(damages) / sizeof(*damages), table,
				rule->name) &&
			    !is_broken_by(entangled,
				sizeof(entangled) / sizeof(*entangled), table,
				rule->name))
				fail_msg("%s %s is not broken by any test",
				    table_name(table), rule->name);
}

/* An index is held against its table, so every table has a rule. */
static void
test_every_table(void **state)
{
	(void)state;
	for (enum table table = 0; table < TABLE_COUNT; table++)
		if (table != TABLE_META && table != TABLE_ASIDE &&
		    rules_at(table, 0) == NULL)
			fail_msg("%s has no rule", table_name(table));
}

/* Two entries at a time, and everything else as in one go. */
static void
test_steps(void **state)
{
	struct scratch *scratch = *state;
	struct check_place place = {0};
	struct check_step step;
	struct check_total total = {.entries = 0};
	int64_t entries = 0, last = 0;
	enum err e;

	fill(scratch);
	assert_int_equal(
	    check_all(scratch->txn, store_seal(scratch->store), &total), OK);
	while ((e = check_step(scratch->txn, store_seal(scratch->store), &place,
		    2, &step)) == OK) {
		assert_true(step.entries <= 2);
		assert_int_equal(step.problems, 0);
		entries += step.entries;
		last += step.last;
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(entries, total.entries);
	assert_int_equal(last, TABLE_COUNT);
	scratch_abort(scratch);
}

/* Events that are swept while the check goes on are no gap. */
static void
test_swept_meanwhile(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	struct check_place place = {.table = TABLE_AUDIT};
	struct check_step step;
	size_t done;

	assert_int_equal(
	    check_step(txn, store_seal(scratch->store), &place, 1, &step), OK);
	assert_int_equal(
	    audit_sweep(txn, store_seal(scratch->store), INT64_MAX, 2, &done),
	    OK);
	assert_int_equal(done, 2);
	assert_int_equal(
	    check_step(txn, store_seal(scratch->store), &place, 9, &step), OK);
	assert_int_equal(step.entries, 1);
	assert_int_equal(step.problems, 0);
	scratch_abort(scratch);
}

/* Without the seal everything else is looked at. */
static void
test_without_seal(void **state)
{
	struct scratch *scratch = *state;
	struct check_total total = {.entries = 0};
	static const struct damage sealed = {EDIT, TABLE_FAMILY, {0, "F", NULL},
	    "secret=\"AAAA\"", TABLE_FAMILY, "sealed", "F"};

	fill(scratch);
	harm(scratch->txn, &sealed);
	assert_int_equal(check_all(scratch->txn, NULL, &total), OK);
	assert_int_equal(total.problems, 0);
	scratch_abort(scratch);
}

/* Hundreds are counted, and the first of them told. */
static void
test_many(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	struct check_place place = {.table = TABLE_DEVICE_BY_TIME};
	struct check_step step;

	for (int i = 1; i <= 300; i++) {
		struct key key = {0};

		key_add_number(&key, i);
		key_add_text(&key, "E\x1b[31m");
		assert_int_equal(txn_put(txn, TABLE_DEVICE_BY_TIME,
				     key_slice(&key), text_slice("")),
		    OK);
	}
	assert_int_equal(check_step(txn, NULL, &place, 1000, &step), OK);
	assert_int_equal(step.problems, 300);
	assert_int_equal(step.findings, CHECK_FINDINGS_MAX);
	assert_string_equal(step.finding[1].key, "2 E1b[31m");
	scratch_abort(scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_sound),
	    STORE_TEST(test_damage),
	    cmocka_unit_test(test_every_rule),
	    cmocka_unit_test(test_every_table),
	    STORE_TEST(test_steps),
	    STORE_TEST(test_swept_meanwhile),
	    STORE_TEST(test_without_seal),
	    STORE_TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
