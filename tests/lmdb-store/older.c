/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lmdb-store/older.h"

#include "lmdb-store/check.h"
#include "lmdb-store/code.h"
#include "lmdb-store/datakey.h"
#include "lmdb-store/jwks.h"
#include "lmdb-store/refusals.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/user.h"
#include "tests/lmdb-store/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOW 1700000500

int
older_setup(void **state)
{
	struct older *older = calloc(1, sizeof(*older));
	void *scratch;

	assert_non_null(older);
	scratch_setup(&scratch);
	older->scratch = scratch;
	*state = older;
	return 0;
}

int
older_teardown(void **state)
{
	struct older *older = *state;
	void *scratch = older->scratch;

	older_close(older);
	scratch_teardown(&scratch);
	free(older);
	return 0;
}

static const char *
fixtures(void)
{
	static char path[512];
	const char *source = getenv("abs_top_srcdir");

	snprintf(path, sizeof(path), "%s/tests/lmdb-store/fixtures",
	    source != NULL ? source : "..");
	return path;
}

void
older_unpack(const struct older *older, int schema)
{
	const struct scratch *scratch = older->scratch;
	char command[1024];
	auto_str char *key = NULL;
	char key_path[600];
	size_t size;

	assert_int_equal(mkdir(scratch->store_path, 0700), 0);
	snprintf(command, sizeof(command), "gzip -dc %s/schema-%d.mdb.gz >%s",
	    fixtures(), schema, scratch->data_path);
	assert_int_equal(system(command), 0);
	snprintf(
	    key_path, sizeof(key_path), "%s/schema-%d.key", fixtures(), schema);
	key = scratch_read(key_path, &size);
	scratch_write(scratch->key_path, key, size, 0600);
}

static void
put_devices(struct txn *txn, const struct seal *seal)
{
	auto_clear(device_record) struct device_record bound =
	    sample_device("D", 1000);
	auto_clear(device_record) struct device_record plain =
	    sample_device("D1", 1001);
	auto_clear(device_record) struct device_record foreign =
	    sample_device("D2", 1000);
	auto_clear(family_record) struct family_record family =
	    sample_family(seal, "F");
	auto_clear(family_record) struct family_record second =
	    sample_family(seal, "F1");

	sample_set(&bound.jkt, "thumbprint");
	sample_set(&bound.seen_tty, "ssh");
	sample_set(&bound.fingerprint, "print");
	bound.networks = json_pack("[s]", "192.0.2.0/24");
	bound.oddities = json_array();
	bound.alive = 1700000300;
	sample_set(&plain.family, "F1");
	sample_set(&second.device, "D1");
	second.uid = 1001;
	second.alive = 1700000400;
	second.claims = 2;
	second.renewed = 1700000350;
	free(TAKE(foreign.family));
	sample_set(&foreign.issuer, "https://other.test");
	sample_set(&foreign.origin, "origin");
	assert_int_equal(device_put(txn, &bound), OK);
	assert_int_equal(device_put(txn, &plain), OK);
	assert_int_equal(device_put(txn, &foreign), OK);
	assert_int_equal(family_put(txn, &family), OK);
	assert_int_equal(family_put(txn, &second), OK);
}

static void
put_session(struct txn *txn, const char *id, const char *device,
    const char *state, int64_t due)
{
	auto_clear(session_record) struct session_record session =
	    sample_session(id, device);

	sample_set(&session.state, state);
	sample_set(&session.family, "F");
	session.due = due;
	session.outdated = true;
	if (!session_is_live(&session))
		session.ended = 1700000200;
	assert_int_equal(session_put(txn, NULL, &session), OK);
}

static void
put_marks(struct txn *txn)
{
	char reason[] = "lost";
	const struct revoked_record mark = {
	    .until = NOW + 1000, .before = 1700000100, .reason = reason};

	/* of all that D1 has, and nobody else's */
	assert_int_equal(revoked_put(txn, REVOKED_USER, "1001", &mark), OK);
	assert_int_equal(revoked_put(txn, REVOKED_TOKEN, "hash", &mark), OK);
	assert_int_equal(replay_put(txn, "used", NOW + 100), OK);
	assert_int_equal(refusals_add(txn, 1000, NOW, 60), OK);
}

static void
put_rest(struct txn *txn, const struct seal *seal)
{
	auto_clear(signkey_record) struct signkey_record key =
	    sample_signkey(seal, "K");
	auto_clear(audit_record) struct audit_record event =
	    sample_audit("enroll");
	auto_clear(code_record) struct code_record code = {
	    .hash = text_new("codehash"),
	    .id = text_new("C"),
	    .user = text_new("alice"),
	    .uid = 1000,
	    .created = NOW,
	    .expires = NOW + 60,
	};
	auto_clear(jwks_record) struct jwks_record keys = {
	    .name = text_new("other"),
	    .source = text_new("https://other.test/jwks"),
	};

	auto_clear(user_record) struct user_record user = {
	    .uid = 1000,
	    .user = text_new("alice"),
	    .attributes = json_pack("{ss}", "team", "blue"),
	    .asked = NOW,
	};

	assert_int_equal(signkey_put(txn, &key), OK);
	assert_int_equal(audit_append(txn, seal, &event), OK);
	assert_int_equal(code_put(txn, &code), OK);
	assert_int_equal(jwks_put(txn, &keys), OK);
	assert_int_equal(user_put(txn, &user), OK);
}

void
older_fill(struct older *older)
{
	struct scratch *scratch = older->scratch;
	struct txn *txn;

	scratch_open(scratch);
	txn = scratch_begin(scratch, TXN_WRITE);
	put_devices(txn, store_seal(scratch->store));
	put_session(txn, "S1", "D", SESSION_PENDING, 1700000120);
	put_session(txn, "S2", "D", SESSION_ACTIVE, 1700009000);
	put_session(txn, "S3", "D1", SESSION_REVOKED, 1700000700);
	put_session(txn, "S4", "D2", SESSION_CLOSED, 0);
	put_session(txn, "S5", "D2", SESSION_ACTIVE, 1700009000);
	put_marks(txn);
	put_rest(txn, store_seal(scratch->store));
	scratch_commit(scratch);
	scratch_close(scratch);
}

void
older_open(struct older *older, const char *path)
{
	const struct kv_options options = {
	    path, older->scratch->map_start, older->scratch->map_max};
	auto_str char *key = NULL;
	struct store_error why = {""};
	struct txn *txn;
	size_t size;

	if (kv_open(&older->kv, &options, &why) != OK)
		fail_msg("%s", why.text);
	key = scratch_read(older->scratch->key_path, &size);
	assert_int_equal(secret_new(&older->master, key, size), OK);
	txn = older_begin(older, TXN_WRITE);
	assert_int_equal(tables_open(txn), OK);
	assert_int_equal(
	    datakeys_open(&older->seal, txn, older->master, &host_system), OK);
	assert_int_equal(txn_commit(txn), OK);
}

void
older_close(struct older *older)
{
	seal_free(TAKE(older->seal));
	secret_free(TAKE(older->master));
	kv_free(TAKE(older->kv));
}

struct txn *
older_begin(struct older *older, enum txn_mode mode)
{
	struct txn *txn = NULL;

	assert_int_equal(kv_begin(older->kv, mode, &txn), OK);
	return txn;
}

static void
reload_seal(struct older *older)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);

	seal_free(TAKE(older->seal));
	assert_int_equal(
	    datakeys_load(&older->seal, txn, older->master, &host_system), OK);
}

static enum err
run(struct older *older, int64_t to, size_t chunk, int64_t *unreadable)
{
	const struct migration migration = {.kv = older->kv,
	    .seal = older->seal,
	    .master = older->master,
	    .host = &host_system,
	    .now = NOW,
	    .chunk = chunk};

	return migration_run(&migration, to, unreadable);
}

enum err
older_try_migrate(struct older *older, int64_t to)
{
	int64_t unreadable;

	return run(older, to, 0, &unreadable);
}

enum err
older_migrate(struct older *older, int64_t to, size_t chunk)
{
	int64_t unreadable = 0;
	enum err e = run(older, to, chunk, &unreadable);

	if (e != OK)
		return e;
	assert_int_equal(unreadable, 0);
	reload_seal(older);
	return OK;
}

struct schema
older_schema(struct older *older)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);
	struct schema schema = {0};

	assert_int_equal(schema_read(txn, &schema), OK);
	return schema;
}

/* Of a key, or of a secret in this test. */
#define KEY_TEXT_BYTES KV_KEY_MAX

static json_t *
key_text(struct slice key)
{
	const uint8_t *bytes = key.data;
	char text[2 * KEY_TEXT_BYTES + 1] = "";

	for (size_t i = 0; i < key.size; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

/* In the place of its sealed form. */
static void
show_secret(struct older *older, enum table table, struct slice key,
    json_t *record, const char *member)
{
	const struct seal_place place = {table_name(table), key, member};
	const char *sealed = json_string_value(json_object_get(record, member));
	auto_free(secret) struct secret *secret = NULL;

	if (sealed == NULL)
		return;
	assert_int_equal(seal_open(older->seal, &place, sealed, &secret), OK);
	json_object_set_new(record, member,
	    key_text((struct slice){secret_data(secret), secret_size(secret)}));
}

/* A migration's progress, wrapped keys, and since when they are. */
static bool
is_left_out(enum table table, const json_t *record)
{
	return table == TABLE_META &&
	    (json_object_get(record, "step") != NULL ||
		json_object_get(record, "key") != NULL ||
		json_object_get(record, "since") != NULL);
}

static void
add_entry(struct older *older, enum table table, struct slice key,
    struct slice value, json_t *all)
{
	auto_json json_t *record = table_version(table) > 0
	    ? json_loadb(value.data, value.size, 0, NULL)
	    : json_stringn(value.data, value.size);

	assert_non_null(record);
	if (table == TABLE_FAMILY)
		show_secret(older, table, key, record, "secret");
	if (table == TABLE_SIGNKEY)
		show_secret(older, table, key, record, "private");
	/* schema 3 has neither; then tokens may last as long as any, and it is
	 * active since it was made */
	if (table == TABLE_SIGNKEY) {
		json_object_del(record, "lifetime");
		json_object_del(record, "since");
	}
	if (is_left_out(table, record))
		return;
	/* each version of a record can be read */
	if (table != TABLE_META)
		json_object_del(record, "v");
	json_array_append_new(all, key_text(key));
	json_array_append(all, record);
}

static json_t *
table_contents(struct older *older, struct txn *txn, enum table table)
{
	json_t *all = json_array();
	struct slice key, value;
	enum err e = txn_next(txn, table, text_slice(NULL), &key, &value);

	for (; e == OK; e = txn_next(txn, table, key, &key, &value))
		add_entry(older, table, key, value, all);
	assert_int_equal(e, ERR_NOT_FOUND);
	return all;
}

char *
older_contents(struct older *older)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);
	json_t *all = json_object();
	char *text;

	for (enum table table = 0; table < TABLE_COUNT; table++)
		json_object_set_new(
		    all, table_name(table), table_contents(older, txn, table));
	text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));
	json_decref(all);
	assert_non_null(text);
	return text;
}

#define SHOWN 200

void
older_assert_contents(struct older *older, const char *expected)
{
	auto_str char *found = older_contents(older);
	size_t same = 0, from;

	while (found[same] != '\0' && found[same] == expected[same])
		same++;
	if (found[same] == expected[same])
		return;
	from = same > SHOWN ? same - SHOWN : 0;
	fail_msg("found %.*s\nwhere %.*s was", 2 * SHOWN, found + from,
	    2 * SHOWN, expected + from);
}

void
older_assert_sound(struct older *older)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);
	struct check_total total = {0};

	assert_int_equal(older_schema(older).version, SCHEMA_VERSION);
	assert_false(older_schema(older).under_way);
	assert_int_equal(check_all(txn, older->seal, &total), OK);
	if (total.problems > 0)
		fail_msg("%s: %s %s", table_name(total.table), total.first.key,
		    total.first.problem);
}
