/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Stores of every older schema are taken up; one with something of everything
 * goes down to the first and comes back as it was, whenever the power went on
 * the way.
 */

#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/session.h"

#include "tests/lmdb-store/older.h"
#include "tests/lmdb-store/powerloss.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static size_t
entries(struct older *older, enum table table)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);
	size_t count = 0;

	assert_int_equal(txn_entries(txn, table, &count), OK);
	return count;
}

/* What fixtures/make.py did. */
static void
assert_fixture(struct older *older, int schema)
{
	bool foreign = schema > 1;

	assert_int_equal(entries(older, TABLE_DEVICE), foreign ? 5 : 4);
	assert_int_equal(
	    entries(older, TABLE_DEVICE_BY_ORIGIN), foreign ? 1 : 0);
	assert_int_equal(entries(older, TABLE_DEVICE_ACTIVE), foreign ? 4 : 3);
	assert_int_equal(entries(older, TABLE_DEVICE_BY_TIME), foreign ? 5 : 4);
	assert_int_equal(entries(older, TABLE_FAMILY_BY_TIME), 4);
	assert_int_equal(entries(older, TABLE_SESSION), foreign ? 4 : 3);
	assert_int_equal(
	    entries(older, TABLE_SESSION_BY_DEVICE), foreign ? 4 : 3);
	assert_int_equal(entries(older, TABLE_SESSION_BY_END), 1);
	assert_int_equal(entries(older, TABLE_REPLAY), foreign ? 1 : 0);
}

static void
take_up_fixture(struct older *older, int schema)
{
	auto_str char *before = NULL, *back = NULL, *up = NULL;

	older_unpack(older, schema);
	older_open(older, older->scratch->store_path);
	assert_int_equal(older_schema(older).version, schema);
	before = older_contents(older);
	assert_int_equal(older_migrate(older, SCHEMA_VERSION, 0), OK);
	older_assert_sound(older);
	assert_fixture(older, schema);
	assert_true(entries(older, TABLE_CENSUS) > 0);
	up = older_contents(older);
	assert_int_equal(older_migrate(older, 1, 0), OK);
	assert_int_equal(entries(older, TABLE_CENSUS), 0);
	assert_int_equal(older_migrate(older, SCHEMA_VERSION, 0), OK);
	older_assert_sound(older);
	older_assert_contents(older, up);
	assert_int_equal(older_migrate(older, schema, 0), OK);
	back = older_contents(older);
	assert_true(strlen(back) >= strlen(before));
}

#define EACH_FIXTURE(T) T(1) T(2) T(3) T(4) T(5)

#define T(schema)                                                              \
	static void test_schema_##schema##_is_taken_up(void **state)           \
	{                                                                      \
		take_up_fixture(*state, schema);                               \
	}
EACH_FIXTURE(T)
#undef T

/* store_open() does it, too, and the secrets open. */
static void
open_fixture(struct older *older, int schema)
{
	auto_clear(family_record) struct family_record family = {0};
	auto_clear(device_record) struct device_record device = {0};
	auto_free(secret) struct secret *secret = NULL;
	struct txn *txn;

	older_unpack(older, schema);
	scratch_open(older->scratch);
	assert_int_equal(
	    store_schema(older->scratch->store)->version, SCHEMA_VERSION);
	txn = scratch_begin(older->scratch, TXN_READ);
	assert_int_equal(device_next(txn, NULL, &device), OK);
	assert_int_equal(family_get(txn, device.family, &family), OK);
	assert_int_equal(
	    family_secret(store_seal(older->scratch->store), &family, &secret),
	    OK);
}

#define T(schema)                                                              \
	static void test_store_open_takes_up_##schema(void **state)            \
	{                                                                      \
		open_fixture(*state, schema);                                  \
	}
EACH_FIXTURE(T)
#undef T

/* The members that records of schema 1 have; their reader refuses others. */
static const char *const device_1[] = {"v", "id", "user", "uid", "name",
    "created", "family", "state", "seen", "seen_rhost", "seen_service",
    "revoked", "revoked_reason", "claims", NULL};
static const char *const device_2[] = {"v", "id", "user", "uid", "name",
    "created", "family", "issuer", "origin", "state", "seen", "seen_rhost",
    "seen_service", "revoked", "revoked_reason", "claims", NULL};
static const char *const family_1[] = {"v", "id", "device", "uid", "generation",
    "rotated", "created", "last_used", "expires", "state", "revoked",
    "revoked_reason", "secret", NULL};
static const char *const session_1[] = {"v", "id", "user", "uid", "device",
    "issuer", "jti_hash", "service", "state", "tty", "rhost", "created",
    "opened", "activity", "expires", "due", "ended", "reason", "leader",
    "leader_start", "boot", NULL};

static bool
is_among(const char *name, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void
assert_members(struct older *older, enum table table, const char *const *names)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);
	struct slice key, value;
	enum err e = txn_next(txn, table, text_slice(NULL), &key, &value);

	for (; e == OK; e = txn_next(txn, table, key, &key, &value)) {
		auto_json json_t *record =
		    json_loadb(value.data, value.size, 0, NULL);
		const char *name;
		json_t *member;

		json_object_foreach (record, name, member)
			if (!is_among(name, names))
				fail_msg("%s: %s", table_name(table), name);
	}
}

static void
assert_state(struct older *older, const char *family, const char *expected)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);
	auto_clear(family_record) struct family_record record = {0};

	assert_int_equal(family_get(txn, family, &record), OK);
	assert_string_equal(record.state, expected);
}

static enum err
find_device(struct older *older, const char *id, struct device_record *device)
{
	auto_free(txn) struct txn *txn = older_begin(older, TXN_READ);

	return device_get(txn, id, device);
}

static void
test_down_to_what_an_older_one_reads(void **state)
{
	auto_clear(device_record) struct device_record device = {0};
	struct older *older = *state;

	older_fill(older);
	older_open(older, older->scratch->store_path);
	assert_int_equal(older_migrate(older, 2, 1), OK);
	assert_members(older, TABLE_DEVICE, device_2);
	assert_members(older, TABLE_FAMILY, family_1);
	assert_members(older, TABLE_SESSION, session_1);
	assert_int_equal(entries(older, TABLE_DEVICE), 3);
	/* one for its key, the other for the logout of its user */
	assert_state(older, "F", FAMILY_REVOKED);
	assert_state(older, "F1", FAMILY_REVOKED);
	/* the one that waits for its process does not fall due any more */
	assert_int_equal(entries(older, TABLE_SESSION_BY_EXPIRY), 3);

	assert_int_equal(older_migrate(older, 1, 1), OK);
	assert_members(older, TABLE_DEVICE, device_1);
	assert_int_equal(find_device(older, "D2", &device), ERR_NO_SUCH_DEVICE);
	assert_int_equal(find_device(older, "D1", &device), OK);
	assert_int_equal(entries(older, TABLE_DEVICE_BY_USER), 2);
	assert_int_equal(entries(older, TABLE_SESSION), 3);
	assert_int_equal(entries(older, TABLE_SESSION_LIVE), 2);
	assert_int_equal(entries(older, TABLE_SESSION_BY_EXPIRY), 1);
}

static void
test_down_and_up_is_the_same(void **state)
{
	static const size_t chunks[] = {1, 2, 3, 5, 0};
	struct older *older = *state;
	auto_str char *before = NULL;

	older_fill(older);
	older_open(older, older->scratch->store_path);
	older_assert_sound(older);
	before = older_contents(older);
	for (int64_t to = 1; to < SCHEMA_VERSION; to++)
		for (size_t i = 0; i < sizeof(chunks) / sizeof(*chunks); i++) {
			assert_int_equal(
			    older_migrate(older, to, chunks[i]), OK);
			assert_int_equal(older_schema(older).version, to);
			assert_int_equal(
			    older_migrate(older, SCHEMA_VERSION, chunks[i]),
			    OK);
			older_assert_sound(older);
			older_assert_contents(older, before);
		}
}

static void
edit(struct older *older, enum table table, const char *id, const char *name,
    const char *text)
{
	struct txn *txn = older_begin(older, TXN_WRITE);
	auto_json json_t *record = NULL;
	struct slice value;

	assert_int_equal(txn_get(txn, table, text_slice(id), &value), OK);
	assert_int_equal(record_parse(value, &record), OK);
	json_object_set_new(record, name, json_string(text));
	assert_int_equal(record_write(txn, table, text_slice(id), record), OK);
	assert_int_equal(txn_commit(txn), OK);
}

/* What the older one has done meanwhile counts. */
static void
test_work_of_the_older_one_is_kept(void **state)
{
	auto_clear(device_record) struct device_record device = {0};
	struct older *older = *state;

	older_fill(older);
	older_open(older, older->scratch->store_path);
	assert_int_equal(older_migrate(older, 2, 0), OK);
	edit(older, TABLE_DEVICE, "D", "state", DEVICE_REVOKED);
	edit(older, TABLE_DEVICE, "D1", "name", "renamed");
	assert_int_equal(older_migrate(older, SCHEMA_VERSION, 0), OK);
	older_assert_sound(older);
	assert_int_equal(find_device(older, "D", &device), OK);
	assert_string_equal(device.jkt, "thumbprint");
	assert_state(older, "F", FAMILY_REVOKED);
	assert_state(older, "F1", FAMILY_ACTIVE);
	assert_int_equal(find_device(older, "D1", &device), OK);
	assert_string_equal(device.name, "renamed");
	assert_int_equal(entries(older, TABLE_DEVICE_ACTIVE), 2);
}

static void
test_unreadable_record_stays(void **state)
{
	struct older *older = *state;
	struct migration migration = {
	    .host = &host_system, .now = 1, .chunk = 1};
	int64_t unreadable = 0;

	older_fill(older);
	older_open(older, older->scratch->store_path);
	edit(older, TABLE_DEVICE, "D1", "uid", "no number");
	migration.kv = older->kv;
	migration.seal = older->seal;
	migration.master = older->master;
	assert_int_equal(migration_run(&migration, 2, &unreadable), OK);
	assert_int_equal(migration_run(&migration, 3, &unreadable), OK);
	assert_true(unreadable > 0);
	assert_int_equal(entries(older, TABLE_DEVICE), 3);
}

static void
test_losses_are_told(void **state)
{
	struct older *older = *state;
	struct migration_step step;
	struct txn *txn;

	older_fill(older);
	older_open(older, older->scratch->store_path);
	txn = older_begin(older, TXN_READ);
	assert_int_equal(migration_plan(txn, 3, 1, 1700000500, &step), OK);
	assert_int_equal(step.from, 3);
	assert_int_equal(step.to, 2);
	assert_int_equal(step.losses.count, 3);
	assert_int_equal(step.losses.loss[0].count, 2);
	assert_false(step.losses.loss[0].opens);
	assert_int_equal(step.losses.loss[2].count, 2);
	assert_true(step.losses.loss[2].opens);
	/* a day later nothing holds any more */
	assert_int_equal(migration_plan(txn, 3, 1, 1700086900, &step), OK);
	assert_int_equal(step.losses.count, 2);
	assert_int_equal(migration_plan(txn, 2, 1, 1700000500, &step), OK);
	assert_int_equal(step.losses.count, 2);
	assert_true(step.losses.loss[1].opens);
	assert_int_equal(migration_plan(txn, 1, 3, 1700000500, &step), OK);
	assert_int_equal(step.to, 2);
	assert_int_equal(step.losses.count, 0);
	txn_free(txn);
}

/* A store that is on its way is nobody's who does not know the step. */
static void
test_newer_store_is_refused(void **state)
{
	struct older *older = *state;
	struct schema schema = {.version = SCHEMA_VERSION + 1};
	struct store_error why;
	struct txn *txn;

	older_fill(older);
	for (int under_way = 0; under_way < 2; under_way++) {
		older_open(older, older->scratch->store_path);
		schema.under_way = under_way == 1;
		txn = older_begin(older, TXN_WRITE);
		assert_int_equal(schema_write(txn, &schema), OK);
		assert_int_equal(txn_commit(txn), OK);
		older_close(older);
		assert_int_equal(
		    scratch_try_open(older->scratch, &why), ERR_STORE_NEWER);
		assert_non_null(strstr(why.text, "store migrate --to 6"));
		assert_non_null(strstr(why.text, "schema 7"));
	}
}

/* Power */

struct lost {
	struct older *older;
	char path[128], data[160];
	char *first, *last; /* contents at both ends */
	int64_t from, to;
};

static void
go(struct older *older, int64_t to)
{
	assert_int_equal(older_migrate(older, to, 0), OK);
	assert_int_equal(older_schema(older).version, to);
	if (to == SCHEMA_VERSION)
		older_assert_sound(older);
}

static void
goes_on(size_t acknowledged, void *context)
{
	const struct lost *lost = context;
	struct older other = {.scratch = lost->older->scratch};

	(void)acknowledged;
	older_open(&other, lost->path);
	go(&other, lost->to);
	older_assert_contents(&other, lost->last);
	older_close(&other);
}

/* An older schema does not keep the indexes of a newer one, which may have been
 * begun: what counts there is what comes of it on the way up. */
static void
turns_back(size_t acknowledged, void *context)
{
	const struct lost *lost = context;
	struct older other = {.scratch = lost->older->scratch};

	(void)acknowledged;
	older_open(&other, lost->path);
	go(&other, lost->from);
	if (lost->from < lost->to)
		go(&other, lost->to);
	older_assert_contents(
	    &other, lost->from < lost->to ? lost->last : lost->first);
	older_close(&other);
}

/* The power goes at each write point of a migration from one schema to the
 * other, in chunks of a few
 * entries. */
static void
lose_power(struct older *older, int64_t from, int64_t to)
{
	auto_clear(powerloss) struct powerloss loss;
	struct lost lost = {.older = older, .from = from, .to = to};
	size_t points;

	snprintf(
	    lost.path, sizeof(lost.path), "%s/lost", older->scratch->directory);
	snprintf(lost.data, sizeof(lost.data), "%s/data.mdb", lost.path);
	assert_int_equal(mkdir(lost.path, 0700), 0);
	older_fill(older);
	older_open(older, older->scratch->store_path);
	assert_int_equal(older_migrate(older, from, 0), OK);
	lost.first = older_contents(older);
	powerloss_begin(&loss, older->scratch->data_path);
	assert_int_equal(older_migrate(older, to, 6), OK);
	powerloss_end(&loss);
	lost.last = older_contents(older);
	points = powerloss_each(&loss, lost.data, goes_on, &lost);
	points += powerloss_each(&loss, lost.data, turns_back, &lost);
	print_message("%zu files\n", points);
	assert_true(points > 100);
	free(lost.first);
	free(lost.last);
}

static void
test_power_goes_on_the_way_down(void **state)
{
	lose_power(*state, SCHEMA_VERSION, 1);
}

static void
test_power_goes_on_the_way_up(void **state)
{
	lose_power(*state, 1, SCHEMA_VERSION);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, older_setup, older_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(schema)                                                              \
	TEST(test_schema_##schema##_is_taken_up),                              \
	    TEST(test_store_open_takes_up_##schema),
	    EACH_FIXTURE(T)
#undef T
		TEST(test_down_to_what_an_older_one_reads),
	    TEST(test_down_and_up_is_the_same),
	    TEST(test_work_of_the_older_one_is_kept),
	    TEST(test_unreadable_record_stays),
	    TEST(test_losses_are_told),
	    TEST(test_newer_store_is_refused),
	    TEST(test_power_goes_on_the_way_down),
	    TEST(test_power_goes_on_the_way_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
