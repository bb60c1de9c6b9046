/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/kv.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PLAIN 0
#define OTHER 1

static const char *const tables[] = {"plain", "other"};

struct bench {
	struct scratch *scratch;
	struct kv *kv;
};

static enum err
try_open(struct bench *bench, struct store_error *why)
{
	const struct kv_options options = {bench->scratch->store_path,
	    bench->scratch->map_start, bench->scratch->map_max};

	why->text[0] = '\0';
	return kv_open(&bench->kv, &options, why);
}

static struct txn *
begin(struct bench *bench, enum txn_mode mode)
{
	struct txn *txn = NULL;

	assert_int_equal(kv_begin(bench->kv, mode, &txn), OK);
	return txn;
}

static void
open_kv(struct bench *bench)
{
	struct store_error why;
	struct txn *txn;

	assert_int_equal(try_open(bench, &why), OK);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(txn_open_tables(txn, tables, 2), OK);
	assert_int_equal(txn_commit(txn), OK);
}

static int
setup_closed(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	scratch_setup((void **)&bench->scratch);
	*state = bench;
	return 0;
}

static int
setup(void **state)
{
	setup_closed(state);
	open_kv(*state);
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	kv_free(bench->kv);
	scratch_teardown((void **)&bench->scratch);
	free(bench);
	return 0;
}

static enum err
put(struct txn *txn, const char *key, const char *value)
{
	return txn_put(txn, PLAIN, text_slice(key), text_slice(value));
}

static void
assert_slice(struct slice slice, const char *text)
{
	assert_int_equal(slice.size, strlen(text));
	assert_memory_equal(slice.data, text, slice.size);
}

static void
put_abc(struct bench *bench)
{
	struct txn *txn = begin(bench, TXN_WRITE);

	assert_int_equal(put(txn, "b", "2"), OK);
	assert_int_equal(put(txn, "a", "1"), OK);
	assert_int_equal(put(txn, "c", "3"), OK);
	assert_int_equal(txn_commit(txn), OK);
}

static void
test_values_come_back(void **state)
{
	struct bench *bench = *state;
	struct slice value;
	struct txn *txn;
	size_t entries;

	put_abc(bench);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(txn_get(txn, PLAIN, text_slice("b"), &value), OK);
	assert_slice(value, "2");
	assert_int_equal(put(txn, "b", "two"), OK);
	assert_int_equal(txn_get(txn, PLAIN, text_slice("b"), &value), OK);
	assert_slice(value, "two");
	assert_int_equal(
	    txn_get(txn, OTHER, text_slice("b"), &value), ERR_NOT_FOUND);
	assert_int_equal(txn_delete(txn, PLAIN, text_slice("a")), OK);
	assert_int_equal(
	    txn_delete(txn, PLAIN, text_slice("a")), ERR_NOT_FOUND);
	assert_int_equal(txn_entries(txn, PLAIN, &entries), OK);
	assert_int_equal(entries, 2);
	assert_int_equal(txn_error(txn), OK);
	assert_int_equal(txn_commit(txn), OK);
}

static void
test_values_outlive_the_process(void **state)
{
	struct bench *bench = *state;
	struct slice value;
	struct txn *txn;

	put_abc(bench);
	kv_free(TAKE(bench->kv));
	open_kv(bench);
	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_get(txn, PLAIN, text_slice("c"), &value), OK);
	assert_slice(value, "3");
	txn_free(txn);
}

static void
test_abort_leaves_nothing(void **state)
{
	struct bench *bench = *state;
	struct txn *txn = begin(bench, TXN_WRITE);
	struct slice value;

	assert_int_equal(put(txn, "a", "1"), OK);
	txn_free(txn);
	txn = begin(bench, TXN_READ);
	assert_int_equal(
	    txn_get(txn, PLAIN, text_slice("a"), &value), ERR_NOT_FOUND);
	txn_free(txn);
}

static void
test_walk_forward(void **state)
{
	struct bench *bench = *state;
	struct slice key, value;
	struct txn *txn;

	put_abc(bench);
	txn = begin(bench, TXN_READ);
	assert_int_equal(
	    txn_next(txn, PLAIN, text_slice(NULL), &key, &value), OK);
	assert_slice(key, "a");
	assert_slice(value, "1");
	assert_int_equal(txn_next(txn, PLAIN, key, &key, NULL), OK);
	assert_slice(key, "b");
	assert_int_equal(
	    txn_next(txn, PLAIN, text_slice("bb"), &key, NULL), OK);
	assert_slice(key, "c");
	assert_int_equal(txn_next(txn, PLAIN, key, &key, NULL), ERR_NOT_FOUND);
	assert_int_equal(
	    txn_seek(txn, PLAIN, text_slice("b"), &key, &value), OK);
	assert_slice(key, "b");
	assert_int_equal(
	    txn_seek(txn, PLAIN, text_slice("d"), &key, NULL), ERR_NOT_FOUND);
	assert_int_equal(
	    txn_next(txn, OTHER, text_slice(NULL), &key, NULL), ERR_NOT_FOUND);
	txn_free(txn);
}

static void
test_walk_backward(void **state)
{
	struct bench *bench = *state;
	struct slice key;
	struct txn *txn;

	put_abc(bench);
	txn = begin(bench, TXN_READ);
	assert_int_equal(
	    txn_prev(txn, PLAIN, text_slice(NULL), &key, NULL), OK);
	assert_slice(key, "c");
	assert_int_equal(txn_prev(txn, PLAIN, key, &key, NULL), OK);
	assert_slice(key, "b");
	assert_int_equal(
	    txn_prev(txn, PLAIN, text_slice("az"), &key, NULL), OK);
	assert_slice(key, "a");
	assert_int_equal(txn_prev(txn, PLAIN, text_slice("z"), &key, NULL), OK);
	assert_slice(key, "c");
	assert_int_equal(
	    txn_prev(txn, PLAIN, text_slice("a"), &key, NULL), ERR_NOT_FOUND);
	assert_int_equal(
	    txn_prev(txn, OTHER, text_slice(NULL), &key, NULL), ERR_NOT_FOUND);
	txn_free(txn);
}

static void
test_key_bounds(void **state)
{
	struct bench *bench = *state;
	char longest[KV_KEY_MAX + 2] = "";
	struct slice key = {longest, KV_KEY_MAX}, found;
	struct txn *txn = begin(bench, TXN_WRITE);

	memset(longest, 'k', sizeof(longest) - 1);
	assert_int_equal(txn_put(txn, PLAIN, key, text_slice("v")), OK);
	assert_int_equal(txn_get(txn, PLAIN, key, &found), OK);
	key.size++;
	assert_int_equal(txn_get(txn, PLAIN, key, &found), ERR_NOT_FOUND);
	assert_int_equal(txn_delete(txn, PLAIN, key), ERR_NOT_FOUND);
	assert_int_equal(
	    txn_next(txn, PLAIN, key, &found, NULL), ERR_NOT_FOUND);
	assert_int_equal(
	    txn_get(txn, PLAIN, text_slice(""), &found), ERR_NOT_FOUND);
	assert_int_equal(txn_error(txn), OK);
	assert_int_equal(
	    txn_put(txn, PLAIN, key, text_slice("v")), ERR_INTERNAL);
	assert_int_equal(txn_commit(txn), ERR_INTERNAL);

	txn = begin(bench, TXN_WRITE);
	assert_int_equal(put(txn, "", "v"), ERR_INTERNAL);
	txn_free(txn);
}

static void
test_fault_sticks(void **state)
{
	struct bench *bench = *state;
	struct txn *txn = begin(bench, TXN_WRITE);
	struct slice key;
	size_t entries;

	assert_int_equal(put(txn, "a", "1"), OK);
	assert_int_equal(txn_fail(txn, ERR_NO_MEMORY), ERR_NO_MEMORY);
	assert_int_equal(txn_fail(txn, ERR_STORE), ERR_NO_MEMORY);
	assert_int_equal(txn_error(txn), ERR_NO_MEMORY);
	assert_int_equal(put(txn, "b", "1"), ERR_NO_MEMORY);
	assert_int_equal(
	    txn_get(txn, PLAIN, text_slice("a"), &key), ERR_NO_MEMORY);
	assert_int_equal(
	    txn_delete(txn, PLAIN, text_slice("a")), ERR_NO_MEMORY);
	assert_int_equal(
	    txn_next(txn, PLAIN, text_slice(NULL), &key, NULL), ERR_NO_MEMORY);
	assert_int_equal(txn_entries(txn, PLAIN, &entries), ERR_NO_MEMORY);
	assert_int_equal(txn_open_tables(txn, tables, 2), ERR_NO_MEMORY);
	assert_int_equal(txn_commit(txn), ERR_NO_MEMORY);

	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_entries(txn, PLAIN, &entries), OK);
	assert_int_equal(entries, 0);
	txn_free(txn);
}

static void
test_append_wants_order(void **state)
{
	struct bench *bench = *state;
	struct txn *txn;

	put_abc(bench);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(
	    txn_append(txn, PLAIN, text_slice("d"), text_slice("4")), OK);
	assert_int_equal(
	    txn_append(txn, PLAIN, text_slice("a"), text_slice("again")),
	    ERR_INTERNAL);
	assert_int_equal(txn_error(txn), ERR_INTERNAL);
	txn_free(txn);
}

/* A writer is told what a reader is. */
static void
test_free_bytes(void **state)
{
	struct bench *bench = *state;
	char large[65536] = {0};
	struct slice value = {large, sizeof(large)};
	size_t before, read, written;
	struct txn *txn = begin(bench, TXN_WRITE);

	assert_int_equal(txn_put(txn, PLAIN, text_slice("a"), value), OK);
	assert_int_equal(txn_free_bytes(txn, &before), OK);
	assert_int_equal(txn_commit(txn), OK);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(txn_delete(txn, PLAIN, text_slice("a")), OK);
	assert_int_equal(txn_commit(txn), OK);

	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_free_bytes(txn, &read), OK);
	txn_free(txn);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(txn_free_bytes(txn, &written), OK);
	assert_int_equal(txn_commit(txn), OK);
	assert_true(read >= before + sizeof(large));
	assert_int_equal(written, read);
}

static void
test_unknown_table(void **state)
{
	struct txn *txn = begin(*state, TXN_READ);
	struct slice value;

	assert_int_equal(
	    txn_get(txn, 2, text_slice("a"), &value), ERR_INTERNAL);
	txn_free(txn);
}

static void
test_writing_in_a_reading_transaction(void **state)
{
	struct bench *bench = *state;
	struct txn *txn = begin(bench, TXN_READ);

	assert_int_equal(put(txn, "a", "1"), ERR_STORE);
	assert_string_not_equal(kv_problem(bench->kv), "no fault");
	txn_free(txn);
}

static void
test_one_writer(void **state)
{
	struct bench *bench = *state;
	struct txn *txn = begin(bench, TXN_WRITE), *second = NULL;

	assert_int_equal(kv_begin(bench->kv, TXN_WRITE, &second), ERR_INTERNAL);
	assert_null(second);
	txn_free(begin(bench, TXN_READ));
	txn_free(txn);
	txn_free(begin(bench, TXN_WRITE));
}

/* Writes 1 KiB values until the map is full; how many were committed. */
static size_t
fill(struct bench *bench, size_t from, size_t count, enum err *e)
{
	static const char value[1024];
	char key[24];

	for (size_t i = from; i < from + count; i++) {
		struct txn *txn = begin(bench, TXN_WRITE);

		snprintf(key, sizeof(key), "%08zu", i);
		*e = txn_put(txn, PLAIN, text_slice(key),
		    (struct slice){value, sizeof(value)});
		if (*e == OK)
			*e = txn_commit(txn);
		else
			txn_free(txn);
		if (*e != OK)
			return i - from;
	}
	return count;
}

static int
setup_tiny(void **state)
{
	struct bench *bench;

	setup_closed(state);
	bench = *state;
	bench->scratch->map_start = (size_t)128 << 10;
	bench->scratch->map_max = (size_t)400 << 10;
	open_kv(bench);
	return 0;
}

static void
test_map_grows_to_its_ceiling(void **state)
{
	struct bench *bench = *state;
	struct txn *txn;
	size_t written, entries;
	enum err e;

	written = fill(bench, 0, 1000, &e);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_true(written > 10);
	assert_int_equal(kv_grow(bench->kv), OK);
	assert_int_equal(kv_map_size(bench->kv), 256 << 10);
	assert_true(kv_size(bench->kv) <= (size_t)128 << 10);
	written += fill(bench, written, 1000, &e);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_int_equal(kv_grow(bench->kv), OK);
	assert_int_equal(kv_map_size(bench->kv), 400 << 10);
	written += fill(bench, written, 1000, &e);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_int_equal(kv_grow(bench->kv), ERR_STORE_FULL);

	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_entries(txn, PLAIN, &entries), OK);
	assert_int_equal(entries, written);
	txn_free(txn);
}

/* What makes room has room of its own, and leaves none of it to others. */
static void
test_reserve_behind_the_ceiling(void **state)
{
	struct bench *bench = *state;
	size_t written = 0;
	enum err e;

	do
		written += fill(bench, written, 1000, &e);
	while (kv_grow(bench->kv) == OK);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_int_equal(kv_open_reserve(bench->kv), OK);
	assert_int_equal(kv_map_size(bench->kv), 424 << 10);
	assert_int_equal(fill(bench, written, 2, &e), 2);
	written += 2;
	assert_int_equal(kv_close_reserve(bench->kv), OK);
	fill(bench, written, 1, &e);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_int_equal(kv_grow(bench->kv), ERR_STORE_FULL);
	assert_int_equal(kv_open_reserve(bench->kv), OK);
	written += fill(bench, written, 1000, &e);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_int_equal(kv_close_reserve(bench->kv), OK);
	assert_int_equal(kv_close_reserve(bench->kv), OK);
}

static void
test_no_growing_under_a_transaction(void **state)
{
	struct bench *bench = *state;
	struct txn *txn = begin(bench, TXN_READ);

	assert_int_equal(kv_grow(bench->kv), ERR_INTERNAL);
	assert_int_equal(kv_open_reserve(bench->kv), ERR_INTERNAL);
	assert_int_equal(kv_close_reserve(bench->kv), ERR_INTERNAL);
	txn_free(txn);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(kv_grow(bench->kv), ERR_INTERNAL);
	txn_free(txn);
	assert_int_equal(kv_grow(bench->kv), OK);
}

/* A grown store is opened with the small map of its first day. */
static void
test_opening_a_grown_store(void **state)
{
	struct bench *bench = *state;
	struct slice value;
	struct txn *txn;
	size_t written;
	enum err e;

	written = fill(bench, 0, 1000, &e);
	assert_int_equal(kv_grow(bench->kv), OK);
	written += fill(bench, written, 1000, &e);
	kv_free(TAKE(bench->kv));
	open_kv(bench);
	txn = begin(bench, TXN_READ);
	assert_int_equal(
	    txn_get(txn, PLAIN, text_slice("00000000"), &value), OK);
	txn_free(txn);
	assert_int_equal(kv_grow(bench->kv), OK);
	fill(bench, written, 1, &e);
	assert_int_equal(e, OK);
}

static void
test_directory_is_private(void **state)
{
	struct bench *bench = *state;
	struct store_error why;
	struct stat stat_of;

	assert_int_equal(try_open(bench, &why), OK);
	assert_int_equal(stat(bench->scratch->store_path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0700);
	assert_int_equal(stat(bench->scratch->data_path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
}

static void
test_loose_directory_is_refused(void **state)
{
	static const mode_t modes[] = {0770, 0702, 0777};
	struct bench *bench = *state;
	const char *path = bench->scratch->store_path;
	struct store_error why;

	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(try_open(bench, &why), ERR_CONFIG);
		assert_non_null(strstr(why.text, path));
		assert_non_null(strstr(why.text, "chmod"));
		assert_null(bench->kv);
	}
	assert_int_equal(access(bench->scratch->data_path, F_OK), -1);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(try_open(bench, &why), OK);
}

static void
test_foreign_directory_is_refused(void **state)
{
	struct bench *bench = *state;
	const char *path = bench->scratch->store_path;
	struct store_error why;

	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(try_open(bench, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "12345"));
}

static void
test_directory_that_cannot_be_made(void **state)
{
	struct bench *bench = *state;
	struct store_error why;

	strcat(bench->scratch->store_path, "/deeper");
	assert_int_equal(try_open(bench, &why), ERR_IO);
	assert_non_null(strstr(why.text, bench->scratch->store_path));
}

static void
test_a_file_in_its_place(void **state)
{
	struct bench *bench = *state;
	struct store_error why;

	scratch_write(bench->scratch->store_path, "", 0, 0600);
	assert_int_equal(try_open(bench, &why), ERR_IO);
	assert_non_null(strstr(why.text, "opened"));
}

static void
test_not_a_store(void **state)
{
	static const char garbage[8192] = "this is no LMDB file";
	struct bench *bench = *state;
	struct store_error why;

	assert_int_equal(mkdir(bench->scratch->store_path, 0700), 0);
	scratch_write(
	    bench->scratch->data_path, garbage, sizeof(garbage), 0600);
	assert_int_equal(try_open(bench, &why), ERR_STORE_DAMAGED);
	assert_non_null(strstr(why.text, bench->scratch->store_path));
	assert_null(bench->kv);
}

static void
test_one_process(void **state)
{
	struct bench *bench = *state;
	struct bench second = {bench->scratch, NULL};
	struct store_error why;

	assert_int_equal(try_open(&second, &why), ERR_STORE);
	assert_non_null(strstr(why.text, "in use"));
	assert_null(second.kv);
	kv_free(TAKE(bench->kv));
	open_kv(bench);
}

/* A process that copies the store as often as it is told to: it must be
 * another one, for LMDB wants an environment opened once in a process. It
 * answers each order by its outcome. */
struct copier {
	pid_t pid;
	int orders, answers;
	char path[160];
};

static enum err
copy_to(struct kv *kv, const char *path)
{
	auto_fd int fd =
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd >= 0 ? kv_copy(kv, fd) : ERR_IO;
}

static void
run_copier(
    const struct copier *copier, const char *store, int orders, int answers)
{
	auto_free(kv) struct kv *kv = NULL;
	struct store_error why = {""};
	char order;

	while (read(orders, &order, 1) == 1) {
		enum err e = kv == NULL ? kv_open_reader(&kv, store, &why) : OK;

		if (e == OK)
			e = copy_to(kv, copier->path);
		if (write(answers, &e, sizeof(e)) != sizeof(e))
			break;
	}
}

/* Forked before this process opens the store. */
static struct copier
start_copier(const struct scratch *scratch)
{
	struct copier copier = {0};
	int orders[2], answers[2];

	snprintf(copier.path, sizeof(copier.path), "%s/data.mdb",
	    scratch->directory);
	assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
	assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
	copier.pid = fork();
	assert_true(copier.pid >= 0);
	if (copier.pid == 0) {
		close(orders[1]);
		run_copier(&copier, scratch->store_path, orders[0], answers[1]);
		_exit(0);
	}
	close(orders[0]);
	close(answers[1]);
	copier.orders = orders[1];
	copier.answers = answers[0];
	return copier;
}

static enum err
order_copy(const struct copier *copier)
{
	enum err e = ERR_INTERNAL;

	assert_int_equal(write(copier->orders, "c", 1), 1);
	assert_int_equal(read(copier->answers, &e, sizeof(e)), sizeof(e));
	return e;
}

static void
stop_copier(struct copier *copier)
{
	int status;

	close(copier->orders);
	close(copier->answers);
	assert_int_equal(waitpid(copier->pid, &status, 0), copier->pid);
	assert_int_equal(status, 0);
}

/* How many entries the copy has. */
static size_t
entries_of_copy(const struct scratch *scratch)
{
	const struct kv_options options = {
	    scratch->directory, scratch->map_start, scratch->map_max};
	auto_free(kv) struct kv *kv = NULL;
	struct store_error why;
	struct txn *txn = NULL;
	size_t entries = 0;

	assert_int_equal(kv_open(&kv, &options, &why), OK);
	assert_int_equal(kv_begin(kv, TXN_WRITE, &txn), OK);
	assert_int_equal(txn_open_tables(txn, tables, 2), OK);
	assert_int_equal(txn_entries(txn, PLAIN, &entries), OK);
	txn_free(txn);
	return entries;
}

/* While the writer has a transaction open, and after it has grown the map. */
static void
test_another_process_copies(void **state)
{
	struct bench *bench = *state;
	struct copier copier = start_copier(bench->scratch);
	struct txn *txn;
	size_t written;
	enum err e;

	assert_int_equal(order_copy(&copier), ERR_NOT_FOUND);
	bench->scratch->map_start = (size_t)128 << 10;
	open_kv(bench);
	put_abc(bench);
	txn = begin(bench, TXN_WRITE);
	assert_int_equal(put(txn, "d", "4"), OK);
	assert_int_equal(order_copy(&copier), OK);
	assert_int_equal(entries_of_copy(bench->scratch), 3);
	assert_int_equal(txn_commit(txn), OK);
	written = 4 + fill(bench, 0, 1000, &e);
	assert_int_equal(e, ERR_STORE_GROW);
	assert_int_equal(kv_grow(bench->kv), OK);
	written += fill(bench, written, 100, &e);
	assert_true(kv_size(bench->kv) > (size_t)128 << 10);
	assert_int_equal(order_copy(&copier), OK);
	assert_int_equal(entries_of_copy(bench->scratch), written);
	stop_copier(&copier);
}

static void
test_copy_of_an_open_store(void **state)
{
	struct bench *bench = *state;
	char path[160];
	struct txn *txn;

	snprintf(path, sizeof(path), "%s/data.mdb", bench->scratch->directory);
	put_abc(bench);
	txn = begin(bench, TXN_READ);
	assert_int_equal(copy_to(bench->kv, path), ERR_INTERNAL);
	txn_free(txn);
	assert_int_equal(copy_to(bench->kv, path), OK);
	assert_int_equal(entries_of_copy(bench->scratch), 3);
	assert_int_equal(copy_to(bench->kv, "/dev/full"), ERR_STORE);
	assert_non_null(strstr(kv_problem(bench->kv), "space"));
}

static void
test_a_reader_only_reads(void **state)
{
	struct bench *bench = *state;
	static const char *const missing[] = {"plain", "none"};
	struct store_error why;
	struct slice value;
	struct txn *txn;

	put_abc(bench);
	kv_free(TAKE(bench->kv));
	assert_int_equal(
	    kv_open_reader(&bench->kv, bench->scratch->store_path, &why), OK);
	assert_int_equal(kv_begin(bench->kv, TXN_WRITE, &txn), ERR_INTERNAL);
	assert_int_equal(kv_grow(bench->kv), ERR_INTERNAL);
	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_open_tables(txn, missing, 2), ERR_NOT_FOUND);
	txn_free(txn);
	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_open_tables(txn, tables, 2), OK);
	assert_int_equal(txn_commit(txn), OK);
	txn = begin(bench, TXN_READ);
	assert_int_equal(txn_get(txn, PLAIN, text_slice("b"), &value), OK);
	assert_slice(value, "2");
	txn_free(txn);
}

/* Opens a transaction and dies in it. */
static void
die_reading(const char *store, int ready)
{
	struct kv *kv = NULL;
	struct store_error why;
	struct txn *txn = NULL;
	enum err e = kv_open_reader(&kv, store, &why);

	if (e == OK)
		e = kv_begin(kv, TXN_READ, &txn);
	if (write(ready, &e, sizeof(e)) != sizeof(e))
		_exit(1);
	kill(getpid(), SIGKILL);
}

static void
test_dead_readers_are_dropped(void **state)
{
	struct bench *bench = *state;
	int ready[2], go[2], dropped = -1;
	enum err e = ERR_INTERNAL;
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (read(go[0], &byte, 1) == 1)
			die_reading(bench->scratch->store_path, ready[1]);
		_exit(1);
	}
	open_kv(bench);
	assert_int_equal(write(go[1], "g", 1), 1);
	assert_int_equal(read(ready[0], &e, sizeof(e)), sizeof(e));
	assert_int_equal(e, OK);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(kv_drop_dead_readers(bench->kv, &dropped), OK);
	assert_int_equal(dropped, 1);
	assert_int_equal(kv_drop_dead_readers(bench->kv, &dropped), OK);
	assert_int_equal(dropped, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_CLOSED(name)                                                      \
	cmocka_unit_test_setup_teardown(name, setup_closed, teardown)
#define TEST_TINY(name)                                                        \
	cmocka_unit_test_setup_teardown(name, setup_tiny, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_values_come_back),
	    TEST(test_values_outlive_the_process),
	    TEST(test_abort_leaves_nothing),
	    TEST(test_walk_forward),
	    TEST(test_walk_backward),
	    TEST(test_key_bounds),
	    TEST(test_fault_sticks),
	    TEST(test_append_wants_order),
	    TEST(test_free_bytes),
	    TEST(test_unknown_table),
	    TEST(test_writing_in_a_reading_transaction),
	    TEST(test_one_writer),
	    TEST_TINY(test_map_grows_to_its_ceiling),
	    TEST_TINY(test_reserve_behind_the_ceiling),
	    TEST_TINY(test_opening_a_grown_store),
	    TEST(test_no_growing_under_a_transaction),
	    TEST_CLOSED(test_directory_is_private),
	    TEST_CLOSED(test_loose_directory_is_refused),
	    TEST_CLOSED(test_foreign_directory_is_refused),
	    TEST_CLOSED(test_directory_that_cannot_be_made),
	    TEST_CLOSED(test_a_file_in_its_place),
	    TEST_CLOSED(test_not_a_store),
	    TEST(test_one_process),
	    TEST_CLOSED(test_another_process_copies),
	    TEST(test_copy_of_an_open_store),
	    TEST(test_a_reader_only_reads),
	    TEST_CLOSED(test_dead_readers_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
