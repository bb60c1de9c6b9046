/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every operation of the store, with each call of LMDB that it makes failing
 * in every way: the transaction cannot be committed and says what it was,
 * and nothing of it is in the store. A new operation is one row of
 * `operations`.
 */

#include "lmdb-store/census.h"
#include "lmdb-store/check.h"
#include "lmdb-store/clock.h"
#include "lmdb-store/code.h"
#include "lmdb-store/checkpoint.h"
#include "lmdb-store/configured.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/daily.h"
#include "lmdb-store/flood.h"
#include "lmdb-store/flag_change.h"
#include "lmdb-store/jwks.h"
#include "lmdb-store/refusals.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/stats.h"
#include "lmdb-store/upkeep.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <errno.h>
#include <lmdb.h>
#include <string.h>

#define NOW INT64_C(1700000000)
#define LATE INT64_C(1900000000)
#define SWEEP 100
#define CALLS_MAX 2000

static struct {
	long left; /* calls of LMDB until the one that fails; 0: none does */
	int code;
	bool hit;
} fault;

static bool
fails(void)
{
	if (fault.left == 0 || --fault.left > 0)
		return false;
	fault.hit = true;
	return true;
}

#define WRAP(name, parameters, arguments)                                      \
	int __real_##name parameters;                                          \
	int __wrap_##name parameters;                                          \
	int __wrap_##name parameters                                           \
	{                                                                      \
		return fails() ? fault.code : __real_##name arguments;         \
	}

WRAP(mdb_txn_begin,
    (MDB_env * env, MDB_txn *parent, unsigned int flags, MDB_txn **txn),
    (env, parent, flags, txn))
WRAP(mdb_get, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
    (txn, dbi, key, data))
WRAP(mdb_put,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data,
	unsigned int flags),
    (txn, dbi, key, data, flags))
WRAP(mdb_del, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
    (txn, dbi, key, data))
WRAP(mdb_stat, (MDB_txn * txn, MDB_dbi dbi, MDB_stat *stat), (txn, dbi, stat))
WRAP(mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor),
    (txn, dbi, cursor))
WRAP(mdb_cursor_get,
    (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op),
    (cursor, key, data, op))

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

/* A commit that fails has dropped its transaction, too. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails())
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return fault.code;
}

/* What LMDB says, and what is made of it. */
static const struct {
	int code;
	enum err expected;
} faults[] = {
    {EIO, ERR_STORE},
    {ENOSPC, ERR_DISK_FULL},
    {EDQUOT, ERR_DISK_FULL},
    {EROFS, ERR_STORE_READ_ONLY},
    {ENOMEM, ERR_NO_MEMORY},
    {MDB_MAP_FULL, ERR_STORE_GROW},
    {MDB_CORRUPTED, ERR_STORE_DAMAGED},
    {MDB_PAGE_NOTFOUND, ERR_STORE_DAMAGED},
    {MDB_TXN_FULL, ERR_STORE},
};

#define FAULTS ((long)(sizeof(faults) / sizeof(*faults)))

/* Where an operation works. */
struct place {
	struct txn *txn;
	const struct seal *seal;
};

/* A record that fill() has put there. */
#define HAVE(type, name, get, ...)                                             \
	auto_clear(type##_record) struct type##_record name = {0};             \
	enum err e = get(place->txn, __VA_ARGS__, &name)

static enum err
put_device(const struct place *place)
{
	auto_clear(device_record) struct device_record device =
	    sample_device("N", 1000);

	sample_set(&device.origin, "other origin");
	return device_put(place->txn, &device);
}

static enum err
revoke_device(const struct place *place)
{
	HAVE(device, device, device_get, "D");

	if (e != OK)
		return e;
	sample_set(&device.state, DEVICE_REVOKED);
	device.revoked = NOW;
	return device_put(place->txn, &device);
}

static enum err
keep_device(const struct place *place)
{
	HAVE(device, device, device_get, "D");

	return e == OK ? device_keep(place->txn, &device, LATE) : e;
}

static enum err
remove_device(const struct place *place)
{
	HAVE(device, device, device_oldest, LATE);

	return e == OK ? device_remove(place->txn, &device) : e;
}

static enum err
find_devices(const struct place *place)
{
	auto_clear(device_record) struct device_record device = {0};
	size_t count;
	enum err e = device_get_by_origin(place->txn, "origin", &device);

	if (e == OK)
		e = device_next_of_user(place->txn, 1000, NULL, &device);
	if (e == OK)
		e = device_count_active(place->txn, 1000, 9, &count);
	return e == OK ? device_count(place->txn, &count) : e;
}

static enum err
put_family(const struct place *place)
{
	auto_clear(family_record) struct family_record family =
	    sample_family(place->seal, "N");

	return family_put(place->txn, &family);
}

static enum err
rotate_family(const struct place *place)
{
	HAVE(family, family, family_get, "F");

	family.generation++;
	return e == OK ? family_put(place->txn, &family) : e;
}

static enum err
keep_family(const struct place *place)
{
	HAVE(family, family, family_oldest, LATE);

	return e == OK ? family_keep(place->txn, &family, LATE) : e;
}

static enum err
remove_family(const struct place *place)
{
	HAVE(family, family, family_get, "F");

	return e == OK ? family_remove(place->txn, &family) : e;
}

static enum err
put_session(const struct place *place)
{
	auto_clear(session_record) struct session_record session =
	    sample_session("N", "D");

	return session_put(place->txn, NULL, &session);
}

static enum err
close_session(const struct place *place)
{
	auto_clear(session_record) struct session_record before = {0};
	auto_clear(session_record) struct session_record now =
	    sample_session("S", "D");
	enum err e = session_next_due(place->txn, LATE, &before);

	sample_set(&now.state, SESSION_CLOSED);
	now.due = 0;
	now.ended = NOW;
	return e == OK ? session_put(place->txn, &before, &now) : e;
}

static enum err
remove_session(const struct place *place)
{
	HAVE(session, session, session_oldest_ended, LATE);

	return e == OK ? session_remove(place->txn, &session) : e;
}

static enum err
find_sessions(const struct place *place)
{
	auto_clear(session_record) struct session_record session = {0};
	int64_t of_device;
	size_t live;
	enum err e =
	    session_next_live_of_device(place->txn, "D", NULL, &session);

	if (e == OK)
		e = session_count_of_device(place->txn, "D", &of_device);
	return e == OK ? session_live_count(place->txn, &live) : e;
}

static enum err
put_mark(const struct place *place)
{
	const struct revoked_record mark = {.until = LATE, .before = NOW};

	return revoked_put(place->txn, REVOKED_USER, "1001", &mark);
}

static enum err
move_mark(const struct place *place)
{
	const struct revoked_record mark = {.until = LATE + 1, .before = NOW};

	return revoked_put(place->txn, REVOKED_USER, "1000", &mark);
}

static enum err
sweep_marks(const struct place *place)
{
	size_t done;

	return revoked_sweep(place->txn, LATE + 1, SWEEP, &done);
}

static enum err
put_replay(const struct place *place)
{
	return replay_put(place->txn, "hash N", LATE);
}

static enum err
find_replay(const struct place *place)
{
	bool used = false;
	enum err e = replay_has(place->txn, "hash", &used);

	assert_true(e != OK || used);
	return e;
}

static enum err
sweep_replay(const struct place *place)
{
	size_t done;

	return replay_sweep(place->txn, LATE + 1, SWEEP, &done);
}

static struct code_record
sample_code(const char *hash)
{
	return (struct code_record){.hash = text_new(hash),
	    .id = text_new(hash),
	    .user = text_new("alice"),
	    .uid = 1000,
	    .created = NOW,
	    .expires = LATE};
}

static enum err
put_code(const struct place *place)
{
	auto_clear(code_record) struct code_record code = sample_code("C2");

	return code_put(place->txn, &code);
}

static enum err
use_code(const struct place *place)
{
	HAVE(code, code, code_get, "C");

	return e == OK ? code_remove(place->txn, &code) : e;
}

static enum err
sweep_codes(const struct place *place)
{
	size_t done;

	return code_sweep(place->txn, LATE + 1, SWEEP, &done);
}

static enum err
add_refusal(const struct place *place)
{
	return refusals_add(place->txn, 1000, NOW + 5, 100);
}

static enum err
sweep_refusals(const struct place *place)
{
	size_t done;

	return refusals_sweep(place->txn, LATE, SWEEP, &done);
}

static enum err
put_signkey(const struct place *place)
{
	auto_clear(signkey_record) struct signkey_record key =
	    sample_signkey(place->seal, "K2");

	return signkey_put(place->txn, &key);
}

static enum err
remove_signkey(const struct place *place)
{
	return signkey_remove(place->txn, "K");
}

static enum err
put_jwks(const struct place *place)
{
	const struct jwks_record jwks = {.name = (char *)(uintptr_t) "I2",
	    .source = (char *)(uintptr_t) "s"};

	return jwks_put(place->txn, &jwks);
}

static enum err
remove_jwks(const struct place *place)
{
	return jwks_remove(place->txn, "I");
}

static enum err
put_clock(const struct place *place)
{
	const struct clock_record clock = {
	    .boot = (char *)(uintptr_t) "boot", .offset_ms = 1};

	return clock_put(place->txn, &clock);
}

static enum err
count_up(const struct place *place)
{
	static const char *const labels[] = {"sshd", "ok", NULL, NULL};

	return counter_add(place->txn, "observe", labels, NOW);
}

static enum err
count_day(const struct place *place)
{
	static const char *const labels[] = {"issuer", "old", NULL, NULL};

	return counter_add_by(place->txn, "dated", labels, "alice", NOW);
}

static enum err
sum_days(const struct place *place)
{
	static const char *const labels[] = {"issuer", "old", NULL, NULL};
	auto_clear(counter_record) struct counter_record record = {0};
	int64_t count;
	enum err e = counter_get(place->txn, "dated", labels, &record);

	return e == OK ? counter_since(place->txn, &record, 0, &count) : e;
}

static enum err
sweep_days(const struct place *place)
{
	size_t done;

	return daily_sweep(place->txn, INT64_MAX, SWEEP, &done);
}

static enum err
read_census(const struct place *place)
{
	int64_t count = 0;
	enum err e =
	    census_get(place->txn, TABLE_SESSION, SESSION_PENDING, &count);

	if (e == OK)
		e = census_sum(place->txn, TABLE_SESSION, &count);
	return e == OK
	    ? census_walk(place->txn, TABLE_SESSION, SESSION_PENDING, &count)
	    : e;
}

static enum err
put_upkeep(const struct place *place)
{
	const struct upkeep_record record = {.job = (char *)(uintptr_t) "sweep",
	    .outcome = (char *)(uintptr_t)UPKEEP_OK,
	    .began = NOW,
	    .done = NOW};

	return upkeep_put(place->txn, &record);
}

static enum err
add_to_flood(const struct place *place)
{
	auto_clear(audit_record) struct audit_record event =
	    sample_audit("login");
	bool summed;

	return flood_add(place->txn, place->seal, &event, NOW, &summed);
}

static enum err
end_flood(const struct place *place)
{
	auto_clear(flood_record) struct flood_record flood = {0};
	enum err e = flood_first_due(place->txn, INT64_MAX, &flood);

	return e == OK ? flood_remove(place->txn, &flood) : e;
}

static enum err
set_flag(const struct place *place)
{
	const struct flag_setting setting = {25, NOW, 0};

	return flag_change(place->txn, "token_login", NULL, &setting);
}

static enum err
set_flag_of_user(const struct place *place)
{
	const struct flag_setting setting = {100, NOW, 0};

	return flag_change(place->txn, "token_login", "alice", &setting);
}

static enum err
undo_flag(const struct place *place)
{
	auto_clear(flag_change_record) struct flag_change_record change = {0};

	return flag_change_undo(place->txn, &change);
}

static enum err
append_audit(const struct place *place)
{
	auto_clear(audit_record) struct audit_record event =
	    sample_audit("login");

	return audit_append(place->txn, place->seal, &event);
}

static enum err
add_checkpoint(const struct place *place)
{
	auto_clear(audit_record) struct audit_record event = {0};
	struct checkpoint_record record = {.time = NOW};
	bool changed;
	enum err e = audit_prev(place->txn, INT64_MAX, &event);

	record.seq = event.seq;
	record.link = event.link;
	return e == OK
	    ? checkpoint_add(place->txn, place->seal, &record, &changed)
	    : e;
}

static enum err
find_checkpoint(const struct place *place)
{
	struct link link;
	enum err e = checkpoint_find(place->txn, place->seal, 3, &link);

	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
put_configured(const struct place *place)
{
	auto_clear(configured_record) struct configured_record record = {
	    .keys = json_pack("{ss}", "[token] issuer", "digest")};

	return configured_put(place->txn, &record);
}

static enum err
sweep_audit(const struct place *place)
{
	size_t done;

	return audit_sweep(place->txn, place->seal, LATE, 1, &done);
}

static enum err
take_stats(const struct place *place)
{
	struct table_stats stats;
	enum err e = OK;

	for (int i = 0; i < TABLE_COUNT && e == OK; i++)
		e = table_stats(place->txn, (enum table)i, &stats);
	return e;
}

static enum err
check(const struct place *place)
{
	struct check_total total = {0};

	return check_all(place->txn, place->seal, &total);
}

static const struct {
	const char *name;
	enum txn_mode mode;
	enum err (*run)(const struct place *place);
} operations[] = {
    {"put device", TXN_WRITE, put_device},
    {"revoke device", TXN_WRITE, revoke_device},
    {"keep device", TXN_WRITE, keep_device},
    {"remove device", TXN_WRITE, remove_device},
    {"find devices", TXN_READ, find_devices},
    {"put family", TXN_WRITE, put_family},
    {"rotate family", TXN_WRITE, rotate_family},
    {"keep family", TXN_WRITE, keep_family},
    {"remove family", TXN_WRITE, remove_family},
    {"put session", TXN_WRITE, put_session},
    {"close session", TXN_WRITE, close_session},
    {"remove session", TXN_WRITE, remove_session},
    {"find sessions", TXN_READ, find_sessions},
    {"put mark", TXN_WRITE, put_mark},
    {"move mark", TXN_WRITE, move_mark},
    {"sweep marks", TXN_WRITE, sweep_marks},
    {"put replay", TXN_WRITE, put_replay},
    {"find replay", TXN_READ, find_replay},
    {"sweep replay", TXN_WRITE, sweep_replay},
    {"put code", TXN_WRITE, put_code},
    {"use code", TXN_WRITE, use_code},
    {"sweep codes", TXN_WRITE, sweep_codes},
    {"add refusal", TXN_WRITE, add_refusal},
    {"sweep refusals", TXN_WRITE, sweep_refusals},
    {"put signing key", TXN_WRITE, put_signkey},
    {"remove signing key", TXN_WRITE, remove_signkey},
    {"put keys of an issuer", TXN_WRITE, put_jwks},
    {"remove keys of an issuer", TXN_WRITE, remove_jwks},
    {"put clock", TXN_WRITE, put_clock},
    {"count", TXN_WRITE, count_up},
    {"count by days", TXN_WRITE, count_day},
    {"sum up days", TXN_READ, sum_days},
    {"sweep days", TXN_WRITE, sweep_days},
    {"read census", TXN_READ, read_census},
    {"put upkeep", TXN_WRITE, put_upkeep},
    {"add to a flood", TXN_WRITE, add_to_flood},
    {"end a flood", TXN_WRITE, end_flood},
    {"set flag", TXN_WRITE, set_flag},
    {"set flag of a user", TXN_WRITE, set_flag_of_user},
    {"undo flag", TXN_WRITE, undo_flag},
    {"append to audit", TXN_WRITE, append_audit},
    {"add a checkpoint", TXN_WRITE, add_checkpoint},
    {"find a checkpoint", TXN_READ, find_checkpoint},
    {"put what is configured", TXN_WRITE, put_configured},
    {"sweep audit", TXN_WRITE, sweep_audit},
    {"statistics", TXN_READ, take_stats},
    {"check", TXN_READ, check},
};

/* What every operation finds. */
static void
fill(const struct place *place)
{
	auto_clear(device_record) struct device_record device =
	    sample_device("D", 1000);
	auto_clear(family_record) struct family_record family =
	    sample_family(place->seal, "F");
	auto_clear(session_record) struct session_record session =
	    sample_session("S", "D");
	auto_clear(session_record) struct session_record ended =
	    sample_session("E", "D");
	auto_clear(code_record) struct code_record code = sample_code("C");
	auto_clear(signkey_record) struct signkey_record key =
	    sample_signkey(place->seal, "K");
	const struct revoked_record mark = {.until = LATE, .before = NOW};
	const struct jwks_record jwks = {
	    .name = (char *)(uintptr_t) "I", .source = (char *)(uintptr_t) "s"};

	sample_set(&device.origin, "origin");
	sample_set(&ended.state, SESSION_CLOSED);
	ended.due = 0;
	ended.ended = NOW;
	assert_int_equal(device_put(place->txn, &device), OK);
	assert_int_equal(family_put(place->txn, &family), OK);
	assert_int_equal(session_put(place->txn, NULL, &session), OK);
	assert_int_equal(session_put(place->txn, NULL, &ended), OK);
	assert_int_equal(code_put(place->txn, &code), OK);
	assert_int_equal(signkey_put(place->txn, &key), OK);
	assert_int_equal(
	    revoked_put(place->txn, REVOKED_USER, "1000", &mark), OK);
	assert_int_equal(replay_put(place->txn, "hash", LATE), OK);
	assert_int_equal(refusals_add(place->txn, 1000, NOW, 100), OK);
	assert_int_equal(jwks_put(place->txn, &jwks), OK);
	assert_int_equal(count_up(place), OK);
	assert_int_equal(count_day(place), OK);
	assert_int_equal(set_flag_of_user(place), OK);
	assert_int_equal(add_to_flood(place), OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(append_audit(place), OK);
	assert_int_equal(add_checkpoint(place), OK);
}

static int
set_up(void **state)
{
	struct scratch *scratch;

	scratch_setup_open(state);
	scratch = *state;
	fill(&(struct place){
	    scratch_begin(scratch, TXN_WRITE), store_seal(scratch->store)});
	scratch_commit(scratch);
	return 0;
}

/* A sum of every entry of every table. */
static uint64_t
contents(struct scratch *scratch)
{
	struct txn *txn = scratch_begin(scratch, TXN_READ);
	uint64_t sum = 1469598103934665603U;

	for (unsigned int table = 0; table < TABLE_COUNT; table++) {
		struct slice key = {NULL, 0}, value;

		while (txn_next(txn, table, key, &key, &value) == OK)
			for (size_t i = 0; i < key.size + value.size; i++) {
				const struct slice *part =
				    i < key.size ? &key : &value;
				size_t at = i < key.size ? i : i - key.size;

				sum ^= ((const uint8_t *)part->data)[at];
				sum *= 1099511628211U;
			}
		sum += table;
	}
	assert_int_equal(txn_error(txn), OK);
	scratch_abort(scratch);
	return sum;
}

/* The operation in a transaction of its own; `keep`: committed. */
static enum err
run(struct scratch *scratch, size_t operation, bool keep)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e =
	    store_begin(scratch->store, operations[operation].mode, &txn);

	if (e == OK)
		e = operations[operation].run(
		    &(struct place){txn, store_seal(scratch->store)});
	if (e != OK || !keep)
		return e;
	return txn_commit(TAKE(txn));
}

/* How many calls of LMDB it makes, the commit among them. */
static long
count_calls(struct scratch *scratch, size_t operation)
{
	fault.left = CALLS_MAX;
	assert_int_equal(run(scratch, operation, false), OK);
	return CALLS_MAX - fault.left + 1;
}

static void
fail_call(struct scratch *scratch, size_t operation, size_t kind, long nth)
{
	enum err e;

	fault.hit = false;
	fault.code = faults[kind].code;
	fault.left = nth;
	e = run(scratch, operation, true);
	fault.left = 0;
	if (!fault.hit || e != faults[kind].expected)
		fail_msg("%s, call %ld, %s: %s", operations[operation].name,
		    nth, mdb_strerror(faults[kind].code), err_name(e));
}

static void
each_call_fails_in_every_way(void **state)
{
	struct scratch *scratch = *state;
	uint64_t before = contents(scratch);
	long failed = 0;

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
		long calls = count_calls(scratch, i);

		assert_true(calls > 2 && calls < CALLS_MAX);
		for (long n = 0; n < FAULTS * calls; n++, failed++) {
			fail_call(
			    scratch, i, (size_t)(n % FAULTS), n / FAULTS + 1);
			assert_true(contents(scratch) == before);
		}
	}
	print_message("%ld calls failed in turn\n", failed);
	assert_int_equal(contents(scratch), before);
}

/* Or a row shows nothing. */
static void
each_operation_does_something(void **state)
{
	struct scratch *scratch = *state;

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
		struct txn *txn = scratch_begin(scratch, operations[i].mode);
		enum err e = operations[i].run(
		    &(struct place){txn, store_seal(scratch->store)});

		if (e != OK)
			fail_msg("%s: %s", operations[i].name, err_name(e));
		assert_true(
		    operations[i].mode == TXN_READ || txn_writes(txn) > 0);
		scratch_abort(scratch);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		each_operation_does_something, set_up, scratch_teardown),
	    cmocka_unit_test_setup_teardown(
		each_call_fails_in_every_way, set_up, scratch_teardown),
	};

	return cmocka_run_group_tests_name("operation", tests, NULL, NULL);
}
