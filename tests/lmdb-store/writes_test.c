/* SPDX-License-Identifier: BSD-3-Clause */

/* The file takes no writes from some write point on, until the cause is gone:
 * the error says what it was, nothing half-done is seen or kept, and the next
 * transaction goes on without the store being opened again. */

#include "lmdb-store/key.h"
#include "tests/lmdb-store/blocks.h"
#include "tests/lmdb-store/powerloss.h"
#include "tests/lmdb-store/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ROUNDS 12
#define VALUE_SIZE 900

static const char *const tables[] = {"left", "right"};

struct bench {
	struct scratch *scratch;
	struct kv *kv;
	char lost_path[128]; /* data.mdb that a loss of power leaves */
	char lost_store[96];
};

static void
open_kv(struct bench *bench, const char *path)
{
	const struct kv_options options = {
	    path, bench->scratch->map_start, bench->scratch->map_max};
	struct store_error why;
	struct txn *txn = NULL;

	if (kv_open(&bench->kv, &options, &why) != OK)
		fail_msg("%s", why.text);
	assert_int_equal(kv_begin(bench->kv, TXN_WRITE, &txn), OK);
	assert_int_equal(txn_open_tables(txn, tables, 2), OK);
	assert_int_equal(txn_commit(txn), OK);
}

static int
set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *scratch;

	assert_non_null(bench);
	scratch_setup(&scratch);
	bench->scratch = scratch;
	snprintf(bench->lost_store, sizeof(bench->lost_store), "%s/lost",
	    bench->scratch->directory);
	snprintf(bench->lost_path, sizeof(bench->lost_path), "%s/data.mdb",
	    bench->lost_store);
	assert_int_equal(mkdir(bench->lost_store, 0700), 0);
	*blocks() = (struct blocks){0};
	*state = bench;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *bench = *state;
	void *scratch = bench->scratch;

	kv_free(bench->kv);
	scratch_teardown(&scratch);
	free(bench);
	return 0;
}

/* Round `n` writes the same into both tables, over what the round before
 * wrote: a store holds the traces of exactly one round. */
static enum err
write_round(struct bench *bench, size_t n)
{
	auto_free(txn) struct txn *txn = NULL;
	char value[VALUE_SIZE];
	enum err e = kv_begin(bench->kv, TXN_WRITE, &txn);

	memset(value, (int)('a' + n), sizeof(value));
	for (unsigned int i = 0; i < 8 && e == OK; i++) {
		char key[8];

		snprintf(key, sizeof(key), "%u", i / 2);
		e = txn_put(txn, i % 2, text_slice(key),
		    (struct slice){value, sizeof(value)});
	}
	return e == OK ? txn_commit(TAKE(txn)) : e;
}

/* Which round is in the store; -1: none. */
static int
round_in(struct kv *kv)
{
	auto_free(txn) struct txn *txn = NULL;
	int round = -1;

	assert_int_equal(kv_begin(kv, TXN_READ, &txn), OK);
	for (unsigned int i = 0; i < 8; i++) {
		char key[8];
		struct slice value;
		enum err e;

		snprintf(key, sizeof(key), "%u", i / 2);
		e = txn_get(txn, i % 2, text_slice(key), &value);
		if (e == ERR_NOT_FOUND && round == -1)
			continue;
		assert_int_equal(e, OK);
		assert_int_equal(value.size, VALUE_SIZE);
		assert_true(i == 0 || round == *(const char *)value.data - 'a');
		round = *(const char *)value.data - 'a';
	}
	return round;
}

static void
break_writes(int error, int64_t point)
{
	*blocks() = (struct blocks){.error = error, .from = point};
}

static void
mend_writes(void)
{
	blocks()->error = 0;
}

/* The first write point of a commit fails, the second ...: until the commit
 * has fewer. How many there were. */
static int64_t
fail_each_point(struct bench *bench, int error, enum err expected)
{
	int64_t point = 1;
	size_t round = 0;

	assert_int_equal(write_round(bench, round), OK);
	for (;; point++) {
		enum err e;

		break_writes(error, point);
		e = write_round(bench, round + 1);
		if (e == OK)
			break;
		assert_int_equal(e, expected);
		assert_int_equal(write_round(bench, round + 1), expected);
		mend_writes();
		assert_int_equal(round_in(bench->kv), (int)round);
		assert_int_equal(write_round(bench, ++round), OK);
		assert_int_equal(round_in(bench->kv), (int)round);
	}
	mend_writes();
	return point - 1;
}

#define TEST_ERROR(name, number, expected)                                     \
	static void name(void **state)                                         \
	{                                                                      \
		struct bench *bench = *state;                                  \
		open_kv(bench, bench->scratch->store_path);                    \
		assert_true(fail_each_point(bench, number, expected) >= 3);    \
	}
TEST_ERROR(a_full_disk, ENOSPC, ERR_DISK_FULL)
TEST_ERROR(a_full_quota, EDQUOT, ERR_DISK_FULL)
TEST_ERROR(a_file_system_that_is_read_only, EROFS, ERR_STORE_READ_ONLY)
TEST_ERROR(a_disk_that_fails, EIO, ERR_STORE)

struct expected {
	struct bench *bench;
	const size_t *rounds; /* by acknowledgement */
	size_t last;
};

/* What was acknowledged is there, or what was tried after it. */
static void
check_lost(size_t acknowledged, void *context)
{
	const struct expected *expected = context;
	struct bench other = *expected->bench;
	int found;

	other.kv = NULL;
	open_kv(&other, other.lost_store);
	found = round_in(other.kv);
	kv_free(other.kv);
	assert_true(found >=
	    (acknowledged > 0 ? (int)expected->rounds[acknowledged - 1] : -1));
	assert_true(found <= (int)expected->last);
}

/* The disk fails at some point of some rounds, comes back, and then the power
 * goes: what a failed commit wrote must not come between, be it that a write
 * that failed is on the disk all the same. */
static void
lose_power_after_faults(struct bench *bench, bool late)
{
	auto_clear(powerloss) struct powerloss loss;
	size_t rounds[ROUNDS], acknowledged = 0, files;
	struct expected expected = {bench, rounds, ROUNDS};

	open_kv(bench, bench->scratch->store_path);
	powerloss_begin(&loss, bench->scratch->data_path);
	for (size_t round = 0; round < ROUNDS; round++) {
		if (round % 3 != 0)
			break_writes(EIO, (int64_t)(round % 6));
		blocks()->late = late;
		if (write_round(bench, round) == OK) {
			powerloss_acknowledge(&loss);
			rounds[acknowledged++] = round;
		}
		mend_writes();
	}
	powerloss_end(&loss);
	assert_in_range(acknowledged, 4, ROUNDS - 2);
	files = powerloss_each(&loss, bench->lost_path, check_lost, &expected);
	assert_true(files > 100);
}

static void
a_loss_of_power_after_a_fault(void **state)
{
	lose_power_after_faults(*state, false);
}

static void
a_loss_of_power_after_a_write_that_seemed_to_fail(void **state)
{
	lose_power_after_faults(*state, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_full_disk, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_full_quota, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_file_system_that_is_read_only, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_disk_that_fails, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_loss_of_power_after_a_fault, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_loss_of_power_after_a_write_that_seemed_to_fail, set_up,
		tear_down),
	};

	return cmocka_run_group_tests_name("writes", tests, NULL, NULL);
}
